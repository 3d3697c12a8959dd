#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# What is told of resizes afterwards: who asked, for whom, what was answered,
# in what time; and what later jobs of that name have of it.

load helper

# Grows by what it is offered; gives nodes only to who asks for the second time.
write_job() {
    cat >job <<'END2'
while set -- $(erm app wait); do
    if [ "$1" = shrink ] && [ ! -e asked ]; then
        touch asked
        erm app refuse -r 1s -m 'in a checkpoint'
    else
        erm app accept && sleep 0.2 && erm app done
    fi
done
END2
}
submit_job() {
    erm submit -q --name heat -N 1-3 -e --resize app -t 1h "$@" -- sh job
}
# usage: resizes JQ : of job 1
resizes() { erm show 1 --json | jq -r ".resizes[] | $1"; }
has_answers() { [ "$(resizes .state | paste -sd' ')" = "$1" ]; }

@test "every resize is told: by whom, for whom, the answer and its reason" {
    write_job
    start_nodes 3 -s 0 --cooldown 0
    submit_job
    wait_until $PATIENCE has_answers done
    erm submit -q -N 1 -t 1m -- 'sleep 1000'
    wait_runs 2
    wait_until $PATIENCE has_answers 'done refused done'
    is "$(resizes '"\(.op) \(.n_nodes) \(.nodelist) \(.asked_by) \(.for_job)"')" \
        'grow 2 n[2-3] scheduler null
shrink 1 n3 scheduler 2
shrink 1 n3 scheduler 2'
    is "$(resizes .note | paste -sd,)" ',in a checkpoint,'
    is "$(resizes .retry_after | paste -sd,)" 'null,1,null'
    is "$(resizes '.took >= 0.2' | paste -sd,)" 'true,false,true'
    run -0 erm show 1
    has '+2  n[2-3]    scheduler            done'
    has '-1  n3        scheduler for job 2  refused for 1.0 s'
    has 'in a checkpoint'
    erm cancel 1 2
    wait_state 1 cancelled
    run -0 erm history --phases 1
    has '-1  n3        scheduler for job 2  refused for 1.0 s'
    is "$(erm history --json | jq -c '.summary.resizes | del(.mean)')" \
        '{"done":2,"forced":0,"refused":1,"failed":0,"expired":0}'
}

@test "what a user asks for is told as the user's" {
    write_job
    start_nodes 3 -s 0 --mode evolving
    submit_job
    wait_runs 1
    erm expand 1 1 --wait
    is "$(resizes '"\(.asked_by) \(.state) \(.attempt)"')" 'user done 1'
}

@test "later jobs of the same name know what a resize costs" {
    write_job
    start_nodes 3 -s 0 --cooldown 0
    submit_job
    wait_until $PATIENCE has_answers done
    run -0 erm show 1
    [[ $output =~ 'learned    resizes of jobs named heat took '.*' on average (1)' ]]
    erm cancel 1
    wait_state 1 cancelled
    submit_job
    is "$(erm show 2 --json | jq '.job.resize_cost >= 0.2')" true
    is "$(erm show 2 --json | jq '.learned.grow.n >= 1')" true
    erm submit -q --name other -N 1-3 -e --resize app -- sh job
    is "$(erm show 3 --json | jq -c '[.job.resize_cost, .learned]')" \
        '[null,null]'
    run -0 erm history --learned
    [[ ${lines[1]} =~ ^heat\ +[0-9.]+\ m?s\ \([0-9]+\)\ +-\ +-\ +-$ ]]
}

@test "a run counts its resizes by outcome" {
    write_job
    seq -f 'n%g' 3 >hosts
    cat >jobs.json <<'END2'
{"jobs": [{"name": "heat", "command": "timeout 3 sh job; true",
           "elastic": true, "resize": "app", "min_nodes": 1, "max_nodes": 3,
           "walltime": "1h"}]}
END2
    run -0 --separate-stderr erm run -H hosts -s 0 --cooldown 0 jobs.json
    [[ $output =~ 'resizes      1 expands, 0 shrinks ('.*' on average)' ]]
}

@test "run times are foretold by the last two jobs of the same name" {
    start_nodes 2 --estimates predicted
    is "$(erm status --json | jq -r .settings.estimates)" predicted
    erm submit -q --name heat -t 1h -- true
    wait_state 1 completed
    erm submit -q --name heat -t 1h --hold -- true
    is "$(erm show 2 --json | jq '.job.expected_time | . > 0 and . < 60')" true
    erm submit -q --name heat -t 1h --hold --expected-time 2m -- true
    is "$(erm show 3 --json | jq .job.expected_time)" 120
    erm submit -q --name other -t 1h --hold -- true
    is "$(erm show 4 --json | jq .job.expected_time)" null
    erm cancel 2 3 4
}
