#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# What people do with jobs and nodes while everything runs: ask why, resize,
# drain, hold, update, requeue, wait and watch.

load helper

# Jobs end when the file `end` appears.
JOB='until [ -e end ]; do sleep 0.1; done'

# Jobs that tell when they ran: one line each in the file `order`.
telling() { echo "echo $1 >>order"; }

client() { "$TOOLS/policy_client.py" policy.json "$@" 3>&-; }
client_shrinks() { client "$1" | grep -q '^shrink'; }
start_policy_nodes() {
    echo '{"jobs": []}' >policy.json
    start_nodes "$1" -p policy.json --cooldown 1h "${@:2}"
}

@test "why tells the first in the queue what it needs and when it starts" {
    start_nodes 2
    erm submit -q -N 2 -t 1h -- "$JOB"
    erm submit -q -N 2 -t 1m -- true
    erm submit -q -N 2 -t 1m -- true
    wait_runs 1
    run -0 erm why 2
    has 'job 2 (true) is pending, position 1 of 2' 'needs 2 nodes, 0 free' \
        'start expected'
    run -0 erm why 3
    has 'position 2 of 2'
    is "$(job_field 2 .reason) $(job_field 3 .reason)" 'resources priority'
    run -0 erm why 1
    has 'job 1' 'is running' 'n[1-2]'
    run -4 erm why 99
    has 'no job 99'
}

@test "why names what a job waits for beside nodes" {
    start_nodes 2
    erm submit -q -N 1 -t 1h -- "$JOB"
    erm submit -q --hold -- true
    erm submit -q --after 1 -- true
    erm submit -q --begin 1h -- true
    run -0 erm why 2
    has 'held by the user'
    run -0 erm why 3
    has 'waits for job 1'
    run -0 erm why 4
    has 'not before'
    is "$(job_field 2 .reason) $(job_field 3 .reason) $(job_field 4 .reason)" \
        'held dependency begin_time'
}

@test "a user's expand and shrink are done by the job's client" {
    start_policy_nodes 4 --mode evolving
    erm submit -q -N 1-3 -e -t 1h -- "$JOB"
    wait_runs 1
    is "$(job_field 1 .n_nodes)" 1
    run -0 erm expand 1 +2
    wait_until $PATIENCE client 1
    wait_until $PATIENCE has_field 1 .n_nodes 3
    is "$(job_field 1 .nodelist)" 'n[1-3]'
    run -0 erm shrink 1 1
    wait_until $PATIENCE client_shrinks 1
    wait_until $PATIENCE has_field 1 .n_nodes 2
    wait_until $PATIENCE has_node_state n3 idle
}

@test "a user names the nodes to take and to give" {
    start_policy_nodes 4 --mode evolving
    erm submit -q -N 1-4 -e -t 1h -- "$JOB"
    wait_runs 1
    run -0 erm expand 1 --nodes n4
    wait_until $PATIENCE client 1
    wait_until $PATIENCE has_field 1 .nodelist 'n[1,4]'
    run -0 erm shrink 1 --nodes n1
    wait_until $PATIENCE client_shrinks 1
    wait_until $PATIENCE has_field 1 .nodelist n4
}

@test "expand --wait returns when the job has done it" {
    start_policy_nodes 2 --mode evolving
    erm submit -q -N 1-2 -e -t 1h -- "$JOB"
    wait_runs 1
    "$TOOLS/policy_client.py" policy.json 1 --wait $PATIENCE >told 3>&- &
    run -0 timeout $PATIENCE "$ERM" expand 1 1 --wait
    is "$(job_field 1 .n_nodes)" 2
    wait $!
    is "$(cat told)" 'expand 1 n2 start_after 0'
}

@test "a resize beyond the limits, or of a rigid job, is refused and said" {
    start_policy_nodes 3 --mode evolving
    erm submit -q -N 1-2 -e -t 1h -- "$JOB"
    erm submit -q -N 1 -t 1h -- "$JOB"
    wait_runs 1 2
    run -1 erm expand 1 2
    has 'job 1'
    run -1 erm shrink 1 1
    has 'job 1'
    run -1 erm expand 2 1
    has 'job 2' rigid
    is "$(jq -c .jobs policy.json)" '[]'
}

@test "a drained node lets its job end and takes no other until resume" {
    start_nodes 2
    erm submit -q -N 1 -t 1h -- "$JOB"
    wait_runs 1
    is "$(job_field 1 .nodelist)" n1
    run -0 erm drain n1 --reason 'new memory'
    is "$(node_state n1) $(job_field 1 .state)" 'draining running'
    run -0 erm nodes
    has 'new memory'
    touch end
    wait_state 1 completed
    wait_until $PATIENCE has_node_state n1 drained
    erm submit -q -N 1 -t 1m -- true
    wait_state 2 completed
    is "$(job_field 2 .nodelist)" n2
    erm submit -q -N 2 -t 1m -- true
    is "$(job_field 3 .reason)" unavailable
    run -0 erm resume n1
    wait_state 3 completed
    is "$(node_state n1)" idle
}

@test "a drain is kept over a restart" {
    start_nodes 2
    erm drain n2
    crash_manager
    start_nodes 2
    is "$(node_state n1) $(node_state n2)" 'idle drained'
}

@test "a held job waits for its release, others go past it" {
    start_nodes 1
    erm submit -q --hold -- "$(telling held)"
    erm submit -q -- "$(telling other)"
    wait_state 2 completed
    is "$(job_field 1 .state) $(job_field 1 .held)" 'pending true'
    run -0 erm release 1
    wait_state 1 completed
    is "$(tr '\n' ' ' <order)" 'other held '
}

@test "hold stops a waiting job; of a running one it is refused" {
    start_nodes 1
    erm submit -q -- "$JOB"
    erm submit -q -- true
    wait_runs 1
    run -0 erm hold 2
    run -1 erm hold 1
    has 'job 1'
    touch end
    wait_state 1 completed
    is "$(job_field 2 .state) $(job_field 2 .reason)" 'pending held'
    erm release 2
    wait_state 2 completed
}

@test "higher priority starts earlier, equal ones by arrival" {
    start_nodes 1
    erm submit -q -- "$JOB"
    wait_runs 1
    erm submit -q -- "$(telling low)"
    erm submit -q -p 5 -- "$(telling high)"
    erm submit -q -- "$(telling low2)"
    erm submit -q -p 1 -- "$(telling raised)"
    run -0 erm update 5 priority=9
    touch end
    erm wait -q all || true
    is "$(tr '\n' ' ' <order)" 'raised high low low2 '
}

@test "a running job's walltime is lengthened" {
    start_nodes 1 --grace 1s
    erm submit -q -t 1h -- "$JOB"
    wait_runs 1
    run -0 erm update 1 walltime=+30m
    is "$(job_field 1 .walltime)" 5400
    touch end
    wait_state 1 completed
}

@test "a running job's walltime is shortened: it ends then" {
    start_nodes 1 --grace 1s
    erm submit -q -t 1h -- 'sleep 1000'
    wait_runs 1
    run -0 erm update 1 walltime=1s
    wait_state 1 timeout
}

@test "the walltime that was lengthened in time is the one that counts" {
    start_nodes 1 --grace 1s
    erm submit -q -t 3s -- 'sleep 4; echo survived'
    wait_runs 1
    erm update 1 walltime=1h
    wait_state 1 completed
    is "$(cat erm-1.out)" survived
}

@test "after ok runs after success, after notok after failure, any after both" {
    start_nodes 2
    erm submit -q --hold -- true
    erm submit -q --hold -- 'exit 3'
    erm submit -q --after 1:ok -- "$(telling ok)"
    erm submit -q --after 2:notok -- "$(telling notok)"
    erm submit -q --after 1:any,2:any -- "$(telling any)"
    is "$(job_field 3 .reason)" dependency
    erm release 1-2
    wait_state 3 completed
    wait_state 4 completed
    wait_state 5 completed
    has_lines 3 order
}

@test "a dependency that can never be met cancels, also down the line" {
    start_nodes 2
    erm submit -q --hold -- true
    erm submit -q --hold -- false
    erm submit -q --after 1:notok -- "$(telling never)"
    erm submit -q --after 2:ok -- "$(telling never)"
    erm submit -q --after 4:ok -- "$(telling never)"
    erm release 1,2
    wait_state 3 cancelled
    wait_state 4 cancelled
    wait_state 5 cancelled
    [ ! -e order ]
    is "$(job_field 5 .ended_by)" dependency
    run -1 erm wait -q 3
}

@test "a requeued job ends and starts again as another attempt" {
    start_nodes 1 --grace 2s
    erm submit -q -t 1h -- 'echo try $ERM_RESTART; '"$JOB"
    wait_runs 1
    wait_until $PATIENCE file_has erm-1.out 'try 0'
    run -0 erm requeue 1
    wait_until $PATIENCE file_has erm-1.out 'try 1'
    wait_until $PATIENCE has_field 1 .attempt 2
    touch end
    wait_state 1 completed
    is "$(erm history --json | jq '.jobs | length')" 1
}

@test "--begin keeps a job for that long" {
    start_nodes 1
    before=$(date +%s%N)
    erm submit -q --begin 2s -- 'date +%s%N'
    is "$(job_field 1 .reason)" begin_time
    wait_state 1 completed
    [ "$(cat erm-1.out)" -ge $((before + 2000000000)) ]
}

@test "submit --wait ends with the job's own status" {
    start_nodes 1
    run -0 erm submit --wait -- true
    run -7 erm submit --wait -- 'exit 7'
    run -137 erm submit --wait -- 'kill -KILL $$'
    run -124 erm submit --wait -t 1s -- 'sleep 1000'
}

@test "attach shows the output and ends with the job's status" {
    start_nodes 1
    erm submit -q -- 'echo begun; until [ -e end ]; do sleep 0.1; done;
        echo over; exit 5'
    wait_runs 1
    "$ERM" attach 1 >seen 2>errors 3>&- &
    wait_until $PATIENCE file_has seen begun
    touch end
    status=0
    wait $! || status=$?
    is "$status" 5
    is "$(tr '\n' ' ' <seen)" 'begun over '
}

@test "Ctrl-C ends attach, not the job" {
    start_nodes 1
    erm submit -q -- 'echo begun; '"$JOB"
    env --default-signal=INT "$ERM" attach 1 >seen 2>&1 3>&- &
    wait_until $PATIENCE file_has seen begun
    kill -INT $!
    wait $! || true
    is "$(job_field 1 .state)" running
}

@test "log -f follows from before the start to the end" {
    start_nodes 1
    erm submit -q --hold -- 'echo one; until [ -e end ]; do sleep 0.1; done;
        echo two'
    "$ERM" log -f 1 >seen 2>errors 3>&- &
    erm release 1
    wait_until $PATIENCE file_has seen one
    touch end
    wait $!
    is "$(tr '\n' ' ' <seen)" 'one two '
    run -0 erm log -n 1 1
    is "$output" two
}
