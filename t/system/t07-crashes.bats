#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Managers and shepherds that are killed, state directories that are not to be
# trusted, disks that are full: nothing is lost, and nothing is done twice.

load helper

# Jobs say so when they begin, wait until the file `end` appears, and say so.
COUNT='echo begin $ERM_RESTART; until [ -e end ]; do sleep 0.1; done; echo over'

teardown_file() {
    grep -o "$BATS_RUN_TMPDIR/[^ ]*" /proc/mounts | xargs -r umount -l
}

shepherd_pid() { cut -d' ' -f2 "$STATE/jobs/$1/shepherd"; }
crash_shepherd() {
    local pid
    pid=$(shepherd_pid "$1")
    kill -9 "$pid"
    wait_until $PATIENCE is_gone "$pid"
}
command_pid() { cut -d' ' -f2 "$STATE/jobs/$1/command"; }
# How often is that job in the history?
times_accounted() {
    erm history --json |
        jq "[.jobs[] | select(.id == $1)] | length"
}
# Every start is one line "begin" in the job's output.
is_whole() { is "$(tr '\n' ' ' <"erm-$1.out")" 'begin 0 over '; }
root_only() { [ "$(id -u)" -eq 0 ] || skip "NOT TESTED: $1 needs root"; }

# The job's command with a daemon that hides; their pids in the file `pids`.
HIDER='setsid sh -c "echo \$\$ >>pids; exec sleep 1000" &
    (setsid setsid sh -c "echo \$\$ >>pids; trap : TERM; while :; do sleep 9
    done" &); echo $$ >>pids; wait'
all_gone() {
    local pid
    while read -r pid; do
        is_gone "$pid" || return 1
    done <pids
}

@test "jobs go on when the manager is killed, and the next one adopts them" {
    start_nodes 2
    erm submit -q -t 1h -- "$COUNT"
    erm submit -q -t 1h -- "$COUNT"
    erm submit -q -N 2 -t 1h -- "$COUNT"
    wait_runs 1 2
    wait_until $PATIENCE test -s "$STATE/jobs/2.1/command"
    pids="$(command_pid 1.1) $(command_pid 2.1)"
    crash_manager
    kill -0 $pids
    run -3 erm queue
    start_nodes 2
    runs 1
    runs 2
    is "$(command_pid 1.1) $(command_pid 2.1)" "$pids"
    is "$(job_field 3 .state)" pending
    touch end
    wait_state 3 completed
    for id in 1 2 3; do
        is "$(job_field $id .state) $(times_accounted $id)" 'completed 1'
        is_whole $id
    done
}

@test "jobs that ended without a manager are accounted once, as they ended" {
    start_nodes 2
    erm submit -q -t 1h -- "$COUNT"
    erm submit -q -t 1h -- "$COUNT; exit 7"
    wait_runs 1 2
    crash_manager
    touch end
    wait_until $PATIENCE test -s "$STATE/jobs/1.1/exit"
    wait_until $PATIENCE test -s "$STATE/jobs/2.1/exit"
    start_nodes 2
    is "$(job_field 1 .state) $(job_field 2 .state)" 'completed failed'
    is "$(job_field 2 .exit_code)" 7
    crash_manager
    start_nodes 2
    is "$(times_accounted 1) $(times_accounted 2)" '1 1'
    is_whole 1
    is_whole 2
}

@test "a manager killed again and again changes nothing for the jobs" {
    start_nodes 2
    erm submit -q -t 1h -- "$COUNT"
    erm submit -q -t 1h -- "$COUNT"
    erm submit -q -t 1h -- "$COUNT"
    for _ in 1 2 3 4 5; do
        crash_manager
        start_nodes 2
    done
    wait_runs 1 2
    touch end
    for id in 1 2 3; do
        wait_state $id completed
        is "$(times_accounted $id)" 1
        is_whole $id
    done
}

@test "what was answered to submit is there after kill -9" {
    start_nodes 1
    for _ in $(seq 10); do
        erm submit -q -N 1 --hold -- true >>ids
    done
    crash_manager
    start_nodes 1
    is "$(erm queue -q | sort -n)" "$(sort -n ids)"
}

@test "a job whose shepherd was killed is lost, and nothing of it stays" {
    start_nodes 1
    erm submit -q -t 1h -- "$HIDER"
    wait_runs 1
    wait_until $PATIENCE has_lines 3 pids
    crash_shepherd 1.1
    wait_state 1 lost
    all_gone
    is "$(node_state n1) $(times_accounted 1)" 'idle 1'
    erm submit -q -- true
    wait_state 2 completed
    is "$(job_field 1 .attempt)" 1
    run -1 erm wait -q 1
}

@test "a lost job that may run again does so" {
    start_nodes 1
    erm submit -q --requeue -t 1h -- "$COUNT"
    wait_runs 1
    wait_until $PATIENCE file_has erm-1.out 'begin 0'
    crash_shepherd 1.1
    wait_until $PATIENCE file_has erm-1.out 'begin 1'
    touch end
    wait_state 1 completed
    is "$(job_field 1 .attempt) $(times_accounted 1)" '2 1'
}

@test "shepherd and manager killed: the next manager cleans up" {
    start_nodes 1
    erm submit -q -t 1h -- "$HIDER"
    wait_runs 1
    wait_until $PATIENCE has_lines 3 pids
    shepherd=$(shepherd_pid 1.1)
    kill -9 "$(manager_pid)" "$shepherd"
    wait_until $PATIENCE is_gone "$shepherd"
    start_nodes 1
    wait_state 1 lost
    all_gone
    is "$(node_state n1) $(times_accounted 1)" 'idle 1'
}

@test "stop leaves the jobs, start finds them" {
    start_nodes 1
    erm submit -q -t 1h -- "$COUNT"
    erm submit -q -t 1h -- "$COUNT"
    wait_runs 1
    run -0 erm stop
    run -3 erm status
    start_nodes 1
    runs 1
    touch end
    wait_state 2 completed
    is_whole 1
    is_whole 2
}

@test "stop --cancel-jobs ends them, the next start has none" {
    start_nodes 1
    erm submit -q -t 1h -- "$HIDER"
    erm submit -q -- true
    wait_runs 1
    wait_until $PATIENCE has_lines 3 pids
    run -0 timeout $PATIENCE "$ERM" stop --cancel-jobs
    all_gone
    start_nodes 1
    is "$(job_field 1 .state) $(job_field 2 .state)" 'cancelled cancelled'
    is "$(erm queue -q)" ''
}

@test "a second manager on the same state directory is refused" {
    start_nodes 1
    pid=$(manager_pid)
    run -75 erm start -N 1
    has "pid $pid" 'already running'
    run -75 erm -N 1
    has "pid $pid"
    is "$(manager_pid)" "$pid"
}

@test "the lock of a manager that was killed is no obstacle" {
    start_nodes 1
    crash_manager
    run -0 erm start -H hosts
    is "$(erm status --json | jq .nodes.total)" 1
}

@test "ids are never used again" {
    start_nodes 1
    is "$(erm submit -q -- true)" 1
    is "$(erm submit -q --hold -- true)" 2
    wait_state 1 completed
    erm cancel 2
    crash_manager
    start_nodes 1
    is "$(erm submit -q -- true)" 3
    wait_state 3 completed
    erm stop
    start_nodes 1
    is "$(erm submit -q -- true)" 4
}

# Is the state directory refused, with that text, and nothing written there?
is_refused() {
    run erm start -N 1
    [ "$status" -ne 0 ] || show 'was taken'
    has "$1"
    run -3 erm status
}

@test "a state directory that others can write to is refused" {
    mkdir "$STATE"
    chmod 777 "$STATE"
    is_refused 'others can write to'
    has_not 'ready'
    is "$(ls -A "$STATE")" ''
    chmod 700 "$STATE"
    run -0 erm start -N 1
}

@test "a state directory that is a symbolic link is refused" {
    mkdir -m 700 elsewhere
    ln -s "$PWD/elsewhere" "$STATE"
    is_refused 'symbolic link'
    is "$(ls -A elsewhere)" ''
}

@test "a state directory of somebody else is refused" {
    root_only 'chown'
    mkdir -m 700 "$STATE"
    chown nobody "$STATE"
    is_refused 'belongs to user nobody'
    is "$(ls -A "$STATE")" ''
}

@test "a state directory that is a file is refused" {
    echo mine >"$STATE"
    is_refused "$STATE"
    is "$(cat "$STATE")" mine
}

# A small disk of its own for the state directory.
small_disk() {
    root_only 'a small disk'
    mkdir -m 700 "$STATE"
    mount -t tmpfs -o size=3m,mode=700 none "$STATE" ||
        skip 'NOT TESTED: cannot mount a small disk here'
}
fill_disk() {
    cat /dev/zero >>"$STATE/filler" 2>/dev/null || true
}
free_disk() { rm "$STATE/filler"; }
takes_jobs() { erm submit -q -N 1 --hold -- true; }

@test "a full disk: running jobs' ends are recorded, new ones refused" {
    small_disk
    start_nodes 2
    erm submit -q -t 1h -- "$COUNT"
    erm submit -q -t 1h -- "$COUNT; exit 7"
    wait_runs 1 2
    fill_disk
    touch end
    wait_state 1 completed
    wait_state 2 failed
    is_whole 1
    is_whole 2
    fill_disk
    run -1 erm submit -q --hold -- true
    has 'disk is full'
    run -0 erm queue -a
    has CD F
    run -0 erm status
    has 'full'
    free_disk
    wait_until $PATIENCE takes_jobs
    erm submit -q -- true >id
    wait_state "$(cat id)" completed
    is "$(times_accounted 1) $(times_accounted 2)" '1 1'
}

@test "a full disk and a manager that is killed: nothing is lost" {
    small_disk
    start_nodes 2
    erm submit -q -t 1h -- "$COUNT"
    erm submit -q -t 1h -- "$COUNT; exit 7"
    wait_runs 1 2
    fill_disk
    touch end
    wait_state 1 completed
    wait_state 2 failed
    crash_manager
    fill_disk
    free_disk
    start_nodes 2
    is "$(job_field 1 .state) $(job_field 2 .state)" 'completed failed'
    is "$(times_accounted 1) $(times_accounted 2)" '1 1'
}

@test "jobs that end on a full disk without a manager are not lost" {
    small_disk
    start_nodes 1
    erm submit -q -t 1h -- "$COUNT; exit 7"
    wait_runs 1
    crash_manager
    rm -f "$STATE/ballast"
    fill_disk
    touch end
    wait_until $PATIENCE grep -q "^1 exit 7 " "$STATE/jobs/1.1/exit"
    free_disk
    start_nodes 1
    wait_state 1 failed
    is "$(job_field 1 .exit_code) $(times_accounted 1)" '7 1'
    is_whole 1
}
