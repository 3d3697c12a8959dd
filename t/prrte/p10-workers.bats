#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Workers on other machines: each in a DVM of its own over its one node, so that
# they come and go with the nodes, and a lost node costs one.

load helper

# The head of the job: runs until the file `end` appears.
HEAD='until [ -e end ]; do sleep 0.1; done; echo head over'

# Each says where it is, and that it was told to end.
make_worker() {
    cat >worker <<'END'
#!/bin/sh
echo "begin $ERM_NODE $(hostname) $ERM_NODE_INDEX as $1"
trap 'echo over; exit 0' TERM
while :; do sleep 0.1; done
END
    chmod +x worker
}

# usage: start_elastic SUBMIT-OPTIONS...
start_elastic() {
    make_worker
    start_again
    erm submit -q -e -t 1h --worker './worker NODE' "$@" -- "$HEAD"
    wait_runs 1
}
start_again() {
    erm start -H ../hosts -s 0 --cooldown 0 --grace 3 --mode evolving "$@"
    wait_until "$PATIENCE" all_up
}
all_up() { [ "$(erm status --json | jq .nodes.down)" -eq 0 ]; }

has_nodes() { has_field 1 .nodelist "$1"; }
has_begun() { [ -e "erm-1.out.$1" ] && [ "$(grep -c begin "erm-1.out.$1")" -eq "${2:-1}" ]; }
wait_begun() { wait_until "$PATIENCE" has_begun "$@"; }
# The worker's processes on a host.
has_worker() { on "$1" pgrep -u erm -f './worker' >/dev/null; }
has_no_worker() { ! has_worker "$1"; }
has_daemon() { on "$1" pgrep -u erm -x prted >/dev/null; }
has_no_daemon() { ! has_daemon "$1"; }
end_job() {
    touch end
    wait_until "$PATIENCE" has_state 1 completed
    erm stop
}

@test "workers grow from one to three hosts, and shrink to one again" {
    start_elastic -N 1-3
    wait_begun n1
    is "$(cat erm-1.out.n1)" 'begin n1 n1 0 as n1'
    erm resize -q --wait 1 3
    has_nodes 'n[1-3]'
    wait_begun n2
    wait_begun n3
    is "$(cat erm-1.out.n3)" 'begin n3 n3 2 as n3'
    has_worker n2
    has_no_worker n4
    erm resize -q --wait 1 1
    has_nodes n1
    # when they are free nothing is left on them
    has_no_worker n2
    has_no_worker n3
    has_no_daemon n2
    has_no_daemon n3
    grep -q over erm-1.out.n3
    has_begun n1
    has_worker n1
    end_job
    grep -q over erm-1.out.n1
    is "$(cat erm-1.out)" 'head over'
}

@test "the power of a host is cut: that costs one worker" {
    start_elastic -N 1-3
    erm resize -q --wait 1 3
    wait_begun n1
    wait_begun n3
    hosts crash "$CLUSTER" n2
    wait_until 40 has_nodes 'n[1,3]'
    runs 1
    has_worker n1
    has_worker n3
    has_begun n1
    has_begun n3
    log_has 'shrink 3 -> 2 (n2) forced (nodes were lost)'
    ! log_has 'started again'
    hosts boot "$CLUSTER" n2
    wait_until 40 has_node_state n2 idle
    erm resize -q --wait 1 3
    wait_begun n2 2
    end_job
}

@test "a worker that is killed on its host is started again there" {
    start_elastic -N 2
    wait_begun n1
    wait_begun n2
    on n2 pkill -9 -f ./worker
    wait_begun n2 2
    has_begun n1
    runs 1
    end_job
}

@test "the manager is killed: workers go on, and are found again" {
    start_elastic -N 1-3
    erm resize -q --wait 1 2
    wait_begun n1
    wait_begun n2
    as_root n0 pkill -9 -f 'erm start'
    has_worker n1
    start_again
    runs 1
    erm resize -q --wait 1 3
    wait_begun n3
    has_begun n1
    has_begun n2
    erm resize -q --wait 1 1
    has_nodes n1
    has_no_worker n2
    end_job
}

@test "workers that are all of a job" {
    start_again
    erm submit -q -N 3 -t 1h --launch workers -- 'hostname; sleep 1'
    run erm wait 1
    ok
    is "$(cat erm-1.out.n1 erm-1.out.n2 erm-1.out.n3 | xargs)" 'n1 n2 n3'
    erm stop
}

@test "a job that is cancelled takes its workers along" {
    start_elastic -N 3
    wait_begun n1
    wait_begun n2
    wait_begun n3
    erm cancel -q 1
    wait_until "$PATIENCE" has_state 1 cancelled
    has_no_worker n1
    has_no_worker n3
    erm stop
}
