#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Nodes change hands when nothing of their job is left on them, by the job's own
# word and by force; jobs that are resized by a signal and another start.

load helper

# Jobs end when the file `end` appears.
JOB='until [ -e end ]; do sleep 0.1; done'
# One process on each node of the job; its pid in the file with the node's name.
PROCESSES='for node in $(echo $ERM_NODES | tr , " "); do
    ERM_NODE=$node sh -c "echo \$\$ >$node; exec sleep 1000" &
done;'
# The same, but they end only for KILL.
STUBBORN='for node in $(echo $ERM_NODES | tr , " "); do
    ERM_NODE=$node sh -c "trap : TERM; echo \$\$ >$node;
        while :; do sleep 0.1; done" &
done;'

start_clear() {
    echo '{ "jobs": [] }' >policy.json
    seq -f 'n%g' "$1" >hosts
    shift
    erm start -H hosts -p policy.json -s 0 --cooldown 0 "$@" >/dev/null
}

client() { "$TOOLS/policy_client.py" policy.json "$@" 3>&-; }
entries() {
    jq -r '[.jobs[] | "\(.id) \(.scale) \(.nodes)"] | join("; ")' policy.json
}
has_entries() { [ "$(entries)" = "$1" ]; }
lives() { ! is_gone "$(cat "$1")"; }
wait_pids() {
    local node
    for node; do wait_until $PATIENCE is_pid_file "$node"; done
}

# usage: submit_elastic COMMAND [MEMBERS]: of 1 to 3 nodes; MEMBERS are jq's
submit_elastic() {
    local command=$1 members='{}'
    shift
    [ $# -eq 0 ] || members=$1
    jq -n --arg command "$command" "[{
        command: \$command, type: \"elastic\", min_nodes: 1, max_nodes: 3,
        pref_nodes: 3, walltime: 3600} + $members]" >elastic.json
    erm submit -q elastic.json
}

# What a process may use, as the kernel says it.
processors_of() { grep Cpus_allowed_list "/proc/$1/status" | cut -f2; }
has_processors() { [ "$(processors_of "$1")" = "$2" ]; }

@test "a forced shrink ends what runs on the nodes that go, and nothing else" {
    start_clear 3
    submit_elastic "$PROCESSES $JOB" '{on_deadline: "force", done_within: 1}'
    wait_runs 1
    wait_pids n1 n2 n3
    erm submit -q -N 2 -t 1m -- "$JOB"
    wait_runs 2
    is "$(job_field 2 .nodelist) $(job_field 1 .nodelist)" 'n[2-3] n1'
    wait_until $PATIENCE has_entries "" # nobody follows it any more
    lives n1
    run ! lives n2
    run ! lives n3
    log_has 'job 1: 2 processes had to be ended on n\[2-3\]'
    log_has 'shrink 3 -> 1 (n\[2-3\]) forced'
    touch end
    wait_state 1 completed
}

@test "what does not end for TERM gets the job's grace, then KILL" {
    start_clear 3
    submit_elastic "$STUBBORN $JOB" \
        '{on_deadline: "force", done_within: 1, grace: 2}'
    wait_runs 1
    wait_pids n1 n2 n3
    erm submit -q -N 2 -t 1m -- "$JOB"
    wait_runs 2
    lives n1
    run ! lives n2
    run ! lives n3
}

@test "a job says that it is done but keeps a process there" {
    start_clear 3
    submit_elastic "$STUBBORN $JOB" '{grace: 3}'
    wait_runs 1
    wait_pids n1 n2 n3
    erm submit -q -N 1 -t 1m -- "echo >next; $JOB"
    wait_until $PATIENCE has_entries '1 shrink n3'
    client 1
    wait_until $PATIENCE has_entries ''
    # its word alone is not enough
    is "$(job_field 1 .n_nodes) $(job_field 2 .state)" '3 pending'
    lives n3
    wait_runs 2
    wait_until $PATIENCE test -e next
    run ! lives n3
    lives n2
    log_has 'had to be ended on n3, which it has given back'
    touch end
    wait_state 1 completed
    erm show 1 --json | jq -r '.. | .resizes? // empty | .[] |
        select(.op == "shrink").note' | grep 'had to be ended'
}

@test "cancelled while its nodes are cleared" {
    start_clear 3
    submit_elastic "$STUBBORN $JOB" '{grace: 30}'
    wait_runs 1
    wait_pids n1 n2 n3
    erm shrink 1 1
    wait_until $PATIENCE has_entries '1 shrink n3'
    client 1
    wait_until $PATIENCE has_entries ''
    erm cancel --grace 1 1
    wait_state 1 cancelled
    run ! lives n1
    run ! lives n3
    is "$(erm status --json | jq .nodes.idle)" 3
}

@test "its walltime is over while its nodes are cleared" {
    start_clear 3
    submit_elastic "$STUBBORN $JOB" '{walltime: 4, grace: 1}'
    wait_runs 1
    wait_pids n1 n2 n3
    erm update 1 --grace 30 2>/dev/null || true
    erm shrink 1 1
    wait_until $PATIENCE has_entries '1 shrink n3'
    client 1
    wait_state 1 timeout
    wait_until $PATIENCE has_node_state n3 idle
}

@test "the manager dies while nodes are cleared" {
    start_clear 3
    submit_elastic "$STUBBORN $JOB" '{grace: 4}'
    wait_runs 1
    wait_pids n1 n2 n3
    erm submit -q -N 1 -t 1m -- "echo >next; $JOB"
    wait_until $PATIENCE has_entries '1 shrink n3'
    client 1
    wait_until $PATIENCE has_entries ''
    crash_manager
    lives n3
    start_clear_again
    wait_runs 2
    run ! lives n3
    lives n2
    is "$(job_field 1 .nodelist)" 'n[1-2]'
}

@test "the manager dies while nodes are taken by force" {
    start_clear 3
    submit_elastic "$STUBBORN $JOB" \
        '{on_deadline: "force", done_within: 1, grace: 4}'
    wait_runs 1
    wait_pids n1 n2 n3
    erm submit -q -N 1 -t 1m -- "$JOB"
    wait_until $PATIENCE forcing_1
    crash_manager
    start_clear_again
    wait_runs 2
    run ! lives n3
    lives n2
}
forcing_1() { [ "$(job_field 1 .directive.state)" = forcing ]; }
start_clear_again() {
    erm start -H hosts -p policy.json -s 0 --cooldown 0 >/dev/null
}

@test "processors go and come with the nodes of a job" {
    [ "$(nproc)" -ge 2 ] || skip "there is one processor only"
    start_clear 2
    # a legacy job, all of whose processes may use both nodes' processors
    submit_elastic "sleep 1000 & echo \$! >child; $JOB" \
        '{max_nodes: 2, pref_nodes: 2}'
    wait_runs 1
    wait_until $PATIENCE is_pid_file child
    local both
    both=$(processors_of "$(cat child)")
    erm shrink 1 1
    wait_until $PATIENCE has_entries '1 shrink n2'
    is "$(processors_of "$(cat child)")" "$both"
    client 1
    wait_until $PATIENCE has_field 1 .n_nodes 1
    local one
    one=$(processors_of "$(cat child)")
    [ "$one" != "$both" ]
    # what it starts from now on is held to them too
    wait_until $PATIENCE has_entries '1 expand n2'
    is "$(processors_of "$(cat child)")" "$one"
    client 1
    wait_until $PATIENCE has_field 1 .n_nodes 2
    is "$(processors_of "$(cat child)")" "$both"
}

# Counts to 60 in steps of 0.05 s; saves where it is and stops when told.
write_counter() {
    cat >counter <<'END'
#!/bin/sh
told=
trap 'told=1' USR1
i=$(cat "$ERM_JOB_DIR/saved" 2>/dev/null || echo 0)
echo "$ERM_RESTART $ERM_NNODES $i" >>runs
while [ "$i" -lt "${1:-60}" ]; do
    sleep 0.05
    i=$((i + 1))
    if [ -n "$told" ]; then
        echo "$i" >"$ERM_JOB_DIR/saved"
        exit 85
    fi
done
echo "$i" >counted
END
    chmod +x counter
}

@test "a program that saves its state grows from 1 node to 3 and shrinks to 2" {
    start_clear 3
    write_counter
    erm submit -q -N 2 -t 1m -- "until [ -e go ]; do sleep 0.05; done"
    wait_runs 1
    submit_elastic './counter 400' '{resize: "restart", pref_nodes: 1}'
    wait_runs 2
    is "$(job_field 2 .n_nodes)" 1
    touch go
    wait_until $PATIENCE has_field 2 .n_nodes 3
    wait_until $PATIENCE file_has runs '^1 3 '
    erm submit -q -N 1 -t 1m -- "touch next; until [ -e go2 ]; do sleep 0.05; done"
    wait_until $PATIENCE test -e next
    wait_until $PATIENCE file_has runs '^2 2 '
    is "$(job_field 2 .nodelist)" 'n[1-2]'
    wait_runs 2
    # where each began is where the one before it was
    is "$(cut -d' ' -f1,2 runs | head -n 3 | paste -sd,)" '0 1,1 3,2 2'
    [ "$(sed -n 2p runs | cut -d' ' -f3)" -gt 0 ]
    [ "$(sed -n 3p runs | cut -d' ' -f3)" -gt "$(sed -n 2p runs | cut -d' ' -f3)" ]
    is "$(job_field 2 .n_nodes)" 2
    touch go2
    wait_state 2 completed
    is "$(cat counted)" 400
}

@test "a program that does not catch the signal keeps its size and lives" {
    start_clear 2
    submit_elastic "$JOB" \
        '{resize: "restart", max_nodes: 2, pref_nodes: 1, accept_within: 1}'
    wait_runs 1
    if [ "$(job_field 1 .n_nodes)" -eq 1 ]; then
        wait_until $PATIENCE log_has 'expand 1 -> 2 (n2) expired'
    else
        erm shrink 1 1
        wait_until $PATIENCE log_has 'shrink 2 -> 1 (n2) expired'
    fi
    runs 1
    touch end
    wait_state 1 completed
}

@test "a program that is too late is ended and started again, by force" {
    start_clear 3
    submit_elastic 'trap : USR1; echo $ERM_RESTART $ERM_NNODES >>runs
        until [ -e end ]; do sleep 0.1; done' \
        '{resize: "restart", on_deadline: "force", done_within: 1, grace: 1}'
    wait_runs 1
    erm submit -q -N 2 -t 1m -- "$JOB"
    wait_runs 2
    wait_until $PATIENCE file_has runs '^1 1$'
    touch end
    wait_state 1 completed
}

@test "what a job has started on a node that it did not take is ended" {
    start_clear 3 --sizing min
    submit_elastic "ERM_NODE=n3 sh -c 'echo \$\$ >n3; exec sleep 1000' & $JOB" \
        '{min_nodes: 2, pref_nodes: 2, done_within: 3, cooldown: 3600}'
    wait_pids n3
    wait_until $PATIENCE log_has 'expand 2 -> 3 (n3) offered'
    lives n3
    wait_until $PATIENCE log_has 'expand 2 -> 3 (n3) expired'
    wait_until $PATIENCE is_gone "$(cat n3)"
    runs 1
}
