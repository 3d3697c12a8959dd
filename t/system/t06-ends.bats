#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# How jobs end: nothing of them stays behind, their status is what it was, and
# their output is where it was asked for.

load helper

# A job that ignores TERM and left what hides best: a daemon in a session of
# its own, one that forked twice, and one that ignores TERM as well. It writes
# their pids to the file `pids`, its own last.
stubborn() {
    cat >stubborn.sh <<'END'
#!/bin/bash
setsid sh -c 'echo $$ >>pids; exec sleep 1000' &
(setsid bash -c '(echo $BASHPID >>pids; exec sleep 1000) &' &)
(setsid sh -c 'trap "" TERM; echo $$ >>pids; while :; do sleep 9; done' &)
(sh -c 'trap "" TERM HUP; echo $$ >>pids; exec sleep 1000' &)
until [ "$(wc -l <pids)" -eq 4 ]; do sleep 0.05; done
trap '' TERM
echo $$ >>pids
until [ -e end ]; do sleep 0.1; done
END
    chmod +x stubborn.sh
}

run_stubborn() {
    stubborn
    erm submit -q -t "${1:-1h}" -- exec ./stubborn.sh
    wait_runs 1
    wait_until $PATIENCE has_lines 5 pids
}

# Is every process of the file `pids` gone?
all_gone() {
    local pid
    while read -r pid; do
        is_gone "$pid" || return 1
    done <pids
}

# A job's end is told only once its processes are gone.
ended_clean() {
    wait_state 1 "$1"
    all_gone
    is "$(node_state n1)" idle
    erm submit -q -t 1m -- true
    wait_state 2 completed
}

# usage: status_of COMMAND : what erm wait ends with for it.
status_of() {
    local status=0 id
    id=$(erm submit -q -t 1h -- "$1")
    erm wait -q "$id" || status=$?
    echo $status
}

@test "cancel ends what ignores TERM, daemons and double forks" {
    start_nodes 1
    run_stubborn
    run -0 erm cancel --grace 1s 1
    ended_clean cancelled
}

@test "cancel waits for the grace before it kills" {
    start_nodes 1
    erm submit -q -- 'trap "sleep 1; echo saved; exit 85" TERM; echo ready
        until [ -e end ]; do sleep 0.1; done'
    wait_until $PATIENCE file_has erm-1.out ready
    erm cancel --grace 50s 1
    wait_state 1 cancelled
    file_has erm-1.out saved
    is "$(job_field 1 .exit_code)" 85
}

@test "cancel --signal only sends that signal" {
    start_nodes 1
    erm submit -q -- 'trap "echo got it" USR1; echo ready
        until [ -e end ]; do sleep 0.1; done'
    wait_until $PATIENCE file_has erm-1.out ready
    erm cancel --signal USR1 1
    wait_until $PATIENCE file_has erm-1.out 'got it'
    is "$(job_field 1 .state)" running
    touch end
    wait_state 1 completed
}

@test "a job of stopped processes can be cancelled" {
    start_nodes 1
    erm submit -q -- 'sleep 1000 & echo $! >pids; kill -STOP $!; kill -STOP $$'
    wait_until $PATIENCE eval '[ "$(state_of "$(cat pids)")" = T ]'
    erm cancel --grace 1s 1
    wait_state 1 cancelled
    all_gone
}

@test "cancel of a waiting job; of an ended one it is refused" {
    start_nodes 1
    erm submit -q --hold -- true
    run -0 erm cancel 1
    is "$(job_field 1 .state)" cancelled
    run -1 erm cancel 1
    has 'job 1'
    run -4 erm cancel 77
}

@test "the walltime ends what ignores TERM, daemons and double forks" {
    start_nodes 1 --grace 1s
    run_stubborn 3s
    ended_clean timeout
    run -124 erm wait -q 1
}

@test "the walltime is kept while there is no manager" {
    start_nodes 1 --grace 1s
    run_stubborn 3s
    crash_manager
    wait_until $PATIENCE all_gone
    start_nodes 1
    ended_clean timeout
    is "$(erm history --json | jq '[.jobs[] | select(.id == 1)] | length')" 1
}

@test "a cancel that was begun is finished by the next manager" {
    start_nodes 1
    run_stubborn
    erm cancel --grace 2s 1
    crash_manager
    start_nodes 1
    ended_clean cancelled
}

@test "what a command leaves behind ends with it" {
    start_nodes 1
    run_stubborn
    touch end
    ended_clean completed
}

@test "a warning signal comes before the walltime" {
    start_nodes 1 --grace 1s
    cat >warned.sh <<'END'
trap 'echo warned; exit 3' USR2
until [ -e end ]; do sleep 0.1; done
END
    cat >job.json <<'END'
{ "jobs": [ { "command": "sh warned.sh", "walltime": "1h",
    "warn_before": "3598s", "warn_signal": "USR2" } ] }
END
    erm submit -q job.json
    wait_state 1 failed
    is "$(cat erm-1.out) $(job_field 1 .exit_code)" 'warned 3'
}

@test "erm wait ends with the job's exit code" {
    start_nodes 2
    is "$(status_of true)" 0
    is "$(status_of 'exit 7')" 7
    is "$(status_of 'exit 255')" 255
}

@test "a program that is none, or is not there, gives 126 and 127" {
    start_nodes 2
    echo text >plain
    is "$(status_of ./plain)" 126
    is "$(status_of ./not-there)" 127
    is "$(job_field 2 .state) $(job_field 2 .exit_code)" 'failed 127'
}

@test "a working folder that is gone fails the job, and says so" {
    start_nodes 1
    mkdir gone
    erm submit -q --hold -D "$PWD/gone" -o "$PWD/out" -- true
    rmdir gone
    erm release 1
    wait_state 1 failed
    run erm wait -q 1
    [ "$status" -eq 126 ] || fails_with 127
    wait_until $PATIENCE log_has 'job 1.*gone'
}

@test "a signal gives 128 and its number" {
    start_nodes 2
    is "$(status_of 'kill -TERM $$')" 143
    is "$(status_of 'kill -KILL $$')" 137
    is "$(status_of 'ulimit -c 0; kill -SEGV $$')" 139
    is "$(job_field 2 .signal) $(job_field 2 .state)" '9 failed'
}

@test "a timeout gives 124, also to wait itself" {
    start_nodes 2 --grace 1s
    erm submit -q -t 1s -- 'sleep 1000'
    run -124 erm wait -q 1
    erm submit -q -t 1h -- 'sleep 1000'
    run -124 erm wait -q --timeout 1s 2
    runs 2
}

@test "wait for several jobs ends with the highest, --any with the first" {
    start_nodes 3
    erm submit -q -- 'until [ -e end ]; do sleep 0.1; done; exit 9'
    erm submit -q -- 'exit 4'
    run -4 erm wait -q --any 1 2
    touch end
    run -9 erm wait -q 1 2
}

@test "output and errors go to the files asked for, with %j %a %x" {
    start_nodes 1
    mkdir logs
    erm submit -q -J kit -o 'logs/%x-%j.%a.out' -E 'logs/%x-%j.err' -- \
        'echo out; echo err >&2'
    wait_state 1 completed
    is "$(cat logs/kit-1.1.out)" out
    is "$(cat logs/kit-1.err)" err
    run -0 erm log 1
    is "$output" out
    run -0 erm log --stderr 1
    is "$output" err
}

@test "without them both go to erm-ID.out in the job's folder, in order" {
    start_nodes 1
    mkdir there
    erm submit -q -D "$PWD/there" -- 'echo a; echo b >&2; echo c; pwd'
    wait_state 1 completed
    is "$(cat there/erm-1.out)" "a
b
c
$PWD/there"
}

@test "an output that cannot be written fails the job before it runs" {
    start_nodes 1
    erm submit -q -o "$PWD/no/such/out" -- 'touch ran' || true
    wait_state 1 failed
    [ ! -e ran ]
    is "$(node_state n1)" idle
}

@test "much output arrives whole" {
    start_nodes 1
    erm submit -q -- 'seq 300000'
    wait_state 1 completed
    seq 300000 | cmp - erm-1.out
}
