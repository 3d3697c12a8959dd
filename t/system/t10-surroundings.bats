#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# What is around a job and a manager: their environment and descriptors, the
# way to the state directory, nodes that come and go, other jobs in the queue.

load helper

JOB='until [ -e end ]; do sleep 0.1; done'

# Is $output one JSON document of schema 1 in which FILTER holds?
json() {
    jq -es 'length == 1 and .[0].schema == 1' <<<"$output" >/dev/null ||
        { show "no JSON of schema 1"; return 1; }
    jq -e "$1" <<<"$output" >/dev/null || { show "not: $1"; return 1; }
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

@test "what a job finds in its environment, and that it has no strange files" {
    echo '{"jobs": []}' >policy.json
    start_nodes 3 -p policy.json
    erm submit -q --wait -N 2-3 -t 30m -J blast --env MINE=1 -- \
        'env; ls -l /proc/self/fd >fds; cat $ERM_NODEFILE >nodefile'
    run -0 cat erm-1.out
    has ERM_JOB_ID=1 ERM_JOB_NAME=blast ERM_NODES=n1,n2 'ERM_NODELIST=n[1-2]' \
        ERM_NNODES=2 ERM_MIN_NODES=2 ERM_MAX_NODES=3 ERM_WALLTIME=1800 \
        ERM_RESTART=0 "ERM_POLICY_FILE=$WORK/policy.json" NUM_NODES_EXAMOL=2 \
        NODES_EXAMOL=n1,n2 JOB_ID_EXAMOL=1 WALLTIME_EXAMOL=00:30:00 \
        PARSL_RUN_DIR=$STATE/mailbox/1/ MINE=1
    is "$(grep -c ' [0-9]* -> ' fds)" 4 # 0, 1, 2 and the folder ls reads
    is "$(cut -d' ' -f1 nodefile | xargs)" 'n1 n2'
}

@test "a node that is removed while its job runs leaves when that ends" {
    start_nodes 2
    erm submit -q -N 2 -t 1h -- "$JOB"
    wait_runs 1
    erm nodes remove n2
    is "$(node_state n2)" leaving
    erm submit -q -N 2 -- true
    touch end
    wait_state 1 completed
    is "$(erm status --json | jq .nodes.total)" 1
    is "$(job_field 2 '| "\(.state) \(.reason)"')" 'pending too_large'
}

@test "a hostfile that changes, by reload" {
    start_nodes 3
    erm submit -q -N 2 -t 1h -- "$JOB"
    wait_runs 1
    printf 'n4\nn3\nn1\n' >hosts
    erm reload
    is "$(erm nodes --json | jq -c '[.nodes[] | .name + " " + .state] | sort')" \
        '["n1 allocated","n2 leaving","n3 idle","n4 idle"]'
    : >hosts
    run ! erm reload
    has 'no host in it'
    is "$(erm status --json | jq .nodes.total)" 3
    touch end
    wait_state 1 completed
    is "$(cat hosts)" ''
}

@test "SIGHUP is a reload" {
    start_nodes 1
    echo n2 >>hosts
    kill -HUP "$(manager_pid)"
    wait_until $PATIENCE has_node_state n2 idle
}

@test "backfill: a short job passes the head, a long one does not" {
    start_nodes 3
    erm submit -q -N 2 -t 10m -- "$JOB"
    erm submit -q -N 3 -t 10m -J head -- true
    erm submit -q -N 1 -t 1h -J long -- true
    erm submit -q -N 1 -t 1m -J short -- true
    wait_state 4 completed
    is "$(job_field 2 .state)-$(job_field 3 .state)" pending-pending
    run -0 erm why 3
    has 'backfill'
    touch end
    wait_state 3 completed
    wait_state 2 completed
}

@test "no backfill: nobody passes the head" {
    start_nodes 3 --backfill none
    erm submit -q -N 2 -t 10m -- "$JOB"
    erm submit -q -N 3 -t 10m -- true
    erm submit -q -N 1 -t 1m -- true
    wait_runs 1
    is "$(job_field 3 '| "\(.state) \(.reason)"')" 'pending priority'
    touch end
    wait_state 3 completed
}

@test "wait ends with the job, for many clients at once" {
    start_nodes 1
    erm submit -q -- "$JOB; exit 4"
    local i waiting=()
    for i in $(seq 20); do
        erm wait -q 1 &
        waiting+=($!)
    done
    touch end
    local status
    for i in "${waiting[@]}"; do
        status=0
        wait "$i" || status=$?
        is $status 4
    done
}

@test "queue --watch shows again and again, and can be interrupted" {
    start_nodes 1
    erm submit -q --hold -- true
    run timeout -s INT 1 "$ERM" queue --watch=0.2
    has held
}
