#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Jobs on other machines: MPI, commands that call prun, and the seed's own
# quick start.

load helper

# usage: start_manager [OPTION...] : on the head, with every node up.
start_manager() {
    erm start -H ../hosts "$@"
    wait_until "$PATIENCE" all_up
}
all_up() { [ "$(erm nodes -n | grep -c ' idle ')" -ge 1 ] && ! erm nodes | grep -q down; }
# usage: mpi NODES PER-NODE COMMAND : submits it; its id is printed.
mpi() {
    local nodes=$1 procs=$2
    shift 2
    erm submit -q -N "$nodes" --launch mpi --procs-per-node "$procs" "${opts[@]}" -- "$@"
}
opts=()

@test "it says what it chose and why" {
    start_manager
    run erm status
    has 'prrte: using PRRTE 3.0' 'over ssh on n[1-4]'
    run erm nodes
    has 'n[1-4]' 'idle'
    erm stop
}

@test "hosts without PRRTE on the head: said, with the package" {
    mkdir empty
    for tool in bash sh env cat ls date mkdir hostname; do
        ln -s "/usr/bin/$tool" empty/
    done
    run on n0 env PATH="$WORK/empty" /usr/local/bin/erm start -H ../hosts \
        --launcher prrte
    fails_with 1
    has 'prte and prun are not in PATH' 'openmpi-bin'
    on n0 env PATH="$WORK/empty" /usr/local/bin/erm start -H ../hosts
    run erm status
    has 'n[1-4] are other machines, but prte and prun are not in PATH' \
        'mpirun --host NODES'
    erm stop
}

@test "an MPI program on four hosts, two processes each" {
    compile hello.c hello
    start_manager
    mpi 4 2 ./hello
    erm wait 1
    run cat erm-1.out
    for rank in 0 1 2 3 4 5 6 7; do
        has "rank $rank of 8 on n$((rank / 2 + 1)): Open MPI v5"
    done
    erm stop
}

@test "exit codes tell what happened, and where" {
    start_manager
    mpi 2 1 'exit 0'
    mpi 2 1 'exit 7'
    mpi 2 1 'kill -SEGV $$'
    mpi 2 1 ./nosuch
    opts=(--map-by ppr:x:node)
    mpi 2 1 true
    opts=()
    run erm wait 1; fails_with 0
    run erm wait 2; fails_with 7
    run erm wait 3; fails_with 139
    run -127 erm wait 4
    grep './nosuch: not found' erm-4.out
    run erm wait 5; fails_with 213
    run erm history --json
    is "$(jq -r '[.jobs | sort_by(.id)[].state] | join(" ")' <<<"$output")" \
        "completed failed failed failed failed"
    erm stop
}

@test "a host of the job that is none ends its start, with the reason" {
    printf 'n1\nnosuchhost\n' >hosts
    erm start -H hosts --launcher prrte
    wait_until "$PATIENCE" log_has 'n1 is up'
    run erm nodes
    has 'nosuchhost' 'down'
    wait_until "$PATIENCE" nosuch_is_explained
    mpi 2 1 true
    run erm queue
    has 'the others are drained or down'
    erm cancel 1
    erm stop
}
nosuch_is_explained() { erm nodes | grep -q 'not resolve hostname'; }

@test "environment and working folder arrive, and TMPDIR is the job's own" {
    start_manager
    mkdir 'a folder'
    opts=(--env 'COLOR=dark blue' --chdir 'a folder')
    mpi 2 1 'echo "$(hostname): $COLOR, $(pwd), $ERM_JOB_ID $ERM_NNODES $TMPDIR"'
    erm wait 1
    run cat 'a folder/erm-1.out'
    has "n1: dark blue, $WORK/a folder, 1 2 /tmp/erm-" 'n2: dark blue'
    erm stop
}

@test "a working folder that only the head has is told, and no other is used" {
    start_manager
    on n0 mkdir /tmp/only-here
    opts=(--chdir /tmp/only-here -o "$WORK/out")
    mpi 2 1 pwd
    run erm wait 1
    fails_with 126
    run cat out
    has 'erm: no such folder on n'
    has_not "/shared/home"
    on n0 rm -r /tmp/only-here
    erm stop
}

@test "a command's own prun runs on the job's hosts" {
    start_manager
    erm submit -q -N 2 -- 'prun hostname; echo with $?'
    erm submit -q -N 2 --dvm job -- \
        'prun --dvm-uri $ERM_DVM_URI --host $ERM_NODES --map-by node -n 2 hostname'
    erm wait all
    run cat erm-1.out
    is "$(sort <<<"$output" | xargs)" "n1 n2 with 0"
    run cat erm-2.out
    is "$(sort <<<"$output" | xargs)" "n3 n4"
    erm stop
}

@test "the seed's quick start, over hosts" {
    compile hello.c hello
    cp ../hosts hostfile
    cat >app.py <<'END'
import sys
print("app got", sys.argv[1:], flush=True)
END
    cat >jobs.json <<'END'
{ "jobs": [
  { "command": "prun ./hello", "min_nodes": 2, "max_nodes": 2,
    "elastic": false, "walltime": "00:30:00" },
  { "command": "python3 app.py --nodelist NODES --job_id ID --nnodes NNODES --wt 00:30:00; while [ $(grep -c expand policy.json) = 0 ]; do sleep 0.1; done; cp policy.json seen.json",
    "min_nodes": 1, "max_nodes": 3, "elastic": true, "walltime": "00:30:00" },
  { "command": "python3 app.py --nodelist NODES --job_id ID --nnodes NNODES --wt 00:10:00",
    "min_nodes": 2, "max_nodes": 2, "elastic": false, "walltime": "00:10:00" }
] }
END
    on n0 tee policy.json <<<'{ "jobs": [] }'
    run on n0 timeout 60 erm -H hostfile -j jobs.json -N 4 -p policy.json -s 0 --until-idle
    ok
    has 'using PRRTE' 'Nodes Allocated: job 1 <- n' 'Nodes Freed: job 1' \
        '[Elastic Scaling]' '3 completed'
    is "$(grep -c 'rank . of 2 on n' erm-1.out)" 2
    run cat erm-2.out
    has "app got ['--nodelist', 'n" "'--job_id', '2', '--nnodes', '1', '--wt', '00:30:00']"
    run cat erm-3.out
    has "'--job_id', '3', '--nnodes', '2', '--wt', '00:10:00']"
    is "$(jq -r '.jobs[0] | .id + " " + .scale' seen.json)" '2 expand'
    is "$(jq '.jobs | length' policy.json)" 0
}

@test "a dry run tells how the launch will be" {
    start_manager
    run erm submit --dry-run -N 2 --launch mpi --procs-per-node 3 -- ./app NODES
    has 'would run: exec ./app n1,n2' \
        'launch   6 processes, each runs the command: prun --map-by ppr:3:node --bind-to none, in a DVM of its own'
    run erm submit --dry-run -N 2 -- prun ./app
    has 'would run: prun --dvm-uri file:/' 'in a DVM of its own'
    run erm submit --dry-run -N 2 -- ./app
    has_not 'in a DVM' "pool's DVM"
    erm stop
}

@test "many short jobs, none hangs, in both modes" {
    for mode in job pool; do
        jq -n '[range(40) | {command: "true", launch: "mpi", procs_per_node: 1,
            min_nodes: 2}]' >many.json
        run on n0 timeout 120 erm run -H ../hosts -j many.json --dvm $mode \
            --until-idle --log-level warning
        ok
        has 'jobs         40, 40 completed'
        rm -rf "$STATE"
    done
}

@test "made-up hosts on one machine, without ssh, as an ordinary user" {
    compile hello.c hello
    printf 'st33\nst34\nst35\n' >hostfile
    run on n1 erm run -H hostfile --until-idle --log-level info -- true
    has 'hosts st[33-35] do not resolve: using 3 slices of this machine' \
        'MPI over pretend hosts by PRRTE 3'
    rm -rf "$STATE"
    jq -n '[{command: "./hello", launch: "mpi", procs_per_node: 2,
        min_nodes: 3}, {command: "prun ./hello 7", min_nodes: 2}]' >jobs.json
    run on n1 erm run -H hostfile -j jobs.json --until-idle -q
    fails_with 7
    run cat erm-1.out
    has 'rank 0 of 6 on st33' 'rank 5 of 6 on st35'
    run cat erm-2.out
    has 'rank 0 of 2 on st33' 'rank 1 of 2 on st34'
}
