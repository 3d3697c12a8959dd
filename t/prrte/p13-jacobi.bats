#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# MPI programs that change their size, over hosts and on one machine: what the
# scheduler decides as other jobs come and go, and what a lost host means.

load helper

EXAMPLE=$BATS_TEST_DIRNAME/../../examples/jacobi2d

start_manager() {
    erm start -H ../hosts "$@"
    wait_until "$PATIENCE" all_up
}
all_up() { [ "$(erm nodes -n | grep -c ' idle ')" -ge 1 ] && ! erm nodes | grep -q down; }

# A job that holds N nodes until the file NAME is there.
# usage: hold NAME N [OPTION...]
hold() {
    local name=$1 n=$2
    shift 2
    erm submit -q -N "$n" --name "$name" -t 10m "$@" -- \
        "while [ ! -e $name ]; do sleep 0.05; done"
}
let_go() { on n0 touch "$1"; }
has_size() { [ "$(erm queue -n -o nodes "$1" | tr -d ' ')" = "$2" ]; }
until_size() { wait_until "$PATIENCE" has_size "$1" "$2"; }

# The sizes of a job over its life: "1 4 2 3".
sizes() {
    erm history --phases --json "$1" |
        jq -r '.jobs[0].phases[].n_nodes' | uniq | xargs
}
# For people: what each resize was, and how long it took.
tell_resizes() {
    {
        erm history --phases "$1"
        grep '^resize:' "erm-$1.out" || true
    } | sed 's/^/# /' >&3
}

# The example, as a user would compile it.
compile_jacobi2d() {
    cp "$EXAMPLE"/*.[ch] .
    on n0 mpicc -O2 -Wall -Wextra -Werror -I/usr/local/include -o jacobi2d \
        jacobi2d.c grid.c checkpoint.c /usr/local/share/erm/erm.c
}
# usage: jacobi2d_job PER-NODE [OPTION...] : submitted as a job of 1 to 4 nodes.
jacobi2d_job() {
    local procs=$1
    shift
    jq -n --arg options "$PLATE $*" --argjson procs "$procs" '[{
        command: "./jacobi2d \($options)",
        launch: "mpi", procs_per_node: $procs, type: "elastic", resize: "app",
        cooldown: 0, min_nodes: 1, max_nodes: 4, walltime: "00:10:00",
        env: {OMPI_MCA_mpi_yield_when_idle: "1"}}]' >job.json
    erm submit -q job.json
}
PLATE='--size 128 --sweeps 4000 --every 25'
# All residuals, and each as the run on one rank has it; some twice or more.
same_as_serial() {
    erm wait "$(erm submit -q -N 1 --launch mpi --procs-per-node 1 \
        -o serial.out -- "./jacobi2d $PLATE")"
    grep '^sweep' serial.out >serial
    grep '^sweep' "$1" | sort -u | sort -n -k 2,2 | cmp - serial
    is "$(grep -c . serial)" 160
}

@test "jacobi2d 1 -> 4 -> 2 -> 3 nodes as others come and go: no bit differs" {
    compile_jacobi2d
    start_manager
    hold first 3
    jacobi2d_job 2 --pause 0.1
    until_size 2 1
    wait_until "$PATIENCE" grep -q '^sweep' erm-2.out
    let_go first
    until_size 2 4
    hold second 2
    hold third 1 --after 3
    wait_state 3 running
    until_size 2 2
    let_go second
    wait_state 4 running
    until_size 2 3
    let_go third
    erm wait 2
    is "$(sizes 2)" '1 4 2 3 4'
    is "$(grep -o '^resize: .* ranks [a-z ]*' erm-2.out | paste -sd ';')" \
        'resize: 2 -> 8 ranks by a start anew;resize: 8 -> 4 ranks in place;resize: 4 -> 6 ranks by a start anew;resize: 6 -> 8 ranks by a start anew'
    same_as_serial erm-2.out
    tell_resizes 2
    erm stop
}

@test "a host is lost: jacobi2d goes on from its last checkpoint on the others" {
    compile_jacobi2d
    start_manager
    jacobi2d_job 1 --pause 0.1 --save 5
    until_size 1 4
    wait_until "$PATIENCE" grep -q '^resize: 1 -> 4 ranks' erm-1.out
    touch now
    wait_until "$PATIENCE" test state/mailbox/1/jacobi2d.state -nt now
    hosts crash "$CLUSTER" n3
    until_size 1 3
    wait_until "$PATIENCE" grep -q '^restart: .* 4 -> 3 ranks' erm-1.out
    erm wait 1
    is "$(sizes 1)" '1 4 3'
    same_as_serial erm-1.out
    tell_resizes 1
    erm stop
}

@test "a program with a signal handler only: each size by a start anew" {
    compile saves.c saves
    start_manager
    hold first 3
    jq -n '[{command: "./saves $ERM_JOB_DIR/count 1000", launch: "mpi",
        procs_per_node: 1, type: "elastic", resize: "restart", cooldown: 0,
        min_nodes: 1, max_nodes: 4, walltime: "00:10:00"}]' >job.json
    erm submit -q job.json
    until_size 2 1
    let_go first
    until_size 2 4
    hold second 2
    wait_state 3 running
    until_size 2 2
    let_go second
    until_size 2 4
    erm wait 2
    is "$(sizes 2)" '1 4 2 4'
    # each start goes on where the one before it has saved
    is "$(grep '^from' erm-2.out | sed 's/from .* on //' | xargs)" \
        '1 ranks 4 ranks 2 ranks 4 ranks'
    is "$(grep -o '^from [0-9]*' erm-2.out | sort -c -u -k2n && echo rising)" \
        rising
    tell_resizes 2
    erm stop
}

@test "on one machine with pretend hosts, as an ordinary user" {
    erm() { on n1 erm "$@"; }
    compile_jacobi2d
    printf 'st33\nst34\nst35\n' >hostfile
    erm start -H hostfile
    jacobi2d_job 1 --pause 0.1
    until_size 1 3
    wait_until "$PATIENCE" grep -q '^sweep' erm-1.out
    hold other 1
    wait_state 2 running
    until_size 1 2
    let_go other
    until_size 1 3
    erm wait 1
    is "$(sizes 1)" '1 3 2 3'
    grep '^resize: 3 -> 2 ranks in place' erm-1.out
    same_as_serial erm-1.out
    tell_resizes 1
    erm stop
}
