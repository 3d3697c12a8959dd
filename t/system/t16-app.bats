#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Jobs of resize: app that follow their manager with `erm app`, liberm in C and
# in Fortran.

load helper

# A job that does what it is told, and says so.
write_follower() {
    cat >follower <<'END'
echo "on $(erm app nodes -d ,)"
while set -- $(erm app wait); do
    erm app accept && erm app done && echo "$1 $3: $(erm app nodes -d ,)"
done
END
}
submit_app() { erm submit -q --elastic --resize app "$@"; }
log_line() { wait_until $PATIENCE file_has "erm-$1.out" "$2"; }
has_size() { has_field "$1" .n_nodes "$2"; }
wait_size() { wait_until $PATIENCE has_size "$1" "$2"; }

@test "a script is asked, says done, and has other nodes then" {
    write_follower
    start_nodes 4 --cooldown 1000
    submit_app -N 2-4 -- sh follower
    log_line 1 '^on n1,n2'
    # two idle nodes are offered as soon as it runs
    log_line 1 '^grow n3,n4: n1,n2,n3,n4$'
    wait_size 1 4
    run -0 erm shrink 1 2 --wait
    has 'job 1: now 2 nodes'
    log_line 1 '^shrink n3,n4: n1,n2$'
    is "$(node_state n4)" idle
    run -0 erm expand 1 1 --wait
    is "$(job_field 1 .n_nodes)" 3
    # nobody has to answer twice, and nothing was answered in vain
    run -1 grep ignored "$STATE/mailbox/1/events.jsonl"
}

@test "a script refuses, and the one who asked is told" {
    start_nodes 3 --cooldown 1000 --mode evolving
    submit_app -N 1-3 -- 'erm app wait >asked && erm app refuse -r 60s -m "in a checkpoint"; sleep 1000'
    wait_runs 1
    run -1 --separate-stderr erm expand 1 1 --wait
    [[ $stderr == *'it was to have 2 nodes, but has 1'* ]]
    is "$(cat asked)" 'grow 1 n2'
    run -0 erm show 1
    has 'in a checkpoint'
}

@test "a script asks for nodes, and gets them, or is told why not" {
    start_nodes 3 --mode evolving
    erm submit -q -N 1 -- sleep 1000
    wait_runs 1
    cat >wisher <<'END'
echo "granted $(erm app grow 1)"
set -- $(erm app wait -t 60s)
erm app done && echo "has $(erm app nodes -d ,)"
erm app grow 1; echo "status $?"
sleep 1000
END
    erm submit -q --type evolving --resize app -N 1-3 -- sh wisher
    log_line 2 '^granted 1$'
    log_line 2 '^has n2,n3$'
    log_line 2 '^status 75$'
    wait_size 2 2
}

@test "a script gives nodes back that it has left" {
    start_nodes 3 --mode evolving
    erm submit -q --type evolving --resize app -N 1-3 --pref 3 -- \
        'erm app release -k 1; echo "status $?"; erm app wait -t 1s; sleep 1000'
    log_line 1 '^status 0$'
    wait_size 1 1
    wait_until $PATIENCE has_node_state n3 idle
    # nothing was asked of it
    run -1 grep shrink erm-1.out
}

@test "a pool grows into idle nodes and leaves those that others need" {
    start_nodes 4 --cooldown 0.2s --done-within 60s
    seq 120 >tasks
    submit_app -N 1-4 -t 1h -- erm app pool -f tasks -j 1 --keep-nodes -- \
        'echo {} $ERM_NODE >>log; sleep 0.2'
    wait_until $PATIENCE grep -q n4 log
    # it has all four; another job needs two of them
    erm submit -q -N 2 -t 1m -- 'echo >there; sleep 2'
    wait_until $PATIENCE test -e there
    wait_state 2 completed
    wait_until $PATIENCE has_size 1 4
    wait_until 120 has_state 1 completed
    is "$(cut -d' ' -f1 log | sort -n | uniq)" "$(seq 120)"
    is "$(wc -l <log)" 120
    file_has erm-1.out '120 tasks: 120 done, 0 failed, 0 not run; 0 runs repeated; 4 nodes used'
}

@test "a pool gives back at its end what it does not need" {
    start_nodes 3 --cooldown 1000
    seq 3 >tasks
    submit_app -N 1-3 --pref 3 -- erm app pool -f tasks -j 1 -- \
        '[ {} != 1 ] || until test -e end; do sleep 0.05; done'
    wait_size 1 1
    wait_until $PATIENCE has_node_state n2 idle
    : >end
    wait_state 1 completed
    file_has erm-1.out '3 tasks: 3 done, 0 failed, 0 not run; 0 runs repeated'
}

@test "a pool that is run again goes on where it was" {
    start_nodes 1
    seq 8 >tasks
    submit_app -N 1-1 --requeue -- erm app pool -f tasks -j 1 -- \
        'echo {} >>log; [ {} != 4 ] || test -e again || { : >again; exec sleep 1000; }'
    wait_until $PATIENCE test -e again
    erm requeue 1
    wait_until $PATIENCE has_state 1 completed
    is "$(sort -n log | uniq -c | awk '$1 > 1 { print $2 }')" 4
    is "$(sort -nu log)" "$(seq 8)"
}

@test "a checkpointed program is run again at its new size" {
    start_nodes 3 --cooldown 1000 --mode evolving
    cat >program <<'END'
step=$(cat "$ERM_JOB_DIR/step" 2>/dev/null || echo 0)
echo "at $step on $ERM_NODES"
while sleep 0.05; do step=$((step + 1)); echo $step >now; done
END
    erm submit -q --elastic --resize restart -N 1-3 -t 1h -- \
        erm app run --checkpoint 'cp now $ERM_JOB_DIR/step' -- sh program
    log_line 1 '^at 0 on n1$'
    wait_until $PATIENCE test -s now
    run -0 erm expand 1 2 --wait
    log_line 1 '^at [1-9][0-9]* on n1,n2,n3$'
    is "$(job_field 1 .n_nodes)" 3
    is "$(job_field 1 .attempt)" 2
}

@test "programs in C and Fortran follow between two steps" {
    start_nodes 3 --cooldown 1000
    submit_app -N 1-3 -- "$EXAMPLES/elastic_loop" 40
    log_line 1 '^grows from 1 to 3 nodes$'
    wait_until $PATIENCE has_state 1 completed
    file_has erm-1.out '^539777 primes below 8000000$'
    [ -x "$EXAMPLES/fortran/waves" ] || skip 'no Fortran here'
    submit_app -N 1-3 -- "$EXAMPLES/fortran/waves" 40000
    log_line 2 '^grows by n2$'
    wait_until $PATIENCE has_state 2 completed
    file_has erm-2.out '^energy on 3 nodes:'
}
