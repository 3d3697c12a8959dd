#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Every command of "erm help", its JSON, and the exit codes that scripts use.

load helper

# Is $output one JSON document of schema 1 in which FILTER holds?
json() {
    jq -es 'length == 1 and .[0].schema == 1' <<<"$output" >/dev/null ||
        { show "no JSON of schema 1"; return 1; }
    jq -e "$1" <<<"$output" >/dev/null || { show "not: $1"; return 1; }
}

@test "every command that help lists has a help of its own" {
    local commands command
    commands=$(erm help | sed -n 's/^  \([a-z]*\)  .*/\1/p')
    is "$(xargs <<<"$commands")" "run start stop status reload submit wait\
 cancel hold release requeue update queue show why log attach history events\
 expand shrink resize nodes drain resume check completion version help"
    for command in $commands; do
        run -0 erm help "$command"
        has "usage: erm $command" '--state-dir' '--help'
        run -0 --separate-stderr erm "$command" --help
        has "usage: erm $command"
    done
}

@test "commands and flags: did you mean" {
    run -2 erm subit
    has 'did you mean submit?'
    run -2 erm quue
    has 'did you mean queue?'
    run -2 erm submit --walltme 3m -- true
    has 'unknown option --walltme' 'did you mean --walltime?'
    run -2 erm queue -s runing
    has 'did you mean running?'
    run -2 erm help submt
    has 'submt'
    run -2 erm update
    run -2 erm cancel
    run -2 erm submit
    run -2 erm queue -o id,zork
    has 'zork'
}

@test "without a manager: 3 and what to do; the history is there all the same" {
    local command
    for command in status queue 'show 1' 'why 1' 'cancel 1' 'hold 1' \
        'release 1' 'requeue 1' 'update 1 priority=2' 'expand 1 1' \
        'shrink 1 1' 'resize 1 1' nodes 'drain n1' 'resume n1' 'wait 1' \
        'log 1' 'attach 1' events reload stop 'submit -- true'; do
        run -3 --separate-stderr erm $command
        is "$output" ''
        [[ "$stderr" == *'no manager is running'*'hint: '* ]]
    done
    start_nodes 1
    erm submit -q --wait -- true
    erm stop
    run -0 erm history -n
    has 'completed'
}

@test "no such job, no such node: 4" {
    start_nodes 1
    local command
    for command in 'show 9' 'why 9' 'cancel 9' 'hold 9' 'release 9' \
        'requeue 9' 'update 9 priority=2' 'expand 9 1' 'shrink 9 1' \
        'resize 9 1' 'wait 9' 'log 9' 'attach 9' 'drain x' 'resume x' \
        'nodes remove x'; do
        run -4 --separate-stderr erm $command
        [[ "$stderr" == 'erm: '*no* ]]
    done
    run -2 erm show nine
    has "nine is not a job's id" 'hint: ids are written 3, 1-5, 1,4, all or last'
}

@test "not possible in this state: 1" {
    start_nodes 1
    erm submit -q --wait -- true
    run -1 erm cancel 1
    has 'job 1 has ended'
    run -1 erm hold 1
    run -1 erm requeue 1
    run -1 erm update 1 priority=2
    run -1 erm expand 1 1
}

@test "status" {
    start_nodes 2
    run -0 erm status
    has 'running, version' "$STATE" 'local: ' '2: 2 idle'
    run -0 --separate-stderr erm status --json
    json '.pid > 0 and .nodes.total == 2 and .launcher == "local"'
    json '.settings.backfill == "easy" and .settings.mode == "elastic"'
    json '.rejected == [] and .idle'
}

@test "submit: the id on stdout, words on stderr, --json, -q, --dry-run" {
    start_nodes 2
    run -0 --separate-stderr erm submit --hold -- true
    is "$output$stderr" 1
    run -0 --separate-stderr erm submit --hold --json -- true
    json '.jobs[0].id == 2 and .jobs[0].state == "pending"'
    run -0 erm submit --dry-run -N 2 -J n -t 1h -- ./a --nodelist NODES --job_id ID
    has '--nodelist n1,n2'
    run -0 erm submit --dry-run --json -- ./a NODES
    json '.jobs[0].command == "./a n1" and .jobs[0].id == null'
    is "$(count_jobs)" 2
}

@test "submit: every option arrives in the job" {
    start_nodes 4
    mkdir sub
    erm submit -q --hold -N 2-4 -t 1h -J name -e --pref 3 -p 7 --env A=1 \
        -D sub -o 'out-%j-%a-%x' -E err --requeue --begin 5s \
        --serial-fraction 0.3 -- 'echo x'
    run -0 erm show 1 --json
    json '.job | .kind == "elastic" and .min_nodes == 2 and .max_nodes == 4
        and .pref_nodes == 3 and .priority == 7 and .walltime == 3600
        and .name == "name" and .held and (.cwd | endswith("/sub"))
        and (.stdout | endswith("/sub/out-1-1-name"))
        and (.stderr | endswith("/sub/err")) and .command == "echo x"'
    run -0 erm show 1
    has 'job 1 (name) is pending' 'elastic' '2-4' 'echo x'
}

@test "submit: a script with #ERM lines, words quoted, and a file" {
    start_nodes 2
    cat >script.sh <<'END'
#!/bin/sh
#ERM -N 2 -J scripted
#ERM -t 5m
echo "$ERM_NNODES $*"
END
    chmod +x script.sh
    erm submit -q --wait script.sh 'a  b'
    is "$(cat erm-1.out)" '2 a  b'
    is "$(job_field 1 '| "\(.name) \(.walltime)"')" 'scripted 300'
    erm submit -q --wait -- printf '%s.' 'c d' '$HOME' '*'
    is "$(cat erm-2.out)" 'c d.$HOME.*.'
    echo '[{"command": "true"}, {"command": "false"}]' >two.json
    run -0 erm submit two.json
    is "$output" $'3\n4'
}

@test "submit: #SBATCH lines are understood, and what is not is said" {
    start_nodes 2
    cat >slurm.sh <<'END'
#!/bin/bash
#SBATCH --nodes=1-2
#SBATCH -t 00:05:00
#SBATCH -J slurmy
#SBATCH --mail-user=me@example.org
echo ok
END
    run -0 --separate-stderr erm submit --hold slurm.sh
    is "$output" 1
    [[ "$stderr" == *mail-user* ]]
    is "$(job_field 1 '| "\(.name) \(.walltime) \(.min_nodes)-\(.max_nodes)"')" \
        'slurmy 300 1-2'
}

@test "queue: default, formats, fields, filters, sort, --no-header, --json" {
    start_nodes 2
    erm submit -q -J one -- sleep 100
    erm submit -q --hold -J two -p 5 -- true
    erm submit -q --wait -J three -- true
    wait_runs 1
    run -0 erm queue
    is "${lines[0]}" 'ID  NAME  ST  NODES  WANT   TIME       LEFT  NODELIST/REASON'
    has 'one' 'R ' 'two' 'PD' 'held'
    has_not three
    run -0 erm queue -a
    has three CD
    run -0 erm queue -n -o id,name,st
    is "$output" $'1  one  R\n2  two  PD'
    run -0 erm queue -n -o id -s CD
    is "$output" '3'
    run -0 erm queue -q
    is "$output" $'1\n2'
    run -0 erm queue -q --sort -id
    is "$output" $'2\n1'
    run -0 erm queue -n -o id 2-3
    is "$(xargs <<<"$output")" '2 3'
    run -0 erm queue --json
    json '[.jobs[].id] == [1, 2] and .counts.running == 1 and .nodes.total == 2'
    local format
    for format in default long deps why help; do
        run -0 erm queue -o $format
    done
    run -0 erm jobs -q
    run -0 erm squeue -q
}

@test "no colours in a pipe or with NO_COLOR, colours on a terminal" {
    start_nodes 1
    erm submit -q -- sleep 100
    wait_runs 1
    run -0 erm queue
    has_not $'\e['
    run -0 erm queue --color=always
    has $'\e['
    run -0 on_terminal erm queue
    has $'\e['
    NO_COLOR=1 run -0 on_terminal erm queue
    has_not $'\e['
    run -0 on_terminal erm queue --color=never
    has_not $'\e['
}

@test "ids: one, ranges, lists, all, last" {
    start_nodes 1
    local i
    for i in 1 2 3 4 5; do erm submit -q --hold -- true; done
    erm cancel -q 1-2
    erm cancel -q 4,last
    is "$(erm queue -q)" 3
    run -4 erm cancel 3 9
    has 'no job 9'
    is "$(erm queue -q)" ''
    erm submit -q --hold -- true
    erm submit -q --hold -- true
    erm cancel -q all
    is "$(erm queue -q)" ''
}

@test "results of a request about several jobs, as JSON" {
    start_nodes 1
    erm submit -q --hold -- true
    run -4 --separate-stderr erm cancel 9 1 --json
    json '[.results[] | [.id, .ok]] == [[9, false], [1, true]]'
    json '.results[0].code == "ERR_NOT_FOUND"'
}

@test "hold, release, requeue, update as JSON" {
    start_nodes 1
    erm submit -q -- sleep 100
    erm submit -q -- true
    run -0 --separate-stderr erm hold 2 --json
    json '.results[0].ok'
    run -0 --separate-stderr erm release 2 --json
    json '.results[0].ok'
    run -0 --separate-stderr erm update 2 priority=3 --json
    json '.results[0].ok'
    run -0 --separate-stderr erm requeue 1 --json
    json '.results[0].ok'
}

@test "show, why, nodes, events, history as JSON" {
    start_nodes 2
    erm submit -q --wait -- true
    run -0 erm show 1 --json
    json '.job.state == "completed" and .phases[0].why == "start"'
    run -0 erm why 1 --json
    json '.state == "completed" and (.text | length > 0)'
    run -0 erm nodes --json
    json '[.nodes[] | .name + .state] == ["n1idle", "n2idle"]'
    run -0 erm events --json
    is "$(jq -s 'length > 3 and all(.schema == 1 and .seq > 0)' <<<"$output")" \
        true
    run -0 erm history --json
    json '.summary.completed == 1 and .jobs[0].exit_code == 0'
    run -0 erm version --json
    json '.version'
    run -0 erm reload --json
    json '.ok'
    run -0 erm stop --json
    json '.ok'
}

@test "history: table, fields, csv, joblog, phases, since, limit" {
    start_nodes 2
    run -3 erm submit -q --wait -J a -- exit 3
    erm submit -q --wait -J b -- true
    run -0 erm history
    has 'a ' failed '3:0' 'b ' completed '0:0'
    run -0 erm history -n -o id,exit
    is "$(xargs <<<"$output")" '2 0:0 1 3:0'
    run -0 erm history --csv
    has 'id,name,state' '1,a,failed,rigid,3,0'
    run -0 erm history --joblog
    has $'Seq\tHost\tStarttime' $'\t3\t0\texit 3'
    run -0 erm history --phases
    has 'start' 'n1'
    run -0 erm history -n --limit 1
    is "${#lines[@]}" 1
    run -0 erm history -n --since -1d
    is "${#lines[@]}" 2
    run -0 erm history -n --since 2099-01-01T00:00:00Z
    is "$output" ''
    run -0 erm acct -n
}

@test "nodes: add, remove, drain, resume and their reasons" {
    start_nodes 2
    run -0 erm nodes add 'x[01-02]' y slots=3
    run -0 erm nodes -n
    has 'n[1-2],x[01-02]  idle  1' 'y                idle  3'
    run -0 erm drain x01 --reason 'bad dimm'
    run -0 erm nodes -R
    has 'x01' drained 'bad dimm'
    has_not n1
    run -0 --separate-stderr erm resume x01 --json
    json '.results[0].ok'
    run -0 erm nodes remove 'x[01-02],y'
    is "$(erm status --json | jq .nodes.total)" 2
}

@test "exit codes of jobs: own, 128 + signal, 124, 126, 127" {
    start_nodes 2
    run -0 erm submit -q --wait -- true
    run -7 erm submit -q --wait -- exit 7
    run -137 erm submit -q --wait -- 'kill -9 $$'
    run -124 erm submit -q --wait -t 1s -- sleep 60
    run -127 erm submit -q --wait -- no_such_program
    run -126 erm submit -q --wait -- /etc/passwd
    run -126 erm submit -q --wait -D /nowhere -- true
    run -126 erm submit -q --wait -o /nowhere/x -- true
    run -7 erm wait 2
    run -137 erm wait 1-3
    run -0 erm wait 1
    run -7 erm attach 2
    erm submit -q --hold -- true
    erm cancel -q last
    run -1 erm wait last
    run -0 erm history --joblog
    is "$(awk -F'\t' 'NR > 1 {print $1 ":" $7 ":" $8}' <<<"$output" |
        sort -n | xargs)" \
        '1:0:0 2:7:0 3:0:9 4:0:15 5:127:0 6:126:0 7:126:0 8:126:0 9:1:0'
}

@test "run -- COMMAND and run FILE: the job's own code, a summary" {
    run -5 erm run -N 1 -- sh -c 'exit 5'
    run -0 erm run -N 1 -- true
    has 'completed'
    echo '[{"command": "exit 3"}, {"command": "exit 4"}]' >jobs.json
    run -4 erm run -N 1 jobs.json
    has '2 failed'
    run -0 erm run -q -N 1 -- true
    is "$output" ''
}

@test "wait: --timeout gives 124, --any the first, --json the ended" {
    start_nodes 2
    erm submit -q -- sleep 100
    erm submit -q -- exit 3
    run -124 erm wait --timeout 0.2 1
    run -3 erm wait --any 1 2
    run -3 --separate-stderr erm wait --json 2
    json '.done and .jobs[0].id == 2'
}

@test "check: good files, bad files, -q" {
    echo '[{"command": "true"}]' >good.json
    echo '{"jobs": [{"command": "true", "nam": "x"}]}' >bad.json
    echo 'n1 slots=2' >hosts
    echo '{"jobs": [{"id": "1", "scale": "expand", "num_nodes": 1,
        "nodes": "n1", "start_after": 0}]}' >policy.json
    run -0 erm check good.json hosts policy.json
    run -1 erm check good.json bad.json
    has 'bad.json:1:' 'did you mean "name"?'
    run -1 erm check -q bad.json
    is "$output" ''
    run -1 erm check nowhere.json
    run -2 erm check
}

@test "completion and help for tools" {
    run -0 bash -n <(erm completion bash)
    eval "$(erm completion bash)"
    run -2 erm completion tcsh
    run -0 erm help --manual
    has '## erm submit'
    run -0 erm --version
    has 'erm '
}

@test "commands find the state directory as git finds .git" {
    unset ERM_STATE_DIR
    STATE=$WORK/.erm
    start_nodes 1
    mkdir -p deep/er
    cd deep/er
    run -0 erm status
    has "$WORK/.erm"
    cd "$BATS_TEST_TMPDIR"
    run -3 erm status
    run -0 erm --state-dir "$WORK/.erm" status || run -0 erm status \
        --state-dir "$WORK/.erm"
    run -0 erm stop --state-dir "$WORK/.erm"
}

@test "a job can use erm: ERM_SOCKET leads to its manager" {
    unset ERM_STATE_DIR
    start_nodes 1
    mkdir elsewhere
    run -0 erm submit -q --wait -D elsewhere -- "cd / && $ERM queue -q"
    is "$(cat elsewhere/erm-1.out)" 1
    erm stop
}

@test "the manager keeps none of the descriptors it was started with" {
    exec 7>held
    erm start -N 1 >/dev/null
    exec 7>&-
    local pid
    pid=$(manager_pid)
    run -0 ls -l "/proc/$pid/fd"
    has_not "$WORK/held"
}
