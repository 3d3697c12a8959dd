#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Nodes that jobs give back and lose, where nodes are other machines.

load helper

JOB='until [ -e end ]; do sleep 0.2; done'
# One process on each of its nodes, by the job's own means.
ON_EACH='for node in $(echo $ERM_NODES | tr , " "); do
    erm app exec -n $node -- sh -c "echo \$\$ >pid.$node; exec setsid sleep 1000" &
done;'

start_all() {
    erm start -H ../hosts --cooldown 0 -s 0 "$@"
    wait_until "$PATIENCE" all_used
}
all_used() { [ "$(erm status --json | jq .nodes.idle)" -eq "$NODES" ]; }

# usage: submit_job COMMAND MEMBERS : an elastic one of 1 to 3 nodes; MEMBERS
# are jq's.
submit_job() {
    jq -n --arg command "$1" "[{command: \$command, type: \"elastic\",
        min_nodes: 1, max_nodes: 3, pref_nodes: 3, walltime: 3600} + $2]" \
        >job.json
    erm submit -q job.json
}
has_pids() {
    local node
    for node; do [ -s "pid.$node" ] || return 1; done
}
# Does `sleep 1000` run on that host?
sleeps_on() { as_root "$1" pgrep -u erm -f 'sleep 1000'; }
sleeps_not_on() { ! sleeps_on "$1"; }
fills() { erm submit -q -N "$1" -t 5m -- "$JOB"; }

@test "a forced shrink ends what a job has started on the host, not elsewhere" {
    start_all
    submit_job "$ON_EACH $JOB" \
        '{resize: "app", on_deadline: "force", accept_within: 2}'
    wait_until "$PATIENCE" has_pids n1 n2 n3
    fills 2
    wait_runs 2
    wait_until 10 log_has 'had to be ended on n3'
    sleeps_on n1
    sleeps_on n2
    wait_until 10 sleeps_not_on n3
    is "$(job_field 1 .nodelist)" 'n[1-2]'
    touch end
    wait_state 1 completed
    # what was left on the others at its end
    wait_until 10 sleeps_not_on n1
    wait_until 10 sleeps_not_on n2
    erm stop --cancel-jobs
}

@test "a job says that it is done but keeps a process on the host" {
    start_all
    submit_job "$ON_EACH $JOB" '{resize: "app", grace: 2}'
    wait_until "$PATIENCE" has_pids n1 n2 n3
    fills 2
    wait_until "$PATIENCE" test -e "$STATE/mailbox/1/directive.json"
    local seq
    seq=$(jq .seq "$STATE/mailbox/1/directive.json")
    echo "{\"status\": \"done\"}" | on n0 sh -c \
        "cat >'$WORK/state/mailbox/1/reply/.r' &&
         mv '$WORK/state/mailbox/1/reply/.r' '$WORK/state/mailbox/1/reply/$seq.json'"
    wait_runs 2
    wait_until 10 sleeps_not_on n3
    sleeps_on n2
    log_has 'had to be ended on n3, which it has given back'
    erm stop --cancel-jobs
}

@test "a host is lost: the job goes on, and what it had there goes" {
    start_all
    submit_job "$ON_EACH $JOB" \
        '{resize: "app", type: "evolving"}'
    wait_until "$PATIENCE" has_pids n1 n2 n3
    hosts linkdown "$CLUSTER" n3
    wait_until 40 has_node_state n3 down
    is "$(job_field 1 .nodelist)" 'n[1-2]'
    runs 1
    hosts linkup "$CLUSTER" n3
    wait_until 60 has_node_state n3 idle
    # what it had there went before the host was used again
    wait_until 10 sleeps_not_on n3
    sleeps_on n2
    erm stop --cancel-jobs
}

# Counts; USR1 makes every rank save and end with 85.
write_ranks() {
    cat >ranks <<'END'
#!/bin/bash
rank=$OMPI_COMM_WORLD_RANK$PMIX_RANK
trap 'echo "$rank $ERM_RESTART" >>told; exit 85' USR1
[ "$rank" != 0 ] && [ "$rank" != 00 ] || echo "$ERM_RESTART $ERM_NNODES" >>runs
until [ -e end ]; do sleep 0.1; done
END
    chmod +x ranks
}

@test "MPI programs start again on more and on fewer nodes" {
    start_all
    write_ranks
    fills 3
    wait_runs 1
    submit_job './ranks' '{resize: "restart", pref_nodes: 1, launch: "mpi",
        procs_per_node: 1, on_deadline: "force"}'
    wait_runs 2
    is "$(job_field 2 .n_nodes)" 1
    erm cancel 1
    wait_until "$PATIENCE" has_line runs '1 3'
    is "$(wc -l <told)" 1
    fills 2
    wait_until "$PATIENCE" has_line runs '2 2'
    is "$(wc -l <told)" 4 # the signal reached all three ranks
    wait_runs 2 3
    touch end
    wait_state 2 completed
    erm stop --cancel-jobs
}
has_line() { grep -qx "$2" "$1" 2>/dev/null; }

@test "an MPI job that loses a node starts again on the others" {
    start_all
    write_ranks
    submit_job './ranks' '{resize: "restart", launch: "mpi", procs_per_node: 1}'
    wait_until "$PATIENCE" has_line runs '0 3'
    hosts crash "$CLUSTER" n3
    wait_until 60 has_line runs '1 2'
    is "$(job_field 1 .nodelist)" 'n[1-2]'
    touch end
    wait_state 1 completed
    hosts boot "$CLUSTER" n3
    erm stop --cancel-jobs
}

# PRRTE 3 cannot take a host out of a DVM: its daemon stays there.
@test "two jobs' daemons on one host: the end of one leaves the other alone" {
    start_all
    submit_job "prun -n 3 true; $JOB" '{resize: "app", dvm: "job",
        on_deadline: "force", accept_within: 1, grace: 1}'
    wait_runs 1
    erm submit -q -N 2 -t 5m --launch mpi --procs-per-node 1 -- \
        'until [ -e end2 ]; do sleep 0.2; done'
    wait_runs 2
    wait_until 10 has_daemons n3 2
    touch end
    wait_state 1 completed
    wait_until 10 has_daemons n3 1
    runs 2
    touch end2
    wait_state 2 completed
    erm stop --cancel-jobs
}
has_daemons() { [ "$(as_root "$1" pgrep -c -u erm -x prted)" -ge "$2" ]; }

@test "a host that was given back dies: the DVM goes, and the job starts again" {
    start_all
    submit_job 'prun -n $ERM_NNODES true && echo $ERM_RESTART >>runs
        until [ -e end ]; do sleep 0.2; done' '{resize: "app", dvm: "job",
        type: "evolving", on_node_loss: "restart"}'
    wait_until "$PATIENCE" has_line runs 0
    erm shrink 1 1
    wait_until "$PATIENCE" test -e "$STATE/mailbox/1/directive.json"
    on n0 sh -c "cd '$WORK/state/mailbox/1' && echo '{\"status\": \"done\"}' >reply/.r &&
        mv reply/.r reply/\$(jq .seq directive.json).json"
    wait_until "$PATIENCE" has_field 1 .n_nodes 2
    hosts crash "$CLUSTER" n3
    wait_until 60 has_line runs 1
    is "$(job_field 1 .nodelist)" 'n[1-2]'
    touch end
    wait_state 1 completed
    hosts boot "$CLUSTER" n3
    erm stop --cancel-jobs
}

# Slices of this machine under names of their own.
@test "pretend hosts: what prun has started on one of them goes" {
    on n0 erm start -N 3 --cooldown 0 -s 0
    submit_job 'for node in $(echo $ERM_NODES | tr , " "); do
            prun --host $node -n 1 sh -c "hostname >>up; exec sleep 1000" &
        done; '"$JOB" '{resize: "app", dvm: "job", on_deadline: "force",
        accept_within: 3}'
    wait_until "$PATIENCE" has_lines 3 up
    is "$(sort up | xargs)" 'node1 node2 node3'
    fills 1
    wait_runs 2
    log_has 'had to be ended on node3'
    wait_until 10 sleeps_are 2
    runs 1
    touch end
    wait_state 1 completed
    erm stop --cancel-jobs
}
sleeps_are() { [ "$(as_root n0 pgrep -fc -u erm '^sleep 1000')" -eq "$1" ]; }
