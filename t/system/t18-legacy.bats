#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# A client as those of the prototype, unchanged: examples/legacy_client.

load helper

CLIENT=$BATS_TEST_DIRNAME/../../examples/legacy_client/legacy_client.py
# Tasks, until the file `end` appears.
TASKS='until [ -e end ]; do echo task; sleep 0.05; done'

start_here() {
    echo '{"jobs": []}' >policy.json
    echo '{"job_requests": []}' >requests.json
    seq -f 'n%g' "$1" >hosts
    shift
    run_manager start --foreground -H hosts -p policy.json -jr requests.json \
        --cooldown 0 -s 0 "$@"
}

# usage: submit_pool MIN-MAX OPTIONS... : a pool of short tasks.
submit_pool() {
    local sizes=$1
    shift
    erm submit -q -N "$sizes" --type evolving -t 1h -- "$TASKS | $CLIENT \
        --nodelist NODES --job_id ID --poll 0.05 $* 'sleep 0.1'"
}

count_events() {
    erm events -n 100000 |
        jq -s "[.[] | select(.event == \"$1\" and .job == $2)] | length"
}
# What job $1 was told, a line each.
told() { grep -E '^(expand|shrink) ' "erm-$1.out"; }

# usage: resize_often JOB TIMES: one node more and one less, in turn.
resize_often() {
    local i
    for ((i = 0; i < $2; i += 2)); do
        "$ERM" expand -q --wait "$1" 1 3>&- &&
            "$ERM" shrink -q --wait "$1" 1 3>&- || return
    done
}

@test "fifty resizes while others edit the file: each is acted on once" {
    start_here 4
    submit_pool 1-2
    submit_pool 1-2
    wait_runs 1 2
    local editors=() owner
    for owner in 901 902; do
        "$TOOLS/policy_editor.py" policy.json $owner stop >editor.$owner 2>&1 \
            3>&- &
        editors+=($!)
    done
    resize_often 2 50 &
    local other=$!
    resize_often 1 50
    wait $other
    touch stop end
    for owner in "${editors[@]}"; do wait "$owner"; done
    [ "$(cat editor.901)" -gt 100 ] && [ "$(cat editor.902)" -gt 100 ]
    wait_state 1 completed
    wait_state 2 completed
    for id in 1 2; do
        is "$(told $id | grep -c '^expand 1 ') $(told $id | grep -c '^shrink 1 ')" \
            '25 25'
        is "$(count_events offer $id) $(count_events done $id)" '50 50'
        # in turn: nothing was acted on again
        is "$(told $id | cut -d' ' -f1 | uniq | wc -l)" 50
    done
    is "$(jq -c .jobs policy.json)" '[]'
    is "$(erm status --json | jq .nodes.idle)" 4
}

@test "a client asks for nodes while tasks wait, and for fewer at the end" {
    start_here 4
    erm submit -q -N 1-4 --type evolving -t 1h -- "\
        { seq 60; until [ -e end ]; do sleep 0.1; done; } | $CLIENT \
        --nodelist NODES --job_id ID --poll 0.05 --cooldown 0.1 --slots 4 \
        --requests requests.json 'until [ -e go ]; do sleep 0.1; done; \
        [ \$TASK -le 56 ] || until [ -e last ]; do sleep 0.1; done; echo \$TASK'"
    wait_until $PATIENCE has_field 1 .n_nodes 4
    touch go
    # four tasks are left on sixteen slots
    wait_until $PATIENCE log_has 'job 1: shrink 4 -> 3 .* offered'
    touch last
    wait_until $PATIENCE has_field 1 .n_nodes 3
    touch end
    wait_state 1 completed
    is "$(grep -xE '[0-9]+' erm-1.out | sort -n | uniq | wc -l)" 60
    is "$(told 1 | grep -c expand)" 3
    is "$(jq -c .job_requests requests.json)" '[]'
}

@test "start_after and a file that is being written are waited for" {
    start_here 2
    submit_pool 1-2
    wait_runs 1
    : >policy.json
    sleep 0.5 # several looks of the client at the empty file
    runs 1
    echo '{"jobs": [{"id": "77", "scale": "shrink", "num_nodes": 1,
        "nodes": "n1", "start_after": 0}]}' >policy.json
    erm expand -q --wait 1 1
    is "$(told 1)" 'expand 1 n2'
    is "$(jq -r '.jobs[].id' policy.json)" 77
    touch end
    wait_state 1 completed
}
