#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Real Parsl as a workflow job, its nodes passed the seed's way (NODES): two
# such jobs at once do not get in each other's way.

load helper

@test "two Parsl workflows at once, on two nodes each" {
    on n0 python3 -c 'import parsl' || skip "NOT TESTED: no python3-parsl"
    cp "$BATS_TEST_DIRNAME/workflow.py" .
    cat >jobs.json <<'END'
[ { "command": "python3 workflow.py --nodelist NODES --job_id ID", "min_nodes": 2, "walltime": "5m" },
  { "command": "python3 workflow.py --nodelist NODES --job_id ID", "min_nodes": 2, "walltime": "5m" } ]
END
    run on n0 timeout 200 erm run -H ../hosts -j jobs.json --until-idle \
        --log-level warning
    ok
    has '2 completed'
    run cat erm-1.out
    has 'job 1: 20 tasks on n1,n2' 'runinfo of 1'
    run cat erm-2.out
    has 'job 2: 20 tasks on n3,n4' 'runinfo of 2'
}
