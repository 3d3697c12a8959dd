#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# A jobs file that is edited while the manager runs, by all the ways in which
# people and programs edit files: nothing runs twice, nothing is lost.

load helper

# One entry whose job writes its name into the ledger. $2: more keys.
entry() {
    printf '{"command": "echo %s >>ledger", "name": "%s", "walltime": 60%s}' \
        "$1" "$1" "${2:+, $2}"
}

# usage: jobs_file ENTRY... : the text of a jobs file.
jobs_file() {
    local IFS=,
    printf '{"jobs": [%s]}\n' "$*"
}

# Have exactly these names run, each once (in any order)?
ran() { [ "$(sort ledger | xargs)" = "$*" ]; }
# A submitted job behind all that was read so far has ended: so the jobs of
# the file, if there were new ones, have started as well.
settle() {
    local seen
    seen=$(erm status --json | jq '.jobs.finished + .jobs.failed')
    erm reload
    erm submit -q --wait -t 1m -o /dev/null -- true
    [ "$(erm status --json | jq '.jobs.finished + .jobs.failed')" = \
        $((seen + 1)) ]
}

start_file() {
    : >ledger
    jobs_file "$@" >jobs.json
    start_nodes 4 -j jobs.json
}

@test "a submit while the file's jobs run" {
    start_file "$(entry a)"
    wait_until $PATIENCE ran a
    erm submit -q -t 1m -- 'echo b >>ledger'
    wait_until $PATIENCE ran a b
}

@test "appended entries run, the others not again" {
    start_file "$(entry a)"
    wait_until $PATIENCE ran a
    jobs_file "$(entry a)" "$(entry b)" >jobs.json
    wait_until $PATIENCE ran a b
    jobs_file "$(entry a)" "$(entry b)" "$(entry c)" >jobs.json
    wait_until $PATIENCE ran a b c
    settle
    ran a b c
}

@test "rewriting, reordering, reformatting and touching run nothing" {
    start_file "$(entry a)" "$(entry b)" "$(entry c)"
    wait_until $PATIENCE ran a b c
    jobs_file "$(entry a)" "$(entry b)" "$(entry c)" >jobs.json
    settle
    jobs_file "$(entry c)" "$(entry a)" "$(entry b)" >jobs.json
    settle
    jq . jobs.json >pretty && cp pretty jobs.json
    settle
    touch jobs.json
    settle
    jq -c '.jobs' pretty >jobs.json
    settle
    ran a b c
}

@test "deleted entries change nothing, back again they do not run" {
    start_file "$(entry a)" "$(entry b)"
    wait_until $PATIENCE ran a b
    jobs_file "$(entry b)" >jobs.json
    settle
    jobs_file >jobs.json
    settle
    jobs_file "$(entry a)" "$(entry b)" >jobs.json
    settle
    ran a b
}

@test "equal entries are as many jobs as there are entries" {
    start_file "$(entry a)" "$(entry a)" "$(entry a)"
    wait_until $PATIENCE ran a a a
    jobs_file "$(entry a)" "$(entry a)" "$(entry a)" "$(entry a)" >jobs.json
    wait_until $PATIENCE ran a a a a
    settle
    ran a a a a
}

@test "a changed entry is another job, unless it has an id" {
    start_file "$(entry a)" "$(entry b '"id": 20')"
    wait_until $PATIENCE ran a b
    jobs_file "$(entry a '"priority": 3')" \
        "$(entry b '"id": 20, "priority": 3')" >jobs.json
    wait_until $PATIENCE ran a a b
    settle
    ran a a b
}

@test "replaced by rename, as editors do" {
    start_file "$(entry a)"
    wait_until $PATIENCE ran a
    jobs_file "$(entry a)" "$(entry b)" >new
    mv new jobs.json
    wait_until $PATIENCE ran a b
    sed -i 's/^/ /' jobs.json
    settle
    jobs_file "$(entry a)" "$(entry b)" "$(entry c)" >new
    mv jobs.json jobs.json~
    mv new jobs.json
    wait_until $PATIENCE ran a b c
}

@test "half written for a while: nothing of it runs before it is whole" {
    start_file "$(entry a)"
    wait_until $PATIENCE ran a
    jobs_file "$(entry a)" "$(entry b)" "$(entry c)" >whole
    head -c -30 whole >jobs.json
    settle
    ran a
    wait_until $PATIENCE log_has 'jobs.json:1:[0-9]*: error'
    cat whole >jobs.json
    wait_until $PATIENCE ran a b c
    settle
    ran a b c
}

@test "truncated, deleted, back again" {
    start_file "$(entry a)"
    wait_until $PATIENCE ran a
    : >jobs.json
    settle
    rm jobs.json
    settle
    jobs_file "$(entry a)" "$(entry b)" >jobs.json
    wait_until $PATIENCE ran a b
    settle
    ran a b
}

@test "made unreadable while running: said once, and good again later" {
    obeying_modes true || skip "setpriv cannot drop capabilities here"
    : >ledger
    jobs_file "$(entry a)" >jobs.json
    obeying_modes "$ERM" start -N 2 -j jobs.json
    wait_until $PATIENCE ran a
    chmod 000 jobs.json
    wait_until $PATIENCE log_has 'jobs.json.*[Pp]ermission'
    chmod 600 jobs.json
    jobs_file "$(entry a)" "$(entry b)" >jobs.json
    wait_until $PATIENCE ran a b
    is "$(manager_log | grep -ci 'permission')" 1
}

@test "made a folder while running: said, and good again later" {
    start_file "$(entry a)"
    wait_until $PATIENCE ran a
    mv jobs.json was
    mkdir jobs.json
    wait_until $PATIENCE log_has 'jobs.json is not a regular file'
    rmdir jobs.json
    jobs_file "$(entry a)" "$(entry b)" >jobs.json
    wait_until $PATIENCE ran a b
}

@test "rewritten a hundred times in place while it is read" {
    start_file
    local entries=() i
    for i in $(seq 100); do
        entries+=("$(entry "$i")")
        jobs_file "${entries[@]}" >jobs.json
    done
    wait_until $PATIENCE has_lines 100 ledger
    settle
    is "$(sort -n ledger | xargs)" "$(seq 100 | xargs)"
}

@test "duplicate ids are an error with both places, other entries run" {
    start_file "$(entry a '"id": 5')" "$(entry b '"id": 5')" "$(entry c)"
    wait_until $PATIENCE log_has 'jobs.json:1:[0-9]*: error: .*id'
    wait_until $PATIENCE file_has ledger c
    is "$(grep -c b ledger || true)" 0
    run -0 manager_log
    has '5'
}

@test "an id that is already a job's is not run again" {
    start_file "$(entry a '"id": 5')"
    wait_until $PATIENCE ran a
    jobs_file "$(entry a '"id": "5"')" "$(entry b '"id": "6"')" >jobs.json
    wait_until $PATIENCE ran a b
    is "$(job_field 6 .name)" b
}

@test "an id that a submitted job has is rejected, and said" {
    start_file
    erm submit -q -t 1m -- true
    jobs_file "$(entry a '"id": 1')" "$(entry b)" >jobs.json
    wait_until $PATIENCE ran b
    wait_until $PATIENCE log_has 'jobs.json:1:[0-9]*: error: .*1'
    ran b
}

@test "nothing runs twice when entries were deleted before a restart" {
    start_file "$(entry a)" "$(entry b)" "$(entry c)"
    wait_until $PATIENCE ran a b c
    wait_until $PATIENCE is_idle
    jobs_file "$(entry c)" >jobs.json
    crash_manager
    erm start -H hosts -j jobs.json
    settle
    jobs_file "$(entry a)" "$(entry b)" "$(entry c)" >jobs.json
    settle
    ran a b c
}

@test "a file that is rewritten while the manager is down" {
    start_file "$(entry a)" "$(entry b)"
    wait_until $PATIENCE ran a b
    erm stop
    jobs_file "$(entry b)" "$(entry c)" "$(entry a)" >jobs.json
    erm start -H hosts -j jobs.json
    wait_until $PATIENCE ran a b c
    settle
    ran a b c
}

@test "only pending entries are taken" {
    start_file "$(entry a '"status": "completed"')" \
        "$(entry b '"status": "pending"')" "$(entry c)"
    wait_until $PATIENCE ran b c
    settle
    ran b c
}

@test "the prototype's shape of the file: a list of job_command" {
    : >ledger
    cat >jobs.json <<'END'
[{"job_command": "echo $ERM_JOB_ID >>ledger", "id": 7, "type": "elastic",
  "default_nodes": 2, "min_nodes": 1, "max_nodes": 3, "walltime": "00:01:00",
  "serial_fraction": 0.2, "status": "pending"}]
END
    start_nodes 4 -j jobs.json
    wait_until $PATIENCE ran 7
    is "$(job_field 7 '| "\(.kind) \(.min_nodes)-\(.max_nodes)"')" 'elastic 1-3'
}

@test "start_time, and dependencies between entries by name" {
    start_file "$(entry early '"start_time": 1')" \
        "$(entry late '"after": "early"')"
    wait_until $PATIENCE file_has ledger late
    is "$(xargs <ledger)" 'early late'
}

@test "a dependency on an entry that comes later is refused with a hint" {
    start_file "$(entry a '"after": "b"')" "$(entry b)"
    wait_until $PATIENCE log_has "jobs.json:1:11: error: .*no earlier job 'b'"
    wait_until $PATIENCE ran b
    log_has 'hint: name a job that comes before this one'
}
