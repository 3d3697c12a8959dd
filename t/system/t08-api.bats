#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# The API of doc/api.md as any HTTP client sees it: what each answer has, how
# errors look, and what an answer promises.

load helper

# usage: ask METHOD PATH [BODY] : sets $output (the body) and $code.
ask() {
    output=$(api "$@")
    code=${output##*$'\n'}
    output=${output%$'\n'*}
    status=$code
}

# usage: gives CODE METHOD PATH [BODY] : the answer is JSON with schema 1.
gives() {
    local wanted=$1
    shift
    ask "$@"
    is "$code" "$wanted" || { show "$*"; return 1; }
    jq -e '.schema == 1' <<<"$output" >/dev/null || { show "no JSON: $*"; return 1; }
}

# usage: refuses CODE ERR_CODE METHOD PATH [BODY]
refuses() {
    local wanted=$1 name=$2
    shift 2
    gives "$wanted" "$@" || return 1
    is "$(jq -r '.error.code' <<<"$output")" "$name" || { show "$*"; return 1; }
    jq -e '.error | (.text | length > 0) and has("hint")' <<<"$output" \
        >/dev/null || { show "no text: $*"; return 1; }
}

holds() { jq -e "$1" <<<"$output" >/dev/null || { show "not so: $1"; return 1; }; }

# usage: has_keys JQ-PATH KEY... : has the object there all these keys?
has_keys() {
    local path=$1 key
    shift
    for key; do holds "$path | has(\"$key\")" || return 1; done
}

JOB_KEYS='id name command kind resize state held reason reason_text
    expected_start position nodes nodelist n_nodes min_nodes max_nodes
    pref_nodes priority walltime elapsed time_left submitted started ended
    attempt restarts exit_code signal ended_by after cwd stdout stderr label
    directive'
BRIEF_KEYS=$(sed -E 's/\b(command|cwd|stdout|stderr|label)\b//g' <<<"$JOB_KEYS")
PHASE_KEYS='attempt phase start end n_nodes nodelist nodes why'

LONG='until [ -e end ]; do sleep 0.05; done'

# usage: post_job SPEC-KEYS : submits one job; its id.
post_job() {
    ask POST /v1/jobs "{\"jobs\":[{\"cwd\":\"$WORK\",$1}]}"
    is "$code" 200 >&2 && jq '.jobs[0].id' <<<"$output"
}

# --- each path ------------------------------------------------------------

@test "status has what is promised" {
    start_nodes 2
    gives 200 GET /v1/status
    has_keys . version pid state_dir socket jobs_file policy_file hostfile \
        launcher launcher_note started now settings nodes jobs idle stopping \
        read_only rejected
    has_keys .settings start backfill backfill_order mode sizing expand shrink cooldown
    has_keys .nodes total idle allocated reserved drained down
    has_keys .jobs pending running finished failed
    holds '.nodes.total == 2 and .idle and .rejected == []'
    holds '.now | test("^[0-9-]{10}T[0-9:]{8}[.][0-9]{6}Z$")'
}

@test "jobs are listed: live ones in brief, full and ended ones with all keys" {
    start_nodes 1
    post_job "\"command\":\"$LONG\""
    post_job '"command":"true","name":"second"'
    wait_runs 1
    gives 200 GET /v1/jobs
    holds '[.jobs[].id] == [1, 2]'
    has_keys . nodes counts
    has_keys .counts running pending finished_hidden
    has_keys '.jobs[0]' $BRIEF_KEYS
    holds '.jobs[1] | .state == "pending" and .reason == "resources"'
    gives 200 GET '/v1/jobs?full=1'
    has_keys '.jobs[1]' $JOB_KEYS
    gives 200 GET '/v1/jobs?states=pending'
    holds '[.jobs[].id] == [2]'
    gives 200 GET '/v1/jobs?ids=1,4-6'
    holds '[.jobs[].id] == [1]'
    touch end
    wait_state 2 completed
    gives 200 GET /v1/jobs
    holds '.jobs == [] and .counts.finished_hidden == 2'
    gives 200 GET '/v1/jobs?all=1'
    holds '[.jobs[].id] | sort == [1, 2]'
    has_keys '.jobs[0]' $JOB_KEYS
    gives 200 GET '/v1/jobs?all=1&limit=1'
    holds '.jobs | length == 1'
    gives 200 GET '/v1/jobs?ids=2'
    holds '.jobs[0].state == "completed"'
    gives 200 GET '/v1/jobs?states=completed'
    holds '.jobs | length == 2'
}

@test "one job with its phases, and why" {
    start_nodes 1
    post_job "\"command\":\"$LONG\""
    post_job '"command":"true"'
    wait_runs 1
    gives 200 GET /v1/jobs/1
    has_keys .job $JOB_KEYS
    has_keys '.phases[0]' $PHASE_KEYS
    holds '.phases[0] | .why == "start" and .end == null'
    gives 200 GET /v1/jobs/2/why
    has_keys . id state text why
    holds '.state == "pending" and (.text | contains("needs"))'
    gives 200 GET /v1/jobs/1/why
    holds '.state == "running"'
    touch end
    wait_state 2 completed
    gives 200 GET /v1/jobs/2
    holds '.job.exit_code == 0 and .phases[0].end != null'
}

@test "waiting answers at the end, with any, and at the timeout" {
    start_nodes 2
    post_job "\"command\":\"$LONG\""
    post_job '"command":"exit 4"'
    gives 200 GET '/v1/jobs/wait?ids=1,2&any=1'
    holds '.done and .jobs[0].id == 2 and .jobs[0].exit_code == 4'
    gives 200 GET '/v1/jobs/wait?ids=1&timeout=0'
    holds '.done == false and .jobs == []'
    gives 200 GET '/v1/jobs/wait?ids=1,2&timeout=0.2'
    holds '.done == false'
    touch end
    gives 200 GET '/v1/jobs/wait?ids=1-2'
    holds '.done and ([.jobs[].id] == [1, 2])'
}

@test "a submit answers with ids, a dry run with what would run" {
    start_nodes 2
    gives 200 POST /v1/jobs "{\"dry_run\":true,\"jobs\":[{\"min_nodes\":2,
        \"command\":\"app NODES\",\"cwd\":\"$WORK\"}]}"
    has_keys '.jobs[0]' id spec command env nodelist warning
    holds '.jobs[0] | .id == null and .command == "app n1,n2"
        and .nodelist == "n[1-2]"'
    gives 200 POST /v1/jobs "{\"jobs\":[
        {\"command\":\"true\",\"cwd\":\"$WORK\",\"hold\":true},
        {\"command\":\"true\",\"cwd\":\"$WORK\",\"min_nodes\":9}]}"
    has_keys '.jobs[0]' id state warning expected_start reason_text
    holds '[.jobs[].id] == [1, 2] and .jobs[0].warning == ""'
    holds '.jobs[1].warning | contains("9 nodes")'
}

@test "a submit with one bad entry takes none" {
    start_nodes 1
    refuses 400 ERR_INPUT POST /v1/jobs '{"jobs":[{"command":"true"},
        {"command":"true","min_node":2}]}'
    has min_nodes
    is "$(count_jobs)" 0
    is "$(post_job '"command":"true","hold":true')" 1
}

@test "hold, release, update, requeue and cancel answer for each job" {
    start_nodes 1 --grace 1s
    post_job '"command":"true","hold":true'
    post_job '"command":"true","hold":true'
    gives 200 POST /v1/jobs/release '{"ids":[1]}'
    holds '.results == [.results[0]] and .results[0].ok and .results[0].id == 1'
    wait_state 1 completed
    gives 200 POST /v1/jobs/update \
        '{"ids":[2],"priority":5,"walltime":60,"min_nodes":1,"max_nodes":1}'
    holds '.results[0].ok'
    gives 200 POST /v1/jobs/update '{"ids":[2],"walltime_add":-10}'
    is "$(job_field 2 .walltime)" 50
    gives 200 POST /v1/jobs/hold '{"ids":[2, 9]}'
    holds '.results | length == 2'
    holds '.results[1] | .ok == false and .code == "ERR_NOT_FOUND"
        and .id == 9 and .text == "no job 9" and has("hint")'
    post_job "\"command\":\"$LONG\""
    wait_runs 3
    gives 200 POST /v1/jobs/requeue '{"ids":["3"]}'
    holds '.results[0].ok'
    wait_until $PATIENCE has_field 3 .attempt 2
    wait_runs 3
    gives 200 POST /v1/jobs/cancel \
        '{"ids":["2-3"],"signal":null,"grace":1,"reason":"enough"}'
    holds '[.results[].ok] == [true, true]'
    wait_state 3 cancelled
    gives 200 POST /v1/jobs/cancel '{"all":true}'
}

@test "a resize is offered, and its directive is told" {
    start_nodes 3 --mode evolving
    post_job "\"command\":\"$LONG\",\"min_nodes\":1,\"max_nodes\":3,\"elastic\":true"
    wait_runs 1
    gives 200 POST /v1/jobs/resize \
        '{"ids":[1],"op":"expand","n":2,"deadline":60}'
    holds '.results[0] | .ok and (.text | contains("expand 1 -> 3 (n[2-3])"))'
    gives 200 GET /v1/jobs/1
    has_keys .job.directive seq op state asked_by nodes nodelist offered \
        done_by for_job
    holds '.job.directive | .op == "grow" and .asked_by == "user"
        and .nodes == ["n2", "n3"]'
    gives 200 GET /v1/nodes
    holds '[.nodes[].state] == ["allocated", "allocated", "allocated"]
        and all(.nodes[]; .job == 1)'
    touch end
}

@test "nodes are listed, drained, resumed, added and removed" {
    start_nodes 3
    gives 200 GET /v1/nodes
    holds '.nodes | length == 3'
    has_keys '.nodes[0]' name number state slots job since reason
    gives 200 POST /v1/nodes/drain '{"nodes":["n1","n[2-3]"],"reason":"bad dimm"}'
    holds '[.results[] | [.node, .ok, .text != ""]]
        == [["n1", true, true], ["n2", true, true], ["n3", true, true]]'
    gives 200 GET /v1/nodes
    holds 'all(.nodes[]; .state == "drained" and .reason == "bad dimm")'
    gives 200 POST /v1/nodes/resume '{"nodes":["n2","nope"]}'
    holds '.results[0].ok and (.results[1].ok | not)'
    gives 200 POST /v1/nodes/add '{"nodes":["n[5-6] slots=4"]}'
    holds '[.results[].node] == ["n5", "n6"]'
    gives 200 POST /v1/nodes/remove '{"nodes":["n1"]}'
    gives 200 GET /v1/nodes
    holds '[.nodes[] | [.name, .slots]] | .[-1] == ["n6", 4]
        and (map(.[0]) | index("n1") | not)'
}

@test "the history has the jobs, their use and a summary" {
    start_nodes 1
    post_job '"command":"true"'
    post_job '"command":"exit 3"'
    gives 200 GET '/v1/jobs/wait?ids=1,2'
    gives 200 GET '/v1/history?phases=1'
    holds '[.jobs[].id] == [2, 1]'
    has_keys '.jobs[0]' $JOB_KEYS wait run node_seconds user_seconds \
        system_seconds max_rss_kib phases
    has_keys '.jobs[0].phases[0]' $PHASE_KEYS
    has_keys .summary jobs completed cancelled failed node_seconds makespan \
        utilisation mean_wait expands shrinks
    holds '.summary | .jobs == 2 and .completed == 1 and .failed == 1'
    gives 200 GET '/v1/history?ids=1'
    holds '[.jobs[].id] == [1]'
    gives 200 GET '/v1/history?limit=1'
    holds '.jobs | length == 1'
    gives 200 GET '/v1/history?since=4102444800'
    holds '.jobs == [] and .summary.jobs == 0'
}

@test "state, reload and stop" {
    start_nodes 1
    gives 200 GET /v1/state
    holds '.state | type == "string" and (fromjson | type == "object")'
    gives 200 POST /v1/reload ''
    holds '.ok and (.text | type == "string")'
    gives 200 POST /v1/stop '{"jobs":"keep"}'
    holds .ok
    run -3 erm status
}

# --- errors -----------------------------------------------------------------

@test "404: no such path or job" {
    start_nodes 1
    refuses 404 ERR_NOT_FOUND GET /v1/nope
    refuses 404 ERR_NOT_FOUND GET /
    refuses 404 ERR_NOT_FOUND GET /v1/jobs/12
    is "$(jq -r .error.text <<<"$output")" 'no job 12'
    refuses 404 ERR_NOT_FOUND GET /v1/jobs/12/why
    refuses 404 ERR_NOT_FOUND GET /v1/jobs/x
}

@test "405: a path that exists, asked in the wrong way" {
    start_nodes 1
    local path
    for path in status jobs/1 jobs/1/why nodes events history state; do
        gives 405 POST "/v1/$path" '{}'
        holds '.error.text | length > 0'
    done
    for path in jobs/cancel jobs/hold nodes/drain reload stop; do
        [[ $path = jobs/* ]] || gives 405 GET "/v1/$path"
    done
    gives 405 DELETE /v1/jobs
}

@test "400: bodies and queries that are wrong are refused, with the likely key" {
    start_nodes 1
    refuses 400 ERR_INPUT POST /v1/jobs '{"jobs":[{,"command":"true"}]}'
    refuses 400 ERR_INPUT POST /v1/jobs ''
    refuses 400 ERR_INPUT POST /v1/jobs '[]'
    refuses 400 ERR_INPUT POST /v1/jobs '{}'
    refuses 400 ERR_INPUT POST /v1/jobs '{"jobs":[{"command":7}]}'
    refuses 400 ERR_INPUT POST /v1/jobs '{"jobs":[],"dryrun":true}'
    has dry_run
    refuses 400 ERR_INPUT POST /v1/jobs/cancel '{"id":[1]}'
    has ids
    refuses 400 ERR_INPUT POST /v1/jobs/cancel '{}'
    refuses 400 ERR_INPUT POST /v1/jobs/cancel '{"ids":["x"]}'
    refuses 400 ERR_INPUT POST /v1/jobs/cancel '{"ids":[1],"signal":"NOPE"}'
    refuses 400 ERR_INPUT POST /v1/jobs/hold '{"ids":[1],"reson":"x"}'
    refuses 400 ERR_INPUT POST /v1/jobs/update '{"ids":[1],"prioriti":5}'
    has priority
    refuses 400 ERR_INPUT POST /v1/jobs/resize '{"ids":[1],"op":"grow","n":1}'
    refuses 400 ERR_INPUT POST /v1/nodes/drain '{"node":["n1"]}'
    has nodes
    refuses 400 ERR_INPUT POST /v1/nodes/add '{"nodes":["user@n9"]}'
    refuses 400 ERR_INPUT POST /v1/stop '{"jobs":"kep"}'
    refuses 400 ERR_INPUT GET '/v1/jobs?ids=x'
    refuses 400 ERR_INPUT GET '/v1/jobs?limit=-1'
    refuses 400 ERR_INPUT GET '/v1/jobs?states=runing'
    refuses 400 ERR_INPUT GET '/v1/jobs/wait?ids=1&timeout=x'
    refuses 400 ERR_INPUT GET '/v1/events?since=x'
    refuses 400 ERR_INPUT GET '/v1/history?since=x'
    is "$(count_jobs)" 0
}

@test "409: an id that is taken; of one job among several, in its result" {
    start_nodes 1
    refuses 409 ERR_CONFLICT POST /v1/jobs \
        '{"jobs":[{"id":7,"command":"true"},{"id":7,"command":"true"}]}'
    is "$(count_jobs)" 0
    is "$(post_job "\"command\":\"$LONG\"")" 1
    wait_runs 1
    gives 200 POST /v1/jobs/hold '{"ids":[1]}'
    holds '.results[0] | .ok == false and .code == "ERR_CONFLICT"
        and (.text | length > 0)'
    touch end
    wait_state 1 completed
    gives 200 POST /v1/jobs/cancel '{"ids":[1]}'
    holds '.results[0].ok == false'
}

@test "413 for a body over 64 MiB, 400 for what is no HTTP, and it goes on" {
    start_nodes 1
    truncate -s 65M big
    run curl -s --max-time $PATIENCE -o /dev/null -w '%{http_code}' \
        --unix-socket "$(cat "$STATE/socket")" -H Expect: \
        --data-binary @big http://erm/v1/jobs
    has 413
    run -0 python3 - "$(cat "$STATE/socket")" <<'PYTHON'
import socket
import sys

s = socket.socket(socket.AF_UNIX)
s.settimeout(60)
s.connect(sys.argv[1])
s.sendall(b"what is this\r\n\r\n")
print(s.recv(4096).decode())
PYTHON
    has ' 400 '
    gives 200 GET /v1/status
}

# --- promises ------------------------------------------------------------------

@test "an answered submit is durable: killed at once, the job is there" {
    start_nodes 1
    local round id pid
    for round in 1 2 3; do
        pid=$(manager_pid)
        id=$(post_job "\"command\":\"true\",\"hold\":true,\"name\":\"r$round\"")
        kill -9 "$pid"
        wait_until $PATIENCE is_gone "$pid"
        is "$id" "$round"
        erm start -H hosts >/dev/null
        is "$(job_field "$id" .name)" "r$round"
        is "$(job_field "$id" .state)" pending
    done
    is "$(count_jobs)" 3
}

@test "many requests use one connection" {
    start_nodes 1
    run -0 curl -sv --max-time $PATIENCE --unix-socket "$(cat "$STATE/socket")" \
        http://erm/v1/status http://erm/v1/nodes http://erm/v1/nope \
        http://erm/v1/jobs
    is "$(grep -ci 're-\?using existing' <<<"$output")" 3
}

@test "200 idle connections do not slow down another client" {
    start_nodes 1
    run -0 python3 - "$(cat "$STATE/socket")" <<'PYTHON'
import socket
import sys
import time

REQUEST = b"GET /v1/status HTTP/1.1\r\nHost: erm\r\n\r\n"


def connect():
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(60)
    s.connect(sys.argv[1])
    return s


idle = [connect() for _ in range(200)]
for s in idle[::2]:
    s.sendall(b"GET /v1/sta")  # half of them within a request
client = connect()
times = []
for _ in range(20):
    start = time.monotonic()
    client.sendall(REQUEST)
    assert client.recv(65536).startswith(b"HTTP/1.1 200")
    times.append(time.monotonic() - start)
times.sort()
assert times[10] < 0.25, times
for s in idle[::2]:
    s.sendall(REQUEST[len(b"GET /v1/sta"):])
for s in idle[1::2]:
    s.sendall(REQUEST)
for s in idle:
    assert s.recv(65536).startswith(b"HTTP/1.1 200")
PYTHON
}

@test "events are complete and in order, also over a crash" {
    start_nodes 2
    local i
    for i in 1 2 3 4 5; do post_job '"command":"true"' >/dev/null; done
    gives 200 GET '/v1/jobs/wait?ids=1-5'
    crash_manager
    erm start -H hosts >/dev/null
    id=$(post_job '"command":"true"')
    gives 200 GET "/v1/jobs/wait?ids=$id"
    ask GET '/v1/events?limit=100000'
    is "$code" 200
    jq -es '[.[].seq] | . == [range(1; length + 1)]' <<<"$output" >/dev/null
    jq -es 'all(.schema == 1 and has("time") and has("event") and has("job")
        and has("nodelist") and has("record"))' <<<"$output" >/dev/null
    jq -es '[.[].time] | . == sort' <<<"$output" >/dev/null
    for i in 1 2 3 4 5 "$id"; do
        is "$(jq -rs "[.[] | select(.job == $i) | .event]
            | map(select(. == \"submit\" or . == \"started\"
                or . == \"exited\")) | join(\",\")" <<<"$output")" \
            submit,started,exited
    done
    ask GET '/v1/events?since=3&limit=2'
    is "$(jq -cs '[.[].seq]' <<<"$output")" '[4,5]'
    ask GET '/v1/events?limit=1'
    is "$(jq -s length <<<"$output")" 1
}

@test "events that are followed come as they happen, without a gap" {
    start_nodes 1
    curl -sN --unix-socket "$(cat "$STATE/socket")" \
        'http://erm/v1/events?since=0&follow=1' >followed 3>&- &
    local follower=$!
    wait_until $PATIENCE test -s followed
    post_job '"command":"true"'
    wait_until $PATIENCE file_has followed '"event":"exited"'
    erm stop >/dev/null
    wait "$follower" || true
    jq -es '[.[].seq] | . == [range(1; length + 1)]' followed >/dev/null
}
