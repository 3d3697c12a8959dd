#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# What breaks, breaks one job: processes that are killed, hosts that lose power
# or network. Four jobs run, each on a host; one of them is hit.

load helper

# usage: four_jobs [OPTION...] : started, and job 1's host in HIT. The fourth
# may run again.
four_jobs() {
    erm start -H ../hosts "$@"
    for job in 1 2 3; do
        erm submit -q -N 1 --launch mpi --procs-per-node 2 -- sleep 15
    done
    erm submit -q -N 1 --launch mpi --procs-per-node 1 --requeue -- sleep 12
    wait_runs 1 2 3 4
    HIT=$(erm queue -n -o nodelist 1 | tr -d ' ')
}
# usage: of_job ID NAME : pids on the head.
of_job() {
    as_root n0 sh -c '
        for p in $(grep -lsaz "^ERM_JOB_ID=$1\$" /proc/[0-9]*/environ); do
            read -r comm <"${p%environ}comm" && [ "$comm" = "$2" ] &&
                echo "$p" | cut -d/ -f3
        done; true' - "$1" "$2"
}
kill_of_job() { as_root n0 kill -9 $(of_job "$1" "$2"); }
# The others are not touched.
others_complete() {
    run erm wait 2,3,4
    ok
    is "$(job_field 2 .attempt)$(job_field 3 .attempt)" 11
}
ends_as() { # usage: ends_as ID STATE SECONDS
    wait_until "$3" has_state "$1" "$2"
}

@test "kill -9 of a job's prte" {
    four_jobs
    kill_of_job 1 prte
    ends_as 1 node_fail 5
    run erm show 1
    has 'prte ended with signal 9'
    others_complete
    erm stop
}

@test "kill -9 of a job's prun" {
    four_jobs
    kill_of_job 1 prun
    ends_as 1 failed 5
    others_complete
    erm stop
}

@test "kill -9 of one prted" {
    four_jobs
    as_root "$HIT" pkill -9 -x prted
    ends_as 1 node_fail 8
    run ! on "$HIT" pgrep -u erm -x sleep
    others_complete
    erm stop
}

@test "kill -9 of a job's shepherd" {
    four_jobs
    kill_of_job 1 erm-shepherd
    ends_as 1 lost 5
    run ! on "$HIT" pgrep -u erm -x sleep
    others_complete
    erm stop
}

@test "kill -9 of erm-dvm" {
    four_jobs
    kill_of_job 1 erm-dvm
    ends_as 1 failed 8
    run ! on "$HIT" pgrep -u erm -x sleep
    others_complete
    erm stop
}

@test "kill -9 of the manager" {
    four_jobs
    as_root n0 pkill -9 -f 'erm start'
    erm start -H ../hosts
    run erm wait all
    ok
    run manager_log
    has '4 jobs had been started: 4 found again, 0 lost'
    erm stop
}

@test "kill -9 of the pool's prte: its jobs end or run again, a new DVM comes" {
    four_jobs --dvm pool
    as_root n0 pkill -9 -x prte
    for job in 1 2 3; do
        ends_as $job node_fail 8
    done
    run erm wait 4
    ok
    is "$(job_field 4 .attempt)" 2
    erm stop
}

@test "power cut of a host: one job ends, one that may runs again there" {
    four_jobs
    local host
    host=$(erm queue -n -o nodelist 4 | tr -d ' ')
    hosts crash "$CLUSTER" "$host"
    wait_until 30 has_node_state "$host" down
    has_node_state "$HIT" allocated
    run erm nodes
    has "$host" 'does not answer'
    hosts boot "$CLUSTER" "$host"
    wait_until 30 is_used_again "$host"
    run erm wait all
    ok
    is "$(job_field 4 .attempt)" 2
    erm stop
}
is_used_again() { ! erm nodes | grep -q down; }

@test "a cut link: noticed within 30 s, the host ends its own job's processes" {
    four_jobs
    hosts linkdown "$CLUSTER" "$HIT"
    wait_until 30 has_node_state "$HIT" down
    ends_as 1 node_fail 10
    wait_until 10 has_no_sleep "$HIT"
    hosts linkup "$CLUSTER" "$HIT"
    wait_until 40 is_used_again
    others_complete
    erm stop
}
has_no_sleep() { ! as_root "$1" pgrep -x sleep -u erm; }

@test "kill -9 of the connections to hosts: no job ends" {
    erm start -H ../hosts
    wait_until "$PATIENCE" is_used_again
    erm submit -q -N 4 -t 5m -- 'echo ready; sleep 8'
    wait_until 15 has_line erm-1.out ready
    on n0 pkill -9 -f 'ssh .*erm-host'
    run erm wait 1
    ok
    is "$(job_field 1 .attempt)" 1
    is_used_again
    erm stop
}
has_line() { grep -qx "$2" "$1" 2>/dev/null; }

@test "a flaky host comes back later each time, and at once by erm resume" {
    erm start -H ../hosts
    wait_until "$PATIENCE" is_used_again
    for time in 1 2; do
        hosts crash "$CLUSTER" n3
        hosts boot "$CLUSTER" n3
        wait_until 30 has_node_state n3 down
        [ $time = 2 ] || wait_until 15 has_node_state n3 idle
    done
    wait_until 15 reason_has 'failed 2 times'
    run erm resume n3
    ok
    wait_until 10 has_node_state n3 idle
    erm stop
}
reason_has() { erm nodes | grep n3 | grep -q "$1"; }

@test "--dvm pool: rebuilt without a host that is gone, and with it again" {
    erm start -H ../hosts --dvm pool
    wait_until "$PATIENCE" log_has "pool's DVM (.) is ready"
    hosts crash "$CLUSTER" n4
    wait_until 40 log_has 'over n1,n2,n3$'
    erm submit -q -N 3 --launch mpi --procs-per-node 1 -- hostname
    run erm wait 1
    ok
    hosts boot "$CLUSTER" n4
    wait_until 40 is_used_again
    erm submit -q -N 4 --launch mpi --procs-per-node 1 -- hostname
    run erm wait 2
    ok
    is "$(sort erm-2.out | xargs)" 'n1 n2 n3 n4'
    erm stop
}
