#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Inside the allocation of a batch system: its nodes are the pool, and its end
# is respected. Its hosts do not exist: they are slices of this machine.

load helper

# jobs are ended by its end, whatever their walltime
JOURNALS_ARE=--allocation

# usage: in_slurm SECONDS COMMAND... : as in a Slurm job that ends in SECONDS.
in_slurm() {
    local end=$(($(date +%s) + $1))
    shift
    SLURM_JOB_ID=4711 SLURM_JOB_NODELIST='cn[001-003,007],login1' \
        SLURM_JOB_CPUS_PER_NODE='4(x4),2' SLURM_JOB_END_TIME=$end "$@"
}

field() { erm status --json | jq -r "$1"; }

@test "the nodes are those of the allocation, -N of them" {
    in_slurm 3600 erm start -N 4 >/dev/null
    is "$(erm nodes --json | jq -r '[.nodes[].name] | join(" ")')" \
        'cn001 cn002 cn003 cn007'
    is "$(erm nodes --json | jq -r '[.nodes[].slots] | join(" ")')" '4 4 4 4'
    is "$(field '.nodes_from | "\(.kind) \(.allocation) \(.text)"')" \
        'slurm 4711 Slurm allocation 4711: cn[001-003,007], 4 slots each'
    grep -q 'Slurm allocation 4711: cn\[001-003,007\], 4 slots each, ends ' \
        "$STATE/erm.log"
    erm status | grep -Eq \
        '^nodes from Slurm allocation 4711: .* ends [0-9:]+ \(in (1 h|59 min)'
    erm submit -q -N 4 -t 1m -- 'echo NODES'
    wait_state 1 completed
    is "$(cat erm-1.out)" cn001,cn002,cn003,cn007
}

@test "a PBS node file, LSF's hosts, and slices on demand" {
    printf 'a1\na1\na2\na2\n' >nodes
    PBS_NODEFILE=$WORK/nodes PBS_JOBID=12.s erm start >/dev/null
    is "$(field .nodes_from.text)" 'PBS allocation 12.s: a[1-2], 2 slots each'
    erm stop
    LSB_MCPU_HOSTS='h1 4 h2 4' erm start >/dev/null
    is "$(field .nodes_from.text)" 'LSF allocation: h[1-2], 4 slots each'
    erm stop
    in_slurm 3600 erm start -N 2 --nodes-from local >/dev/null
    is "$(field '.nodes_from | "\(.text) \(.ends != null)"')" \
        'this machine: node[1-2] true'
    erm stop
    echo st33 >hosts
    in_slurm 3600 env ERM_HOSTFILE=hosts "$ERM" start 3>&- >/dev/null
    is "$(field .hostfile)" hosts
    is "$(field .nodes_from.kind)" hostfile
}

@test "a job that is too long waits with the reason, a short one runs" {
    in_slurm 4200 erm start -N 1 >/dev/null
    run -0 erm submit -q -t 2h -J long -- true
    erm submit -q -t 1h -- true
    wait_state 2 completed
    is "$(job_field 1 '| "\(.state) \(.reason)"')" 'pending allocation_end'
    erm queue | grep -Eq 'needs 02:00:00, the allocation ends in 01:0[89]:'
    erm why 1 | grep -Eq \
        '^  reason  needs 02:00:00, the allocation ends in 01:0[89]:'
    run -0 --separate-stderr erm submit -t 2h -- true
    [[ "$stderr" == *'needs 02:00:00, the allocation ends in 01:'*'another one'* ]]
    # cut to what is left it can run
    erm update 1 walltime=10m
    wait_state 1 completed
    # and a running job never gets more than there is
    erm submit -q -t 1h -- 'sleep 1000'
    wait_runs 4
    run -1 erm update 4 walltime=3h
    has 'job 4 would run past the end of the allocation' 'at most'
    erm update 4 walltime=65m
}

@test "a job without a walltime is warned and ended before the end" {
    cat >job.sh <<'END'
trap 'date +%s%N >warned' USR1
trap 'date +%s%N >ended; exit 3' TERM
date +%s%N >begun
echo "$ERM_END_TIME" >promised
while :; do sleep 0.05; done
END
    erm start -N 1 --ends-in 8s --end-margin 3s >/dev/null
    local end
    end=$(date -d "$(field .nodes_from.ends)" +%s%N)
    erm submit -q -- bash job.sh
    wait_state 1 timeout
    [ "$(cat begun)" -lt "$(cat warned)" ]
    [ "$(cat warned)" -lt "$(cat ended)" ]
    [ "$(cat ended)" -lt "$end" ]
    [ "$(cat promised)" -lt $((end / 1000000000)) ]
    # too late for another one
    erm submit -q -- true
    is "$(job_field 2 '| "\(.state) \(.reason)"')" 'pending allocation_end'
    erm why 2 | grep -q 'has no walltime, the allocation '
}

@test "a job from before is held to the end that is known now" {
    erm start -N 1 >/dev/null
    erm submit -q -- sleep 1000
    wait_runs 1
    erm stop
    erm start -N 1 --ends-in 4s --end-margin 2s >/dev/null
    wait_state 1 timeout
}

@test "erm run ends when only another allocation can go on" {
    cat >jobs.json <<'END'
[{"command": "true", "walltime": "00:01:00"},
 {"command": "true", "walltime": "02:00:00", "name": "long"},
 {"command": "true", "after": ["long"]}]
END
    run -1 erm run --ends-in 1h -N 1 jobs.json
    has '2 jobs for another allocation'
    # and in that one they run
    run -0 erm run --ends-in 5h -N 1 jobs.json
    has '2 completed'
}

@test "a variable that makes no sense is named, and nothing is started" {
    SLURM_JOB_NODELIST='n1;reboot' run -1 erm start
    has 'SLURM_JOB_NODELIST: ' '-H FILE'
    SLURM_JOB_NODELIST='-oProxyCommand=x' run -1 erm start
    has 'SLURM_JOB_NODELIST: '
    SLURM_JOB_NODELIST=n1 SLURM_JOB_END_TIME=soon run -1 erm start
    has 'SLURM_JOB_END_TIME: '
    PBS_NODEFILE=/nowhere/nodes run -1 erm start
    has 'PBS_NODEFILE: ' /nowhere/nodes
    in_slurm -60 run -1 erm start
    has 'the allocation ended 1 min' --ends-in
    echo n1 >hosts
    SLURM_JOB_NODELIST='n1;reboot' erm start -H hosts >/dev/null
    is "$(field .nodes_from.kind)" hostfile
}
