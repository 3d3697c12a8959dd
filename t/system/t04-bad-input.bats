#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Bad input: one clear message each, nothing else stops, nothing is lost.

load helper

# usage: rejects TEXT-OF-ENTRY MESSAGE...
# The entry is told in the log with file, line and column; its good neighbour
# runs all the same.
rejects() {
    local entry=$1
    shift
    printf '{"jobs": [\n%s,\n{"command": "echo ran >good"}\n]}\n' "$entry" \
        >jobs.json
    start_nodes 2 -j jobs.json
    wait_until $PATIENCE test -s good
    run -0 manager_log
    has "jobs.json:2:" "$@"
    run -1 erm check jobs.json
    has "jobs.json:2:" "$@" '1 job usable'
    is "$(count_jobs)" 1
}

@test "an unknown key, with the one that was meant" {
    rejects '{"command": "x", "min_node": 2}' \
        'error: jobs[0].min_node: unknown key; did you mean "min_nodes"?' '^'
}

@test "a string where a number belongs" {
    rejects '{"command": "x", "min_nodes": "two"}' \
        'error: jobs[0].min_nodes: a whole number is expected, found a string'
}

@test "a number where a command belongs, a word that is no type" {
    rejects '{"command": 7, "type": "elstic"}' \
        'error: jobs[0].command: a string is expected, found a number' \
        'jobs[0].type: unknown word "elstic"; did you mean "elastic"?'
}

@test "min_nodes over max_nodes" {
    rejects '{"command": "x", "min_nodes": 4, "max_nodes": 2}' \
        'error: jobs[0].min_nodes: 4 is more than max_nodes 2'
}

@test "numbers out of range" {
    rejects '{"command": "x", "min_nodes": 0, "serial_fraction": 2,
        "walltime": 1e300}' 'jobs[0].min_nodes: 0 is out of range' \
        'serial_fraction' 'walltime'
}

@test "a number too large for JSON readers" {
    rejects '{"command": "x", "priority": 99999999999999999999}' \
        "the number '99999999999999999999' is too large"
}

@test "a walltime that is none" {
    rejects '{"command": "x", "walltime": "12:xx"}' \
        "error: jobs[0].walltime: '12:xx' is not a duration" \
        'hint: write 90s, 30m, 1.5h'
}

@test "an entry that is no object, or has no command" {
    rejects '"what"' 'error: jobs[0]: a job is an object'
    erm stop
    rm -rf "$STATE" good
    rejects '{"name": "x"}' 'error: jobs[0]: the job has no "command"'
}

@test "ids that are paths or far too long" {
    rejects '{"command": "x", "id": "../../x"}' 'jobs[0].id: bad label'
    erm stop
    rm -rf "$STATE" good
    rejects "{\"command\": \"x\", \"id\": \"$(printf 'x%.0s' {1..9000})\"}" \
        'jobs[0].id: bad label'
}

@test "ways to be resized that do not go together" {
    rejects '{"command": "x", "max_nodes": 2, "elastic": true, "resize": "hook"}' \
        'jobs[0].resize: "hook" needs a `hook`' 'hint: give the command'
    erm stop
    rm -rf "$STATE" good
    rejects '{"command": "x", "hook": "./h"}' \
        'jobs[0].hook: only elastic and evolving jobs are resized'
}

@test "a command whose quote is not closed is refused where it stands" {
    rejects '{"command": "echo \"a"}' \
        'jobs.json:2:2: error: jobs[0].command: a double quote is not closed, column 6'
    erm stop
    rm -rf "$STATE" good
    rejects '{"command": "x", "worker": "echo $(a"}' \
        "jobs[0].worker: '\$(' is not closed, column 7"
    run -1 erm submit -- 'echo "a'
    has 'command: a double quote is not closed, column 6'
    is "$(count_jobs)" 1
}

@test "all errors at once, in the order of the file" {
    printf '[{"comand": "a"},\n{"command": 1},\n{"command": "x",},\n"no"]' \
        >jobs.json
    run -1 erm check jobs.json
    is "$(grep -o 'jobs.json:[0-9]*' <<<"$output" | uniq | xargs)" \
        'jobs.json:1 jobs.json:2 jobs.json:3 jobs.json:4'
}

@test "a hundred thousand brackets deep" {
    rejects "{\"command\": \"x\", \"env\": $(printf '[%.0s' {1..100000})$(
        printf ']%.0s' {1..100000})}" 'error' '32'
}

@test "a file over 64 MiB" {
    head -c 70M /dev/zero | tr '\0' ' ' >jobs.json
    start_nodes 1 -j jobs.json
    wait_until $PATIENCE log_has 'jobs.json.*64 MiB'
    echo '[{"command": "true"}]' >jobs.json
    wait_state 1 completed
}

@test "ten thousand jobs are read at once" {
    jq -n '{jobs: [range(10000) | {command: "true", hold: true,
        name: "j\(.)"}]}' >jobs.json
    start_nodes 1 -j jobs.json
    wait_until $PATIENCE has_jobs 10000
    wait_until $PATIENCE erm show 10000
}

@test "bytes that are no text" {
    head -c 5000 /dev/urandom >jobs.json
    start_nodes 1 -j jobs.json
    wait_until $PATIENCE log_has 'jobs.json:[0-9]*:[0-9]*: error'
    printf '[{"command": "echo \0"}]' >jobs.json
    wait_until $PATIENCE log_has 'jobs.json:1:20: error: a NUL byte'
    printf '\xef\xbb\xbf[{"command": "true"}]' >jobs.json
    erm reload
    echo '[{"command": "true"}]' >jobs.json
    wait_state 1 completed
}

@test "walltimes of every form, in the file" {
    cat >jobs.json <<'END'
[{"command": "true", "walltime": 90},
 {"command": "true", "walltime": "1:30:00"},
 {"command": "true", "walltime": "1-12"},
 {"command": "true", "walltime": "2-12:30"},
 {"command": "true", "walltime": "90s"},
 {"command": "true", "walltime": "30m"},
 {"command": "true", "walltime": "1.5h"},
 {"command": "true", "walltime": "2d"},
 {"command": "true", "walltime": "PT1H30M"},
 {"command": "true", "walltime": "unlimited"},
 {"command": "true", "walltime": "30:00"},
 {"command": "true", "walltime": "90"}]
END
    start_nodes 1 -j jobs.json
    wait_until $PATIENCE has_jobs 12
    is "$(erm queue -a --json | jq -c '[.jobs | sort_by(.id)[].walltime]')" \
        '[90,5400,129600,217800,90,1800,5400,172800,5400,null,1800,90]'
    run -0 manager_log
    has '[10].walltime: "30:00" is read as 30 min' \
        'hint: write "0:30:00" to be clear' '[11].walltime: "90" is read as 1 min 30 s'
}

@test "walltimes of every form, on the command line" {
    start_nodes 1
    local time
    for time in 1:30:00 1-12 1-12:00 90s 30m 1.5h 2d PT30M inf; do
        erm submit -q --hold -t $time -- true
    done
    is "$(erm queue --json | jq -c '[.jobs[].walltime]')" \
        '[5400,129600,129600,90,1800,5400,172800,1800,null]'
    for time in 30 1:30 abc -5m 0s '' 1e3s; do
        run -2 erm submit -t "$time" -- true
        has 'walltime'
    done
    run -2 erm submit -t 1:30 -- true
    has 'ambiguous' 'hint: write 1m30s or 1h30m'
    is "$(count_jobs)" 9
}

@test "more nodes than the pool has: warned at the submit, said in queue" {
    start_nodes 2
    run -0 --separate-stderr erm submit -N 5 -- 'echo ran >big'
    is "$output" 1
    [[ "$stderr" == *'needs 5 nodes, the pool has 2: it will wait until nodes are added'* ]]
    run -0 erm queue
    has 'needs 5 nodes, the pool has 2'
    run -0 erm why 1
    has '5' '2'
    erm submit -q -N 2 --wait -- true
    erm nodes add n3,n4,n5
    wait_state 1 completed
    is "$(cat big)" ran
}

@test "more nodes than the pool has, from the file" {
    echo '[{"command": "true", "min_nodes": 9}, {"command": "true"}]' >jobs.json
    start_nodes 2 -j jobs.json
    wait_state 2 completed
    is "$(job_field 1 '| "\(.state) \(.reason)"')" 'pending too_large'
    log_has 'needs 9 nodes, the pool has 2'
}

@test "hostfiles without hosts, and no hostfile" {
    local text
    for text in '' '# nothing'; do
        echo "$text" >hosts
        run -1 erm start -H hosts
        has 'hosts:1:1: error: no host in it'
    done
    run -1 erm start -H nowhere
    has 'nowhere'
    run -3 erm queue
}

@test "names that could be options or commands are never hosts" {
    local name
    for name in '-oProxyCommand=touch${IFS}canary' 'a;touch canary' \
        '$(touch canary)' '`touch canary`' 'user@host' 'n:4' '../x' '.hidden' \
        'n[1-' 'n[5-1]' "$(printf 'x%.0s' {1..300})"; do
        printf 'good\n%s\n' "$name" >hosts
        run -1 erm start -H hosts
        has 'hosts:2:'
        run -1 erm check hosts
        has 'hosts:2:' '1 node usable'
    done
    echo good >hosts
    erm start -H hosts
    run ! erm nodes add 'a;touch canary'
    has "';' is not allowed"
    run ! erm nodes add -- -oX
    has "must not begin with '-'"
    run -0 api POST /v1/nodes/add '{"nodes": ["-oX"]}'
    has "must not begin with '-'" 400
    is "$(erm status --json | jq .nodes.total)" 1
    [ ! -e canary ]
}

@test "names of jobs and labels are text, never code" {
    start_nodes 1
    erm submit -q --wait -J '$(touch canary)<b>' -- 'echo "$ERM_JOB_NAME"'
    is "$(cat erm-1.out)" '$(touch canary)<b>'
    run -0 erm history
    has '$(touch canary)<b>'
    [ ! -e canary ]
}

@test "control characters of a name do not reach a terminal" {
    start_nodes 1
    run -1 erm submit -q --hold -J $'a\e[2Jb\nc' -- true
    has 'name' 'control'
    is "$(count_jobs)" 0
}

@test "bad options of the manager: usage, with a hint" {
    run -2 erm start -N 0
    run -2 erm start -N many
    run -2 erm start -s 2
    run -2 erm start --backfill esy
    has "did you mean 'easy'?"
    run -2 erm start --mode elasic
    has "did you mean 'elastic'?"
    run -2 erm start --expand fcf
    has "did you mean 'fcfs'?"
    run -2 erm start --launcher rocket
    run -2 erm start --log-level loud
    run -2 erm start --cooldown never
    run -3 erm queue
}

@test "a jobs file that is not there yet is waited for, and said" {
    start_nodes 1 -j later.json
    log_has 'later.json'
    echo '[{"command": "true"}]' >later.json
    wait_state 1 completed
}

@test "a bad file of entries is submitted not at all" {
    start_nodes 1
    echo '[{"command": "true"}, {"comand": "true"}]' >some.json
    run -1 erm submit some.json
    has 'some.json:1:' 'did you mean "command"?' 'nothing was submitted'
    is "$(count_jobs)" 0
}
