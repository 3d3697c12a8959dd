#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# What a job does by itself on other machines: erm app exec and pool.

load helper

start_manager() {
    erm start -H ../hosts "$@"
    wait_until "$PATIENCE" all_up
}
all_up() { [ "$(erm nodes -n | grep -c ' idle ')" -ge 1 ] && ! erm nodes | grep -q down; }
# usage: runs_on HOST WORDS: is there a process of the user like that?
runs_on() { as_root "$1" pgrep -u erm -f "$2"; }

@test "a command runs on all hosts of the job, in its folder and with its mark" {
    start_manager
    erm submit -q -N 3 -- erm app exec --all -- \
        'echo "$(hostname) is $ERM_NODE in ${PWD##*/}, ${ERM_DVM_KEY:+marked}"; exit ${ERM_NODE#n}'
    run erm wait 1
    is "$status" 3
    for host in n1 n2 n3; do
        grep -x "$host is $host in ${WORK##*/}, marked" erm-1.out
    done
    erm stop
}

@test "cancel reaches what a job has started on its hosts, also the deaf" {
    start_manager
    erm submit -q -N 4 -- erm app exec --all -- 'trap "" TERM; setsid sleep 4711 & wait; wait'
    for host in n1 n2 n3 n4; do
        wait_until "$PATIENCE" runs_on $host 'sleep 4711'
    done
    erm cancel 1 --grace 1s
    wait_state 1 cancelled
    # the teardown looks at every host
    erm stop
}

@test "a pool leaves a host that is needed, loses one, and not a task with it" {
    start_manager --cooldown 0.2s
    seq 100 >tasks
    erm submit -q -N 1-4 --elastic --resize app -- erm app pool -f tasks -j 2 --keep-nodes -- \
        'echo {} $ERM_NODE >>log; sleep 0.5; echo {} >>ended'
    wait_until "$PATIENCE" grep -q n4 log
    erm submit -q -N 1 -- sleep 2
    wait_state 2 completed
    host=$(jq -r '.job.nodes[-1]' <<<"$(erm show 1 --json)")
    hosts crash "$CLUSTER" "$host"
    wait_until 120 has_state 1 completed
    is "$(sort -nu ended)" "$(seq 100)"
    grep '100 tasks: 100 done, 0 failed, 0 not run' erm-1.out
    erm stop
}
