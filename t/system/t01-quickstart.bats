#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# The seed's quick start, as its README tells it. Its Python program is a
# shell script here that prints what it got and waits to be told to end.

load helper

setup_inputs() {
    cat >hostfile <<'END'
st33
st34
st35
st36
st37
END
    echo '{ "jobs": [] }' >policy.json
    cat >app.sh <<'END'
#!/bin/sh
echo "args: $*"
until [ -e end ]; do sleep 0.1; done
END
    chmod +x app.sh
    sample '{,' >jobs.json
}

# The README's jobs.json; $1 is how its first job begins.
sample() {
    cat <<END
{
  "jobs": [
    $1
      "command": "./app.sh --nodelist NODES --job_id ID --nnodes NNODES --wt 00:30:00",
      "min_nodes": 2,
      "max_nodes": 2,
      "elastic": false,
      "walltime": "00:30:00"
    },
    {
      "command": "./app.sh --nodelist NODES --job_id ID --nnodes NNODES --wt 00:30:00",
      "min_nodes": 2,
      "max_nodes": 3,
      "elastic": true,
      "walltime": "00:30:00"
    },
    {
      "command": "./app.sh --nodelist NODES --job_id ID --nnodes NNODES --wt 00:10:00",
      "min_nodes": 2,
      "max_nodes": 2,
      "elastic": false,
      "walltime": "00:10:00"
    }
  ]
}
END
}

# The seed's own line, and more options behind it.
quick_start() {
    run_manager -H hostfile -j jobs.json -N 5 -p policy.json "$@"
}

@test "the seed's line runs two jobs and keeps the third waiting" {
    setup_inputs
    sample '{' >jobs.json
    quick_start -s 0
    wait_runs 1 2
    wait_until $PATIENCE has_field 3 .state pending
    is "$(job_field 1 .nodelist)" 'st[33-34]'
    is "$(job_field 2 .nodelist)" 'st[35-36]'
    is "$(job_field 3 .reason)" resources
    touch end
    wait_state 1 completed
    wait_state 2 completed
    wait_state 3 completed
}

@test "each job gets its nodes, id, size and walltime as arguments" {
    setup_inputs
    sample '{' >jobs.json
    touch end
    quick_start -s 0
    wait_state 3 completed
    run -0 cat erm-1.out
    is "$output" 'args: --nodelist st33,st34 --job_id 1 --nnodes 2 --wt 00:30:00'
    run -0 cat erm-3.out
    has '--job_id 3 --nnodes 2 --wt 00:10:00'
}

@test "the stray comma of the seed's sample is pointed at" {
    setup_inputs
    quick_start -s 0
    wait_runs 2
    run -0 cat manager.log
    has "jobs.json:3:6: error: a key or '}' expected, found ','" \
        '    3 |     {,' \
        '      |      ^' \
        "hint: remove the comma after '{'"
    is "$(grep -c 'jobs.json:3:6' manager.log)" 1
}

@test "the two good jobs beside the stray comma run" {
    setup_inputs
    touch end
    quick_start -s 0 --until-idle
    status=0
    wait "$MANAGER" || status=$?
    MANAGER=
    is "$status" 1 # not all of the file was taken
    is "$(cat erm-*.out | grep -c '^args: ')" 2
    run -0 cat erm-1.out
    has '--nnodes 2 --wt 00:30:00'
    run -0 cat erm-2.out
    has '--nnodes 2 --wt 00:10:00'
}

@test "the repaired sample adds the third job and repeats none" {
    setup_inputs
    touch end
    quick_start -s 0
    wait_state 2 completed
    sample '{' >jobs.json
    wait_state 3 completed
    is "$(cat erm-*.out | grep -c '^args: ')" 3
    is "$(erm status --json | jq '.rejected | length')" 0
}

@test "queue (for people) and status show what was rejected" {
    setup_inputs
    quick_start -s 0
    wait_runs 2
    run -0 erm status
    has 'jobs.json:3:6: error:' 'local: ' 'start at min_nodes'
    run -0 on_terminal erm queue
    has 'rejected: jobs.json:3:6'
}

@test "names that do not resolve are slices of this machine, and it says so" {
    setup_inputs
    quick_start -s 0
    run -0 cat manager.log
    has 'st[33-37] do not resolve: using 5 slices of this machine'
}

@test "Ctrl-C ends the manager and leaves the jobs" {
    setup_inputs
    quick_start -s 0
    wait_runs 2
    kill -INT "$MANAGER"
    wait "$MANAGER" || true
    MANAGER=
    run -3 erm queue
    quick_start -s 0
    runs 1
    runs 2
    touch end
    wait_state 1 completed
    wait_state 2 completed
    is "$(cat erm-*.out | grep -c '^args: ')" 2
}

@test "SIGTERM does the same" {
    setup_inputs
    quick_start -s 0
    wait_runs 2
    kill -TERM "$MANAGER"
    wait "$MANAGER" || true
    MANAGER=
    touch end
    wait_until $PATIENCE test -s "$STATE/jobs/2.1/exit"
    quick_start -s 0
    is "$(job_field 1 .state)-$(job_field 2 .state)" completed-completed
    is "$(cat erm-*.out | grep -c '^args: ')" 2
}

@test "-s 1 starts at max_nodes" {
    setup_inputs
    sample '{' >jobs.json
    quick_start -s 1
    wait_runs 2
    is "$(job_field 2 .n_nodes)" 3
    run -0 cat erm-2.out
    has '--nodelist st35,st36,st37 --job_id 2 --nnodes 3 '
}

@test "an idle node is offered in policy.json, for the job to take" {
    setup_inputs
    quick_start -s 0
    wait_until $PATIENCE file_has policy.json expand
    is "$(jq -c '.jobs' policy.json)" \
        '[{"id":"1","scale":"expand","num_nodes":1,"nodes":"st37","start_after":0}]'
    is "$(job_field 1 .n_nodes)" 2
    wait_state 1 growing
    echo '{ "jobs": [] }' >policy.json
    wait_until $PATIENCE has_field 1 .n_nodes 3
    wait_runs 1
}

@test "-jr takes a job's own request and removes it" {
    setup_inputs
    sample '{' | sed 's/"elastic": true/"type": "evolving"/' >jobs.json
    echo '{ "job_requests": [] }' >jobrequests.json
    quick_start -jr jobrequests.json -s 0
    wait_runs 2
    echo '{"job_requests": [{"job_id": "2", "scale": "expand",
        "num_nodes": 1, "status": "pending"}]}' >jobrequests.json
    wait_until $PATIENCE file_has policy.json '"st37"'
    wait_until $PATIENCE eval \
        '[ "$(jq -c .job_requests jobrequests.json)" = "[]" ]'
}

@test "the log has the traces that the seed's README names" {
    setup_inputs
    sample '{' >jobs.json
    quick_start -s 0 --log-level debug
    wait_runs 2
    wait_until $PATIENCE log_has 'Elastic Scaling'
    touch end
    wait_state 1 completed
    wait_state 3 completed
    run -0 cat manager.log
    has 'DEBUG Scheduler woke up' 'DEBUG Scheduler waiting' \
        'DEBUG Scheduling attempt' 'INFO  Nodes Allocated: job 1 <- st[33-34]' \
        'INFO  Nodes Freed: job 1 -> ' '[Elastic Scaling] job 2: expand 2 -> 3'
}

@test "the traces are for DEBUG only" {
    setup_inputs
    touch end
    quick_start -s 0
    wait_state 2 completed
    run -0 cat manager.log
    has_not 'Scheduler waiting' 'Scheduling attempt'
    has 'Nodes Allocated'
}

@test "without -N the hostfile says how many nodes" {
    setup_inputs
    run_manager -H hostfile -j jobs.json
    is "$(erm status --json | jq .nodes.total)" 5
}

@test "-N takes the first nodes of the hostfile, and no more than it has" {
    setup_inputs
    run_manager -H hostfile -j jobs.json -N 3
    is "$(erm nodes --json | jq -r '[.nodes[].name] | join(",")')" \
        st33,st34,st35
    end_child "$MANAGER"
    run_manager -H hostfile -j jobs.json -N 6
    file_has manager.log '6 nodes were asked for, hostfile has 5'
    is "$(erm status --json | jq .nodes.total)" 5
}
