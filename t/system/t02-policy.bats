#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Elastic jobs that talk through policy.json, with clients that treat the file
# as the seed's real ones do (policy_client.py).

load helper

# Jobs end when the file `end` appears.
JOB='until [ -e end ]; do sleep 0.1; done'

setup_policy() {
    echo '{ "jobs": [] }' >policy.json
    seq -f 'n%g' "$1" >hosts
    shift
    policy_manager "$@"
}

policy_manager() {
    run_manager start --foreground -H hosts -p policy.json -s 0 --cooldown 0 \
        "$@"
}

client() { "$TOOLS/policy_client.py" policy.json "$@" 3>&-; }
# The entries of policy.json in short: "1 expand n3; 2 shrink n4".
entries() {
    jq -r '[.jobs[] | "\(.id) \(.scale) \(.nodes)"] | join("; ")' policy.json
}
has_entries() { [ "$(entries)" = "$1" ]; }
# How often a directive of that operation had that outcome.
count_events() {
    erm events -n 100000 | jq -s "[.[] | select(.event == \"$1\")] | length"
}

@test "a client grows into idle nodes until it has max_nodes" {
    setup_policy 4
    erm submit -q -N 2-4 -e -t 1h -- "$JOB"
    wait_until $PATIENCE has_entries '1 expand n3,n4'
    run -0 client 1
    is "$output" 'expand 2 n3,n4 start_after 0'
    wait_until $PATIENCE has_field 1 .n_nodes 4
    wait_state 1 running
    is "$(entries)" ''
}

@test "a client gives nodes back for a waiting job" {
    setup_policy 4
    erm submit -q -N 2-4 -e -t 1h -- "$JOB"
    wait_until $PATIENCE client 1
    wait_until $PATIENCE has_field 1 .n_nodes 4
    erm submit -q -N 2 -t 1m -- "$JOB"
    wait_until $PATIENCE has_entries '1 shrink n3,n4'
    is "$(job_field 2 .state) $(job_field 2 .reason)" 'pending reserved'
    is "$(job_field 1 .n_nodes)" 4
    client 1
    wait_runs 2
    is "$(job_field 2 .nodelist)" 'n[3-4]'
    is "$(job_field 1 .nodelist)" 'n[1-2]'
}

@test "the nodes of a shrink stay the job's until it has acted" {
    setup_policy 3
    erm submit -q -N 2-3 -e -t 1h -- "$JOB"
    wait_until $PATIENCE client 1
    wait_until $PATIENCE has_field 1 .n_nodes 3
    erm submit -q -N 1 -t 1m -- "$JOB"
    wait_until $PATIENCE has_entries '1 shrink n3'
    is "$(node_state n3) $(job_field 1 .n_nodes)" 'allocated 3'
    is "$(job_field 2 .state)" pending
}

@test "who never answers is asked in vain: expired, nothing is lost" {
    setup_policy 3 --done-within 1s
    erm submit -q -N 2-3 -e -t 1h -- "$JOB"
    wait_until $PATIENCE has_entries '1 expand n3'
    wait_until $PATIENCE log_has 'expand.*(n3) expired'
    is "$(job_field 1 .n_nodes)" 2
    touch end
    wait_state 1 completed
    is "$(erm status --json | jq .nodes.idle)" 3
    is "$(entries)" ''
}

@test "a shrink that expires leaves its nodes to the job" {
    setup_policy 3 --done-within 2s
    erm submit -q -N 2-3 -e -t 1h -- "$JOB"
    wait_until $PATIENCE client 1
    wait_until $PATIENCE has_field 1 .n_nodes 3
    erm submit -q -N 1 -t 1m -- "$JOB"
    wait_until $PATIENCE log_has 'shrink.*(n3) expired'
    is "$(job_field 1 .nodelist)" 'n[1-3]'
    is "$(job_field 2 .state)" pending
    touch end
    wait_state 2 completed
}

@test "start_after, sizes and node names are what clients expect" {
    setup_policy 3
    erm submit -q -N 1-3 -e -t 1h -- "$JOB"
    wait_until $PATIENCE has_entries '1 expand n2,n3'
    is "$(jq -c '.jobs[0]' policy.json)" \
        '{"id":"1","scale":"expand","num_nodes":2,"nodes":"n2,n3","start_after":0}'
}

@test "entries and keys of others are kept" {
    cat >policy.json <<'END'
{"owner": "me", "jobs": [
  {"id": "991", "scale": "expand", "num_nodes": 7, "nodes": "x7", "note": 1}
], "version": 3}
END
    seq -f 'n%g' 3 >hosts
    policy_manager
    erm submit -q -N 2-3 -e -t 1h -- "$JOB"
    wait_until $PATIENCE has_entries '991 expand x7; 1 expand n3'
    client 1
    wait_until $PATIENCE has_field 1 .n_nodes 3
    is "$(jq -Sc . policy.json)" "$(jq -Sc . <<'END'
{"owner": "me", "jobs": [
  {"id": "991", "scale": "expand", "num_nodes": 7, "nodes": "x7", "note": 1}
], "version": 3}
END
    )"
    is "$(erm status --json | jq .nodes.total)" 3
}

@test "a foreign entry moves no node" {
    setup_policy 3
    erm submit -q -N 2 -t 1h -- "$JOB"
    wait_runs 1
    echo '{"jobs": [{"id": "1", "scale": "expand", "num_nodes": 1,
        "nodes": "n3", "start_after": 0}]}' >policy.json
    erm submit -q -N 1 -t 1h -- true
    wait_state 2 completed
    is "$(job_field 1 .nodelist)" 'n[1-2]'
    is "$(node_state n3)" idle
}

@test "a policy.json that is broken for a while is left alone" {
    setup_policy 3
    erm submit -q -N 2-3 -e -t 1h -- "$JOB"
    wait_until $PATIENCE has_entries '1 expand n3'
    cp policy.json whole
    head -c 40 whole >policy.json
    erm submit -q -N 1 -t 1h --hold -- true
    wait_until $PATIENCE log_has 'policy.json: .*: it is left alone until it is right'
    is "$(job_field 1 .state) $(job_field 1 .n_nodes)" 'growing 2'
    cmp policy.json <(head -c 40 whole)
    cat whole >policy.json
    wait_until $PATIENCE no_problem
    client 1
    wait_until $PATIENCE has_field 1 .n_nodes 3
}

no_problem() { [ "$(erm status --json | jq '.rejected | length')" = 0 ]; }

@test "a new offer waits until a broken policy.json is whole again" {
    setup_policy 3
    echo '{"jobs": [' >policy.json
    erm submit -q -N 2-3 -e -t 1h -- "$JOB"
    wait_runs 1
    wait_until $PATIENCE log_has 'policy.json: .*: it is left alone until it is right'
    is "$(cat policy.json)" '{"jobs": ['
    echo '{"jobs": []}' >policy.json
    wait_until $PATIENCE has_entries '1 expand n3'
}

@test "an empty policy.json means: somebody is writing" {
    setup_policy 3
    erm submit -q -N 2-3 -e -t 1h -- "$JOB"
    wait_until $PATIENCE has_entries '1 expand n3'
    : >policy.json
    erm submit -q -N 1 -t 1m --hold -- true
    sleep 0.5 # longer than the manager takes to see a change
    is "$(job_field 1 .state) $(job_field 1 .n_nodes)" 'growing 2'
    [ ! -s policy.json ]
    echo '{"jobs": []}' >policy.json
    wait_until $PATIENCE has_field 1 .n_nodes 3
}

@test "a policy.json that was deleted comes back with its entries" {
    setup_policy 3
    erm submit -q -N 2-3 -e -t 1h -- "$JOB"
    wait_until $PATIENCE has_entries '1 expand n3'
    rm policy.json
    wait_until $PATIENCE test -s policy.json
    wait_until $PATIENCE has_entries '1 expand n3'
    is "$(job_field 1 .n_nodes)" 2
    client 1
    wait_until $PATIENCE has_field 1 .n_nodes 3
}

@test "entries of a job that has ended are removed" {
    setup_policy 3
    erm submit -q -N 2-3 -e -t 1h -- "$JOB"
    wait_until $PATIENCE has_entries '1 expand n3'
    touch end
    wait_state 1 completed
    wait_until $PATIENCE has_entries ''
    is "$(erm status --json | jq .nodes.idle)" 3
}

@test "the manager waits for a client that holds the lock" {
    setup_policy 3
    "$TOOLS/policy_client.py" policy.json --hold held release 3>&- &
    holder=$!
    wait_until $PATIENCE test -e held
    erm submit -q -N 2-3 -e -t 1h -- "$JOB"
    wait_runs 1
    is "$(entries)" ''
    timeout 5 "$ERM" queue
    touch release
    wait $holder
    wait_until $PATIENCE has_entries '1 expand n3'
}

@test "several clients at once: each directive is done once" {
    setup_policy 8
    for i in 1 2 3 4; do erm submit -q -N 1-2 -e -t 1h -- "$JOB"; done
    for i in 1 2 3 4; do
        "$TOOLS/policy_client.py" policy.json $i --wait $PATIENCE \
            >client.$i 3>&- &
        clients[$i]=$!
    done
    wait "${clients[@]}"
    for i in 1 2 3 4; do
        wait_until $PATIENCE has_field $i .n_nodes 2
        has_lines 1 client.$i
    done
    is "$(count_events offer) $(count_events done)" '4 4'
}

@test "a directive survives kill -9 of the manager, done meanwhile" {
    setup_policy 3
    erm submit -q -N 2-3 -e -t 1h -- "$JOB"
    wait_until $PATIENCE has_entries '1 expand n3'
    wait_state 1 growing
    wait_until $PATIENCE [ "$(count_events shown)" = 1 ]
    crash_manager
    client 1
    MANAGER=
    policy_manager
    wait_until $PATIENCE has_field 1 .n_nodes 3
    is "$(count_events offer) $(count_events done)" '1 1'
}

@test "a directive survives kill -9 of the manager, done later" {
    setup_policy 3
    erm submit -q -N 2-3 -e -t 1h -- "$JOB"
    wait_until $PATIENCE has_entries '1 expand n3'
    crash_manager
    MANAGER=
    policy_manager
    is "$(entries) $(job_field 1 .n_nodes)" '1 expand n3 2'
    client 1
    wait_until $PATIENCE has_field 1 .n_nodes 3
    is "$(count_events offer) $(count_events done)" '1 1'
}

@test "an own request of an evolving job goes through jobrequests.json" {
    echo '{"job_requests": []}' >requests.json
    setup_policy 3 --requests requests.json
    erm submit -q -N 2-3 --type evolving -t 1h -- "$JOB"
    wait_runs 1
    is "$(entries)" ''
    echo '{"job_requests": [{"job_id": "1", "scale": "expand",
        "num_nodes": 1, "status": "pending"}], "mine": true}' >requests.json
    wait_until $PATIENCE has_entries '1 expand n3'
    client 1
    wait_until $PATIENCE has_field 1 .n_nodes 3
    is "$(jq -c . requests.json)" '{"job_requests":[],"mine":true}'
    echo '{"job_requests": [{"job_id": 1, "scale": "shrink",
        "num_nodes": 1, "status": "pending"}]}' >requests.json
    wait_until $PATIENCE has_entries '1 shrink n3'
    client 1
    wait_until $PATIENCE has_field 1 .n_nodes 2
    is "$(jq -c .job_requests requests.json)" '[]'
}

@test "a request that cannot be granted is removed and its verdict logged" {
    echo '{"job_requests": []}' >requests.json
    setup_policy 3 --requests requests.json
    erm submit -q -N 2-3 --type evolving -t 1h -- "$JOB"
    wait_runs 1
    echo '{"job_requests": [
        {"job_id": 77, "scale": "expand", "num_nodes": 1, "status": "pending"},
        {"job_id": 1, "scale": "expand", "num_nodes": 5, "status": "pending"}
        ]}' >requests.json
    wait_until $PATIENCE eval '[ "$(jq -c .job_requests requests.json)" = "[]" ]'
    log_has '77'
    is "$(job_field 1 .n_nodes)" 2
}

@test "without -p a policy file is in the state directory" {
    start_nodes 2 --cooldown 0
    erm submit -q -N 1-2 -e -t 1h -- 'echo $ERM_POLICY_FILE; sleep 100'
    wait_runs 1
    wait_until $PATIENCE file_has erm-1.out policy.json
    policy=$(cat erm-1.out)
    wait_until $PATIENCE file_has "$policy" '"n2"'
}
