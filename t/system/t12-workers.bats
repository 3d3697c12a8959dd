#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Workers, one on each node of a job: they come and go with the nodes, whoever
# is killed meanwhile.

load helper

# Each worker says what it is, and that it was told to end.
make_worker() {
    cat >worker <<'END'
#!/bin/sh
echo "begin $ERM_NODE $ERM_NODE_INDEX of $ERM_NODES as $1"
trap 'echo "over"; exit 0' TERM
while :; do sleep 0.05; done
END
    chmod +x worker
}

# The head of the job: runs until the file `end` appears.
HEAD='until [ -e end ]; do sleep 0.05; done; echo head over'

start_elastic() {
    make_worker
    start_nodes "$1" -s 0 --cooldown 0 --grace 3 --mode evolving
    shift
    erm submit -q -e -t 1h --worker './worker NODE' "$@" -- "$HEAD"
    wait_runs 1
}

# usage: part NODE: the number of its worker's part (nodes count from 0).
part() { echo $((${1#n})); }
worker_pid() { cut -d' ' -f2 "$STATE/jobs/1.1.$(part "$1")/command"; }
shepherd_of() { cut -d' ' -f2 "$STATE/jobs/1.1.$(part "$1")/shepherd"; }
has_worker() { kill -0 "$(worker_pid "$1")"; }
wait_workers() {
    local node
    for node; do wait_until $PATIENCE file_has "erm-1.out.$node" "begin $node"; done
}
# usage: begins NODE N: its worker was started N times.
begins() { [ "$(grep -c begin "erm-1.out.$1")" -eq "$2" ]; }
has_nodes() { has_field 1 .nodelist "$1"; }
resized() { erm resize -q --wait "$@"; }

@test "a worker on each node, beside the command, and none when that has ended" {
    start_elastic 3 -N 2-3
    wait_workers n1 n2
    is "$(cat erm-1.out.n1)" 'begin n1 0 of n1,n2 as n1'
    is "$(cat erm-1.out.n2)" 'begin n2 1 of n1,n2 as n2'
    [ ! -e erm-1.out.n3 ]
    touch end
    wait_state 1 completed
    is "$(cat erm-1.out)" 'head over'
    file_has erm-1.out.n1 over
    file_has erm-1.out.n2 over
    is "$(ls "$STATE/jobs" "$STATE/nodes" | grep -v : | xargs)" ''
}

@test "workers are pinned to the processors of their nodes" {
    seq -f 'n%g' 2 >hosts
    erm start -H hosts >/dev/null
    erm submit -q -N 2 --launch workers -- 'echo $(nproc)'
    wait_state 1 completed
    half=$(($(nproc) / 2))
    is "$(cat erm-1.out.n1)" "$((half > 0 ? half : 1))"
}

@test "they come with nodes that come, and go with nodes that go" {
    start_elastic 3 -N 1-3
    wait_workers n1
    resized 1 3
    wait_workers n2 n3
    wait_until $PATIENCE has_nodes 'n[1-3]'
    resized 1 1
    wait_until $PATIENCE has_nodes n1
    file_has erm-1.out.n2 over
    file_has erm-1.out.n3 over
    has_worker n1
    begins n1 1
    is "$(ls "$STATE/jobs" | xargs)" '1.1 1.1.1'
    log_has 'had to be ended' && return 1
    resized 1 2
    wait_until $PATIENCE has_nodes 'n[1-2]'
    wait_until $PATIENCE begins n2 2
    is "$(tail -n 1 erm-1.out.n2)" 'begin n2 1 of n1,n2 as n2'
    touch end
    wait_state 1 completed
}

@test "nodes are free when their workers are gone, also the stubborn ones" {
    start_nodes 2 -s 1 --cooldown 0 --grace 1
    cat >worker <<'END'
trap '' TERM
echo $$ >pid.$ERM_NODE
while :; do sleep 0.05; done
END
    erm submit -q -e -N 1-2 -t 1h --worker 'sh worker' -- "$HEAD"
    wait_until $PATIENCE is_pid_file pid.n1
    wait_until $PATIENCE is_pid_file pid.n2
    erm submit -q -t 1h -- 'kill -0 $(cat pid.n2) && echo there || echo gone'
    wait_state 2 completed
    is "$(tail -n 1 erm-2.out)" gone
    kill -0 "$(cat pid.n1)"
    touch end
    wait_state 1 completed
}

@test "a shrink by force takes the worker there, and nothing else" {
    make_worker
    start_nodes 2 -s 1 --cooldown 0 --grace 3
    cat >job.json <<END
[{"command": "$HEAD", "worker": "./worker NODE", "elastic": true,
 "max_nodes": 2, "walltime": 3600, "resize": "policy", "done_within": 1,
 "on_deadline": "force"}]
END
    erm submit -q job.json
    wait_workers n1 n2
    erm submit -q -t 1h -- true
    wait_state 2 completed
    file_has erm-1.out.n2 over
    has_worker n1
    runs 1
    erm events -n 1000 | grep -q '"event":"forced"'
    touch end
    wait_state 1 completed
}

@test "a worker that is killed by hand is started again" {
    start_elastic 2 -N 2
    wait_workers n1 n2
    kill -9 "$(worker_pid n2)"
    wait_until $PATIENCE begins n2 2
    log_has 'the worker on n2 was ended by signal 9; it is started again in 1 s'
    is "$(tail -n 1 erm-1.out.n2)" 'begin n2 1 of n1,n2 as n2'
    begins n1 1
    touch end
    wait_state 1 completed
}

@test "a worker whose shepherd is killed is started again, alone" {
    start_elastic 2 -N 2
    wait_workers n1 n2
    old=$(worker_pid n2)
    kill -9 "$(shepherd_of n2)"
    wait_until $PATIENCE begins n2 2
    is_gone "$old"
    begins n1 1
    runs 1
    touch end
    wait_state 1 completed
}

@test "a job whose workers never stay up fails, and says which and how" {
    start_nodes 2
    erm submit -q -N 2 -t 1h --worker 'exit 7' -- "$HEAD"
    wait_state 1 failed
    is "$(job_field 1 .exit_code)" 7
    run -0 erm show 1
    has 'no worker stays up: the one on n' 'ended with 7'
}

@test "workers that are all of a job: it ends with the last of them" {
    start_nodes 3
    erm submit -q -N 3 --launch workers -- \
        'until [ -e end.$ERM_NODE ]; do sleep 0.05; done; echo done'
    wait_runs 1
    touch end.n1 end.n3
    wait_until $PATIENCE file_has erm-1.out.n1 done
    wait_until $PATIENCE file_has erm-1.out.n3 done
    runs 1
    touch end.n2
    wait_state 1 completed
    is "$(job_field 1 .exit_code)" 0
    [ ! -e erm-1.out ]
    is "$(ls "$STATE/jobs" | xargs)" ''
}

@test "workers alone are resized, signalled, held to the walltime and cancelled" {
    make_worker
    start_nodes 2 -s 0 --cooldown 0 --mode evolving
    erm submit -q -e -N 1-2 -t 1h --launch workers -- ./worker NODE
    wait_workers n1
    resized 1 2
    wait_workers n2
    resized 1 1
    wait_until $PATIENCE has_nodes n1
    has_worker n1
    erm cancel -q --signal USR1 1
    wait_until $PATIENCE begins n1 2 # it dies of that, and is started again
    erm cancel -q 1
    wait_state 1 cancelled
    erm submit -q -t 1s --launch workers -- 'echo begin $ERM_NODE; sleep 100'
    wait_state 2 timeout
}

@test "output files by node, and those of the command" {
    make_worker
    start_nodes 2
    touch end
    mkdir logs
    erm submit -q -N 2 -o 'logs/%x.%n' -J app --worker 'echo $ERM_NODE' -- \
        'until [ -s logs/app.n1 ] && [ -s logs/app.n2 ]; do sleep 0.05; done
        echo head'
    wait_state 1 completed
    is "$(cd logs && tail -n 1 app.main app.n1 app.n2 | xargs)" \
        '==> app.main <== head ==> app.n1 <== n1 ==> app.n2 <== n2'
}

@test "they outlive the manager, and the next one finds them" {
    start_elastic 2 -N 1-2
    resized 1 2
    wait_workers n1 n2
    pids="$(worker_pid n1) $(worker_pid n2)"
    crash_manager
    kill -0 $pids
    start_nodes 2 -s 0 --cooldown 0 --mode evolving
    runs 1
    resized 1 1
    wait_until $PATIENCE has_nodes n1
    begins n1 1
    is "$(worker_pid n1)" "${pids% *}"
    is_gone "${pids#* }"
    resized 1 2
    wait_until $PATIENCE begins n2 2
    is "$(tail -n 1 erm-1.out.n2)" 'begin n2 1 of n1,n2 as n2'
    touch end
    wait_state 1 completed
    is "$(erm history --json | jq '.jobs | length')" 1
}

@test "what happens to them while there is no manager is made good" {
    start_elastic 3 -N 3
    wait_workers n1 n2 n3
    crash_manager
    kill -9 "$(worker_pid n2)"
    kill -9 "$(shepherd_of n3)"
    start_nodes 3 -s 0 --cooldown 0
    wait_until $PATIENCE begins n2 2
    wait_until $PATIENCE begins n3 2
    begins n1 1
    crash_manager
    touch end
    wait_until $PATIENCE file_has erm-1.out 'head over'
    has_worker n1
    start_nodes 3
    wait_state 1 completed
    file_has erm-1.out.n1 over
    is "$(erm history --json | jq '.jobs | length')" 1
}

@test "workers alone that end while there is no manager are accounted once" {
    start_nodes 2
    erm submit -q -N 2 --launch workers -- \
        'until [ -e end ]; do sleep 0.05; done; echo done'
    wait_runs 1
    wait_until $PATIENCE test -s "$STATE/jobs/1.1.1/command"
    wait_until $PATIENCE test -s "$STATE/jobs/1.1.2/command"
    crash_manager
    touch end
    wait_until $PATIENCE test -s "$STATE/jobs/1.1.1/exit"
    wait_until $PATIENCE test -s "$STATE/jobs/1.1.2/exit"
    start_nodes 2
    wait_state 1 completed
    is "$(cat erm-1.out.n1 erm-1.out.n2 | xargs)" 'done done'
    is "$(erm history --json | jq '.jobs | length')" 1
}

@test "the manager is killed again and again while workers come and go" {
    start_elastic 3 -N 1-3
    for round in 1 2 3 4 5 6; do
        erm resize -q 1 $((round % 3 + 1)) || true
        sleep "0.0$((round * 7 % 10))" # wherever it is by then
        crash_manager
        start_nodes 3 -s 0 --cooldown 0 --grace 3 --mode evolving
        wait_until $PATIENCE erm status
    done
    wait_until $PATIENCE settled
    touch end
    wait_state 1 completed
    is "$(ls "$STATE/jobs" | xargs)" ''
}

# No resize is open, and there are just as many workers as nodes.
settled() {
    local node n=0
    has_field 1 .directive null || return 1
    for node in n1 n2 n3; do
        has_worker $node 2>/dev/null && n=$((n + 1))
    done
    has_field 1 .n_nodes $n
}
