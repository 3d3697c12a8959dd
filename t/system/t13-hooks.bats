#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Jobs that are resized by a hook: erm runs it at each resize, once, and takes
# its exit code for the answer, whatever happens to the manager meanwhile.

load helper

JOB='until [ -e end ]; do sleep 0.05; done; echo over'

# usage: start_hooked NODES SUBMIT-OPTIONS...: the hook is the script `hook`,
# which says in the file `calls` what it was told.
start_hooked() {
    cat >hook <<'END'
echo "$ERM_RESIZE_EVENT $ERM_RESIZE_NODES to $ERM_RESIZE_TARGET has $ERM_NODES"\
    "job $ERM_JOB_ID $@" >>calls
END
    cat >>hook
    seq -f 'n%g' "$1" >hosts
    start_again
    shift
    erm submit -q -e -t 1h --hook 'sh ./hook NODES' "$@" -- "$JOB"
    wait_runs 1
}

start_again() {
    erm start -H hosts -s 0 --cooldown 0 --grace 2 --mode evolving >/dev/null
}

has_nodes() { has_field 1 .nodelist "$1"; }
has_calls() { [ -e calls ] && has_lines "$1" calls; }
# How the last directive ended.
outcome() { erm events -n 100000 | jq -sr '.[-1].event'; }
has_event() { erm events -n 100000 | grep -q "\"event\":\"$1\""; }
hook_claim() { ls -d "$STATE"/jobs/1.1.2* | head -n 1; }
# A hook that waits for the file `go`.
WAIT='echo $$ >hook.pid; until [ -e go ]; do sleep 0.05; done'

@test "a hook is told what comes and what goes, and 0 is done" {
    start_hooked 3 -N 1-3 </dev/null
    erm resize -q --wait 1 3
    wait_until $PATIENCE has_nodes 'n[1-3]'
    erm resize -q --wait 1 2
    wait_until $PATIENCE has_nodes 'n[1-2]'
    is "$(cat calls)" "grow n2,n3 to n1,n2,n3 has n1 job 1 n1
shrink n3 to n1,n2 has n1,n2,n3 job 1 n1,n2,n3"
    [ -e erm-1.out.hook ]
    touch end
    wait_state 1 completed
    is "$(cat erm-1.out)" over
    is "$(ls "$STATE/jobs" | xargs)" ''
}

@test "75 is not now, and anything else is a failure" {
    start_hooked 2 -N 1-2 <<<'[ -e yes ] || exit $(cat code)'
    echo 75 >code
    run ! erm resize -q --wait 1 2
    has_event refused
    has_nodes n1
    echo 9 >code
    run ! erm resize -q --wait 1 2
    has_event failed
    has_nodes n1
    log_has 'job 1: its hook ended with 9'
    touch yes
    erm resize -q --wait 1 2
    has_nodes 'n[1-2]'
    has_calls 3
    runs 1
    touch end
    wait_state 1 completed
}

@test "a hook that does not end is ended at the deadline, and the job keeps its size" {
    start_hooked 2 -N 1-2 <<<'echo $$ >hook.pid; sleep 1000'
    run ! erm expand -q --deadline 1s --wait 1 1
    has_event withdrawn
    has_nodes n1
    wait_until $PATIENCE is_gone "$(cat hook.pid)"
    runs 1
    touch end
    wait_state 1 completed
}

@test "0 does not free nodes on which something is left" {
    cat >head <<'END'
until [ -e grown ]; do sleep 0.05; done
ERM_NODE=n2 setsid sh -c 'echo $$ >left.pid; trap "" TERM
    while :; do sleep 0.05; done' &
until [ -e end ]; do sleep 0.05; done
END
    JOB='sh ./head'
    start_hooked 2 -N 1-2 </dev/null
    erm resize -q --wait 1 2
    touch grown
    wait_until $PATIENCE is_pid_file left.pid
    erm resize -q --wait 1 1
    has_nodes n1
    is_gone "$(cat left.pid)"
    log_has 'had to be ended on n2, which it has given back'
    touch end
    wait_state 1 completed
}

@test "the manager is killed while the hook runs: it is run once" {
    start_hooked 2 -N 1-2 <<<"$WAIT"
    erm resize -q 1 2
    wait_until $PATIENCE is_pid_file hook.pid
    crash_manager
    kill -0 "$(cat hook.pid)"
    start_again
    touch go
    wait_until $PATIENCE has_nodes 'n[1-2]'
    has_calls 1
    touch end
    wait_state 1 completed
}

@test "the hook ends while there is no manager: its answer counts" {
    start_hooked 2 -N 1-2 <<<"$WAIT"
    erm resize -q 1 2
    wait_until $PATIENCE is_pid_file hook.pid
    crash_manager
    touch go
    wait_until $PATIENCE test -s "$(hook_claim)/exit"
    start_again
    wait_until $PATIENCE has_nodes 'n[1-2]'
    has_calls 1
    touch end
    wait_state 1 completed
}

@test "the hook and its shepherd are killed while there is no manager: failed" {
    start_hooked 2 -N 1-2 <<<"$WAIT"
    erm resize -q 1 2
    wait_until $PATIENCE is_pid_file hook.pid
    crash_manager
    kill -9 "$(cut -d' ' -f2 "$(hook_claim)/shepherd")" "$(cat hook.pid)"
    start_again
    wait_until $PATIENCE has_event failed
    has_nodes n1
    has_calls 1
    runs 1
    touch end
    wait_state 1 completed
}

@test "the manager is killed again and again around a hook: never run twice" {
    start_hooked 2 -N 1-2 <<<'sleep 0.1'
    for round in 1 2 3 4 5 6; do
        erm resize -q 1 $((round % 2 + 1))
        sleep "0.0$((round * 3 % 10))"
        crash_manager
        start_again
        wait_until $PATIENCE has_field 1 .directive null
    done
    offers=$(erm events -n 100000 | grep -c '"event":"offer"')
    has_calls "$offers"
    touch end
    wait_state 1 completed
}

@test "a job that ends while its hook runs takes it along" {
    start_hooked 2 -N 1-2 <<<"$WAIT"
    erm resize -q 1 2
    wait_until $PATIENCE is_pid_file hook.pid
    touch end
    wait_state 1 completed
    is_gone "$(cat hook.pid)"
    is "$(ls "$STATE/jobs" | xargs)" ''
}

@test "a hook and workers: the hook before a worker goes, and after it may come" {
    start_hooked 2 -N 1-2 --worker 'echo begin; trap "echo over; exit" TERM
        while :; do sleep 0.05; done' <<<'
        [ "$ERM_RESIZE_EVENT" = grow ] || grep -c over erm-1.out.n2 >seen
        exit 0'
    erm resize -q --wait 1 2
    wait_until $PATIENCE file_has erm-1.out.n2 begin
    erm resize -q --wait 1 1
    has_nodes n1
    is "$(cat seen)" 0 # it was still there
    file_has erm-1.out.n2 over
    touch end
    wait_state 1 completed
}
