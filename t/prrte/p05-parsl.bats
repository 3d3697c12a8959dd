#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Real Parsl as a workflow job, its nodes passed the seed's way (NODES): two
# such jobs at once do not get in each other's way.

load helper

@test "two Parsl workflows at once, on two nodes each" {
    on n0 python3 -c 'import parsl' || skip "NOT TESTED: no python3-parsl"
    cp "$BATS_TEST_DIRNAME/workflow.py" .
    cat >jobs.json <<'END'
[ { "command": "python3 workflow.py --nodelist NODES --job_id ID", "dvm": "job",
    "min_nodes": 2, "walltime": "5m" },
  { "command": "python3 workflow.py --nodelist NODES --job_id ID", "dvm": "job",
    "min_nodes": 2, "walltime": "5m" } ]
END
    run on n0 timeout 200 erm run -H ../hosts -j jobs.json --until-idle \
        --log-level warning
    ok
    has '2 completed'
    for job in 1 2; do
        run cat erm-$job.out
        has "job $job: 20 tasks on n" "runinfo of $job"
    done
    # Parsl uses the workers that have come in time; but nobody else's.
    run on n0 erm history --json
    for job in 1 2; do
        for host in $(sed -n 's/.* tasks on //p' erm-$job.out | tr , ' '); do
            jq -e --arg host "$host" --argjson job $job '.jobs[] |
                select(.id == $job).nodes | index($host)' <<<"$output"
        done
    done
    # Python's semaphores of workers that Parsl has ended.
    for host in $(all_hosts); do
        on "$host" find /dev/shm -name 'sem.mp-*' -delete
    done
}
