#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Every command as scripts use it: what it prints, as JSON too, the ids it
# takes, and its exit status.

load helper

ESC=$'\e'

# usage: json ARG... : erm ARG... ends with 0 and prints one JSON document.
json() {
    output=$(erm "$@" 2>errors) || { show "erm $*: $(cat errors)"; return 1; }
    jq -es 'length == 1 and .[0].schema == 1' <<<"$output" >/dev/null ||
        { show "erm $*: is no document"; return 1; }
}

# usage: holds JQ-CONDITION : is it true of $output?
holds() { jq -e "$1" <<<"$output" >/dev/null || { show "not so: $1"; return 1; }; }

# COUNT jobs that wait until they are released.
hold_jobs() {
    local i
    for ((i = 0; i < $1; i++)); do erm submit -q --hold -- true >/dev/null; done
}

# A job that runs until the file "end" is there.
long_job() { erm submit "$@" -- 'until [ -e end ]; do sleep 0.05; done'; }

accepts_grow() { file_has "$STATE/policy.json" expand; }
accept_all() { echo '{ "jobs": [] }' >"$STATE/policy.json"; }

# --- help, version, completion, unknown words -----------------------------

@test "help names the commands, and explains each of them" {
    run -0 erm help
    has 'usage: erm' 'Exit status: 0 done'
    local names name
    names=$(awk '/^  [a-z]+  / { print $1 }' <<<"$output")
    [ "$(wc -w <<<"$names")" -ge 28 ]
    for name in $names; do
        run -0 --separate-stderr erm help "$name"
        has "usage: erm $name" '--help'
        is "$output" "$(erm "$name" --help)"
    done
}

@test "version is told to people and to programs" {
    run -0 erm version
    [[ $output =~ ^'erm '[0-9]+\.[0-9]+\.[0-9]+$ ]]
    json version --json
    holds '.version and .api == "v1"'
    is "$(erm --version)" "$(erm version)"
}

@test "the completion is a bash script that knows the commands" {
    erm completion bash >completion
    bash -n completion
    run -0 bash -c '. ./completion; complete -p erm'
    local name
    for name in $(erm help | awk '/^  [a-z]+  / { print $1 }'); do
        file_has completion "$name"
    done
    run -2 erm completion zsh
    has 'only for bash'
}

@test "a mistyped command or flag is answered with the likely one" {
    run -2 erm quue
    has 'no command quue' 'did you mean queue?'
    run -2 erm queue --formt long
    has 'unknown option --formt' 'did you mean --format?'
    run -2 erm submit --waltime 5m -- true
    has 'did you mean --walltime?'
    run -2 erm help submitt
    has 'did you mean submit?'
    start_nodes 1
    run -2 erm queue -o id,nmae
    has 'no field nmae' 'did you mean name?'
    run -2 erm queue -o id,why
    has 'no field why'
    has_not 'did you mean why?'
    hold_jobs 1
    run -2 erm update 1 priorty=5
    has 'did you mean priority?'
}

@test "usage errors end with 2 and a hint, and print no data" {
    local line
    while read -r line; do
        eval "run -2 --separate-stderr erm $line"
        [ -z "$output" ] || { show "data: $line"; return 1; }
        [[ $stderr == *hint:* ]] || { show "no hint: $line"; return 1; }
    done <<'LINES'
submit
submit -N 0 -- true
submit -N 3-1 -- true
submit -N x -- true
submit -t 30 -- true
submit -t 1:30 -- true
wait
show
show abc
cancel 3-1
log
check
history --since yesterdy
help nosuch
nosuch
queue --nosuch
start -s 2
start --backfill sometimes
LINES
}

@test "without a manager, commands that need one end with 3" {
    local line
    while read -r line; do
        eval "run -3 --separate-stderr erm $line"
        [ -z "$output" ] || { show "data: $line"; return 1; }
        [[ $stderr == *'no manager'*hint:* ]] || { show "$line"; return 1; }
    done <<'LINES'
queue
queue --json
status
submit -- true
show 1
why 1
wait 1
cancel 1
hold 1
release 1
requeue 1
update 1 priority=1
resize 1 2
expand 1 +1
shrink 1 -1
nodes
drain n1
resume n1
events
reload
stop
LINES
}

@test "a job that does not exist ends every command about it with 4" {
    start_nodes 1
    local line
    while read -r line; do
        eval "run -4 --separate-stderr erm $line"
        [[ $stderr == *'no job 99'* ]] || { show "$line"; return 1; }
    done <<'LINES'
show 99
show 99 --json
why 99
log 99
attach 99
wait 99
cancel 99
hold 99
release 99
requeue 99
update 99 priority=1
resize 99 2
expand 99 +1
shrink 99 -1
LINES
}

@test "what cannot be done now ends with 1 and says why" {
    start_nodes 1
    hold_jobs 1
    long_job >/dev/null
    wait_runs 2
    run -1 erm hold 2
    has 'job 2'
    run -1 erm expand 2 +1
    has 'job 2'
    run -1 erm log 1
    has 'has not started'
    run -1 erm requeue 1
    has 'job 1'
    run -4 erm drain n9
    has n9
    touch end
}

# --- exit statuses of jobs --------------------------------------------------

@test "wait, attach and submit --wait end with the job's own status" {
    start_nodes 1
    run -7 erm submit --wait -- 'exit 7'
    run -7 erm wait 1
    run -7 erm attach 1
    run -137 erm submit --wait -- 'kill -9 $$'
    run -137 erm wait 1,2
    run -0 erm submit --wait -- true
    run -0 erm wait 3
    run -137 erm wait 1-3
    run -0 erm wait all
    run -127 erm submit --wait -- no-such-program-here
    run -124 erm submit --wait -t 1s -- 'sleep 100'
    run -7 erm wait 1 --json
    holds '.schema == 1 and .jobs[0].exit_code == 7'
}

@test "wait that runs out of time ends with 124, --any with the first end" {
    start_nodes 2
    long_job >/dev/null
    run -124 erm wait 1 --timeout 0.2s
    erm submit -q -- 'exit 5' >/dev/null
    run -5 erm wait 1,2 --any
    touch end
    run -0 erm wait 1 --timeout 1m
}

@test "a job that was cancelled before it ran makes wait end with 1" {
    start_nodes 1
    hold_jobs 1
    erm cancel 1 -q
    run -1 erm wait 1
}

# --- ids ---------------------------------------------------------------------

@test "ids are written 3, 1-5, 1,4, all and last" {
    start_nodes 1
    hold_jobs 5
    ids() { erm queue -q "$@" | paste -sd, -; }
    is "$(ids)" 1,2,3,4,5
    is "$(ids 3)" 3
    is "$(ids 1-3)" 1,2,3
    is "$(ids 1,4)" 1,4
    is "$(ids 1 4-5)" 1,4,5
    is "$(ids all)" 1,2,3,4,5
    is "$(ids last)" 5
    json show 1-5 --json
    holds '[.jobs[].id] == [1,2,3,4,5]'
    json show 1,4 --json
    holds '[.jobs[].id] == [1,4]'
    json show all --json
    holds '.jobs | length == 5'
    is "$(job_field last .id)" 5
    json cancel 1,4 --json
    holds '[.results[] | [.id, .ok]] == [[1, true], [4, true]]'
    is "$(ids)" 2,3,5
    erm cancel last
    is "$(ids)" 2,3
    erm cancel all
    is "$(ids)" ''
}

@test "of several ids the good ones are done, and the status tells of the bad" {
    start_nodes 1
    hold_jobs 2
    run -4 --separate-stderr erm cancel 1 9
    [[ $stderr == *'no job 9'* ]]
    is "$(job_field 1 .state)" cancelled
    is "$(job_field 2 .state)" pending
}

# --- one command after the other ----------------------------------------------

@test "hold, release, update and cancel change a waiting job" {
    start_nodes 1
    hold_jobs 2
    json release 1 --json
    wait_state 1 completed
    json update 2 priority=5 walltime=10m nodes=1-1 --json
    holds '.results[0].ok'
    is "$(job_field 2 .priority)" 5
    is "$(job_field 2 .walltime)" 600
    erm update 2 walltime=+5m
    is "$(job_field 2 .walltime)" 900
    json hold 2 --json
    json cancel 2 --reason 'not wanted' --json
    is "$(job_field 2 .state)" cancelled
    log_has 'job 2.*not wanted'
    json history 2 --json
    holds '.jobs[0].ended_by == "user"'
}

@test "cancel --signal only sends the signal, requeue runs the job again" {
    start_nodes 1 --grace 1s
    cat >app.sh <<'APP'
#!/bin/sh
trap 'echo got it' USR1
echo "attempt $ERM_JOB_DIR"
until [ -e end ]; do sleep 0.05; done
APP
    chmod +x app.sh
    erm submit -- ./app.sh
    wait_until $PATIENCE file_has erm-1.out attempt
    json cancel 1 --signal USR1 --json
    wait_until $PATIENCE file_has erm-1.out 'got it'
    runs 1
    json requeue 1 --json
    wait_until $PATIENCE has_field 1 .attempt 2
    wait_runs 1
    touch end
    wait_state 1 completed
}

@test "queue, show, why, log, status, nodes and events as JSON" {
    start_nodes 2
    long_job -J blast >/dev/null
    erm submit -q -N 2 -- true
    wait_runs 1
    json queue --json
    holds '[.jobs[] | .id] == [1, 2] and .counts.running == 1'
    json show 1 --json
    holds '(.jobs[0]? // .job).name == "blast"'
    json why 2 --json
    json status --json
    holds '.nodes.total == 2 and .jobs.running == 1'
    json nodes --json
    holds '[.nodes[].name] == ["n1", "n2"]'
    json reload --json
    holds .ok
    run -0 --separate-stderr erm events --json
    jq -es 'length > 2 and all(.schema == 1)' <<<"$output" >/dev/null
    run -0 --separate-stderr erm events -n 2
    is "${#lines[@]}" 2
    run -0 --separate-stderr erm events --since 2
    is "$(jq .seq <<<"${lines[0]}")" 3
    run -0 erm why 1-2
    has 'job 1 (blast) is running' 'job 2' 'needs'
    run -0 erm show 1
    has 'job 1 (blast) is running' 'command'
    touch end
    wait_state 2 completed
    json queue -a --json
    holds '.jobs | length == 2'
    json queue -a -s CD --json
    holds '.jobs | length == 2'
    json queue -s pending --json
    holds '.jobs == []'
    json stop --json
    holds .ok
}

@test "log shows output and errors, its last lines, and follows" {
    start_nodes 1
    erm submit -q -E errors -- 'echo one; echo two; echo bad >&2'
    erm submit -q -- 'echo first; until [ -e end ]; do sleep 0.05; done; echo last'
    wait_state 1 completed
    is "$(erm log 1)" $'one\ntwo'
    is "$(erm log 1 -n 1)" two
    is "$(erm log 1 --stderr)" bad
    erm log last -f >followed &
    local follower=$!
    wait_until $PATIENCE file_has followed first
    touch end
    wait "$follower"
    is "$(cat followed)" $'first\nlast'
    run -0 --separate-stderr erm attach 2
    is "$output" $'first\nlast'
}

@test "expand, shrink and resize change a running job, with its consent" {
    start_nodes 4 --mode evolving
    long_job -N 1-4 -e >/dev/null
    wait_runs 1
    json expand 1 +1 --json
    holds '.results[0] | .ok and (.text | contains("expand 1 -> 2"))'
    wait_until $PATIENCE accepts_grow
    accept_all
    wait_until $PATIENCE has_field 1 .n_nodes 2
    wait_until $PATIENCE has_field 1 .state running
    run -0 erm resize 1 3
    has 'expand 2 -> 3'
    accept_all
    wait_until $PATIENCE has_field 1 .n_nodes 3
    wait_until $PATIENCE has_field 1 .state running
    run -0 erm shrink 1 --nodes n2
    has n2
    wait_until $PATIENCE file_has "$STATE/policy.json" shrink
    accept_all
    wait_until $PATIENCE has_field 1 .n_nodes 2
    has_field 1 .nodelist 'n[1,3]'
    touch end
    wait_state 1 completed
    run -0 --separate-stderr erm history 1 --phases -n
    has start grow shrink
}

@test "nodes are drained, resumed, added and removed" {
    start_nodes 3
    json drain 'n[2-3]' --reason 'bad dimm' --json
    holds '[.results[].ok] == [true, true]'
    run -0 erm nodes -R -n
    has 'n[2-3]' drained 'bad dimm'
    has_not n1
    json resume n2 --json
    has_node_state n2 idle
    json nodes add 'n[5-6] slots=4' --json
    has_node_state n6 idle
    is "$(erm nodes --json | jq '.nodes[] | select(.name == "n6").slots')" 4
    json nodes remove n1 --json
    is "$(erm nodes --json | jq -r '[.nodes[].name] | join(",")')" n2,n3,n5,n6
}

@test "run runs a command, start and stop a manager in the background" {
    run -3 erm run -q -N 1 -- 'exit 3'
    is "$(jq -r .state < <(erm history --json | jq '.jobs[0]'))" failed
    erm start -N 1 >pid
    is "$(cat pid)" "$(manager_pid)"
    run -75 erm start -N 1
    has 'already running'
    run -0 erm stop
    run -3 erm stop
}

# --- how it is printed --------------------------------------------------------

@test "--format, --no-header, -q and --sort shape the lists" {
    start_nodes 1
    erm submit -q --hold -J bbb -- true
    erm submit -q --hold -J aaa -p 9 -- true
    is "$(erm queue -n -o id,name,priority | tr -s ' ')" $' 1 bbb 0\n 2 aaa 9' ||
        is "$(erm queue -n -o id,name,priority | awk '{$1=$1};1')" \
            $'1 bbb 0\n2 aaa 9'
    is "$(erm queue -n --sort name -o name | awk '{$1=$1};1')" $'aaa\nbbb'
    is "$(erm queue -n --sort -id -q)" $'2\n1'
    run -0 erm queue -o id,name
    has ID NAME
    run -0 erm queue -n
    has_not ID NAME
    local name
    for name in default long deps why; do
        run -0 --separate-stderr erm queue -o "$name"
        has 1 2
    done
    run -0 erm queue -o help
    has default long deps why
    is "$(erm submit -q --hold -- true)" 3
    is "$(erm hold 3 -q)" ''
    run -0 erm history -n
    is "$output" ''
}

@test "no colour in a pipe, nor with NO_COLOR; --color=always has it" {
    start_nodes 1
    long_job >/dev/null
    wait_runs 1
    export TERM=xterm
    local line
    for line in queue 'queue -a' 'show 1' 'why 1' status nodes history help \
        'events -n 5'; do
        run erm $line
        has_not "$ESC"
    done
    run -0 erm queue --color=always
    has "${ESC}["
    run -0 on_terminal "$ERM" queue
    has "${ESC}["
    NO_COLOR=1 run -0 on_terminal "$ERM" queue
    has_not "$ESC"
    run -0 on_terminal "$ERM" queue --color=never
    has_not "$ESC"
    touch end
}

@test "wide lines are cut on a terminal only" {
    start_nodes 1
    local name
    name=$(printf 'x%.0s' {1..200})
    erm submit -q --hold -J "$name" -- true
    run -0 erm queue
    has "$name"
    COLUMNS=80 run -0 on_terminal "$ERM" queue
    has_not "$name"
}

# --- check ---------------------------------------------------------------------

@test "check finds the stray comma and goes on to the next error" {
    cat >jobs.json <<'JOBS'
{ "jobs": [
    {,
      "command": "true" },
    { "command": "true" },
    { "command": "true", "min_node": 2 } ] }
JOBS
    run -1 erm check jobs.json
    has "jobs.json:2:6: error: a key or '}' expected, found ','" \
        '    2 |     {,' '      |      ^' "hint: remove the comma after '{'" \
        'jobs.json:5:26: error: jobs[2].min_node: unknown key; did you mean "min_nodes"?' \
        '2 errors, 1 job usable'
    run -1 erm check -q jobs.json
    is "$output" ''
}

@test "check knows good and bad policy files, requests and hostfiles" {
    echo '{"jobs":[{"command":"true"}]}' >jobs.json
    echo '{"jobs":[{"id":"1","scale":"expand","num_nodes":1,"nodes":"n1","start_after":0}]}' >policy.json
    echo '{"job_requests":[{"job_id":"2","scale":"expand","num_nodes":1,"status":"pending"}]}' >requests.json
    printf 'n1\nn[2-4] slots=2 # four\n' >hosts
    run -0 erm check jobs.json policy.json requests.json hosts
    has 'jobs.json: good, 1 job usable' 'policy.json: good, 1 policy entry' \
        'requests.json: good, 1 request usable' 'hosts: good, 4 nodes usable'
    sed -i s/expand/expnd/ policy.json
    run -1 erm check policy.json
    has policy.json scale expand
    printf 'n1\nuser@n2\nn[3-\nname:4\n' >hosts
    run -1 erm check hosts
    has 'hosts:2:1: error:' 'hosts:3:1: error:' 'hosts:4:' 'hint:' \
        '3 errors, 1 node usable'
    run -1 erm check jobs.json hosts
    has 'jobs.json: good'
    run -1 erm check no-such-file
    has 'No such file'
}

# --- submit ----------------------------------------------------------------------

@test "submit prints the id alone, and the job has what was asked for" {
    start_nodes 3
    run -0 --separate-stderr erm submit -N 1-3 -e -t 30m -J blast -p 4 --hold \
        --env A=1 -- ./app --nodelist NODES
    is "$output" 1
    is "$stderr" ''
    is "$(job_field 1 .kind)" elastic
    is "$(job_field 1 '|[.min_nodes,.max_nodes,.walltime,.priority]|tostring')" \
        '[1,3,1800,4]'
    is "$(job_field 1 .held)" true
    json submit --json --hold --after 1:any -- true
    holds '.jobs[0].id == 2'
    is "$(job_field 2 '.after|tostring')" '[{"id":1,"kind":"any"}]'
}

@test "one word behind -- is for the shell, several are kept as they are" {
    start_nodes 1
    erm submit --wait -q -- 'echo "$((1 + 1))" | tr 2 3; echo NODES > "a b"'
    is "$(cat erm-1.out)-$(cat 'a b')" 3-n1
    erm submit --wait -q -- printf '<%s>' 'a b' '$HOME' "it's" '*' '' 'x;y' NODES
    is "$(cat erm-2.out)" "<a b><\$HOME><it's><*><><x;y><n1>"
}

@test "--env, --chdir, -o and -E reach the job" {
    start_nodes 1
    mkdir elsewhere
    MINE=given erm submit -q --wait -D elsewhere -o 'out-%x-%j' -E err -J job \
        --env A='x y' --env MINE -- 'echo "$A $MINE ${PWD##*/}"; echo bad >&2'
    is "$(cat elsewhere/out-job-1)" 'x y given elsewhere'
    is "$(cat elsewhere/err)" bad
}

@test "a script is read for #ERM and #SBATCH lines, the command line wins" {
    start_nodes 3
    cat >job.sh <<'SCRIPT'
#!/bin/bash
#ERM -N 2 -J fromscript
#SBATCH --time=00:10:00
#SBATCH --partition=debug
echo "$ERM_JOB_NAME on $ERM_NNODES for $ERM_WALLTIME:" "$@"
#ERM -N 9
SCRIPT
    run -0 --separate-stderr erm submit job.sh a 'b  c'
    is "$output" 1
    [[ $stderr == *'job.sh:4: warning: #SBATCH --partition=debug is ignored'* ]]
    run -0 --separate-stderr erm submit -N 3 -t 5m job.sh
    wait_state 2 completed
    is "$(cat erm-1.out)" 'fromscript on 2 for 600: a b  c'
    is "$(cat erm-2.out)" 'fromscript on 3 for 300:'
}

@test "a JSON file is submitted whole, or with an error not at all" {
    start_nodes 2
    echo '{"jobs":[{"command":"true"},{"command":"exit 2","name":"two"}]}' >two.json
    run -0 erm submit two.json
    is "$output" $'1\n2'
    run -2 erm wait 1-2
    run -0 erm submit --file two.json
    is "$output" $'3\n4'
    echo '{"jobs":[{"command":"true"},{"command":"true","min_node":2}]}' >bad.json
    run ! --separate-stderr erm submit bad.json
    is "$output" ''
    [[ $stderr == *bad.json:1:*'did you mean "min_nodes"'* ]]
    is "$(count_jobs)" 4
}

@test "--dry-run shows what would run and submits nothing" {
    start_nodes 2
    run -0 erm submit --dry-run -N 2 -- ./app --nodelist NODES --job_id ID
    has './app --nodelist n1,n2 --job_id 1' 'n[1-2]' ERM_NNODES=2
    json submit --dry-run --json -N 2 -t 1h -- ./app NNODES
    holds '.jobs[0] | .id == null and .command == "./app 2"
        and .nodelist == "n[1-2]" and .spec.min_nodes == 2'
    is "$(count_jobs)" 0
    is "$(erm submit -q --hold -- true)" 1
}

# --- history ------------------------------------------------------------------------

@test "history as a table, JSON, CSV, a joblog and phases" {
    start_nodes 1
    run -3 erm submit -q --wait -J bad -- 'exit 3'
    run -0 erm submit -q --wait -- 'echo "a,b" >/dev/null'
    run -0 erm history
    has ID STATE failed 3:0 completed
    run -0 erm acct -n -o id,exit
    is "$(awk '{$1=$1};1' <<<"$output")" $'2 0:0\n1 3:0'
    json history --json
    holds '.summary | .jobs == 2 and .failed == 1 and .completed == 1'
    run -0 --separate-stderr erm history --csv
    python3 - <<PYTHON
import csv, io
rows = list(csv.DictReader(io.StringIO('''$output''')))
assert [row["id"] for row in rows] == ["2", "1"], rows
assert rows[0]["command"] == 'echo "a,b" >/dev/null', rows
assert rows[1]["exit_code"] == "3" and rows[1]["state"] == "failed", rows
PYTHON
    run -0 --separate-stderr erm history --joblog
    is "${lines[0]}" $'Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand'
    is "$(awk -F'\t' '$1 == 1 { print NF, $2, $7, $8, $9 }' <<<"$output")" \
        '9 n1 3 0 exit 3'
    run -0 erm history --phases
    has PHASE start '|'
    json history 1 --phases --json
    holds '.jobs[0].phases | length == 1'
    json history --limit 1 --json
    holds '[.jobs[].id] == [2]'
    json history --since -1d --json
    holds '.jobs | length == 2'
}
