#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Stock Parsl with the provider of python/, as the hosts have it installed.

load helper

PYTHON=$BATS_TEST_DIRNAME/../../python
INSTALLED=/usr/local/share/erm/python

@test "the provider does what a manager asks, and what Parsl wants" {
    cp "$PYTHON/test_erm_parsl.py" .
    on n1 env PYTHONPATH=$INSTALLED python3 test_erm_parsl.py
}

# usage: submit_workflow OPTIONS... : on one to four hosts, a task at a time.
submit_workflow() {
    cp "$PYTHON/example_parsl.py" .
    erm submit -q -N 1-4 --type elastic --resize app -J workflow -t 1h \
        --slots-per-node 1 -- \
        "PYTHONPATH=$INSTALLED exec python3 example_parsl.py $*"
}
# usage: works_on HOST... : has a task been on each?
works_on() {
    local host
    for host; do grep -q "^task .* on $host$" erm-1.out || return; done
}
has_block() { on "$1" pgrep -u erm -f process_worker_pool; }

@test "a workflow grows, gives a host to an MPI job, and all back when idle" {
    compile hello.c hello
    erm start -H ../hosts --cooldown 1
    submit_workflow --tasks 150 --seconds 0.5 --idle 3 --pause 1000
    wait_until 180 works_on n1 n2 n3 n4
    is "$(job_field 1 .n_nodes)" 4
    erm submit -q -N 1 --launch mpi --procs-per-node 1 -t 2m -- ./hello
    erm wait 2
    file_has erm-2.out 'rank 0 of 1 on n[1-4]'
    run ! grep wave erm-1.out # it was not over before
    wait_until 120 file_has erm-1.out 'wave 1: 150 tasks on n'
    file_has erm-1.out '; 0 had to be run again'
    wait_until $PATIENCE has_field 1 .n_nodes 1
    local host count=0
    for host in n1 n2 n3 n4; do ! has_block $host || count=$((count + 1)); done
    [ $count -le 1 ]
    erm cancel 1
    wait_state 1 cancelled
    erm stop
}

@test "a workflow goes on when a host crashes, and runs its task again" {
    erm start -H ../hosts --cooldown 1
    submit_workflow --tasks 60 --seconds 1.5 --waves 1
    wait_until 180 works_on n1 n2 n3 n4
    hosts crash "$CLUSTER" n3
    wait_until $PATIENCE has_field 1 .n_nodes 3
    wait_until 120 has_state 1 completed
    run grep wave erm-1.out
    has 'wave 1: 60 tasks on n'
    has_not '; 0 had'
    erm stop
}
