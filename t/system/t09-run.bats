#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# erm run in scripts: its exit status, and what can be read once it has ended.

load helper

# The journal as it stands.
journal_sum() {
    "$REPLAY_JOURNAL" "$STATE" | cksum
}

@test "run ends with 0 when all jobs completed, and says so" {
    cat >jobs.json <<'END'
{ "jobs": [ { "command": "true" }, { "command": "echo on NODES" } ] }
END
    echo 'n[1-2]' >hostfile
    run -0 erm run -q -H hostfile jobs.json
    run -0 erm history --json
    [ "$(jq '[.jobs[] | select(.state == "completed")] | length' \
        <<<"$output")" = 2 ]
}

@test "run ends with the highest status of its jobs" {
    cat >jobs.json <<'END'
{ "jobs": [ { "command": "exit 3" }, { "command": "exit 9" },
            { "command": "true" } ] }
END
    run -9 erm run -q -N 2 jobs.json
}

@test "run ends with 1 when an entry of the file was bad, and runs the rest" {
    cat >jobs.json <<'END'
{ "jobs": [ { "command": "echo ran > good" },
            { "command": "true", "min_node": 2 } ] }
END
    run -1 erm run -N 2 jobs.json
    [ "$(cat good)" = ran ]
    [[ $output == *'did you mean "min_nodes"'* ]]
    [[ $output == *'1 bad entry'* ]]
}

@test "the history can be read when no manager runs, and changes nothing" {
    run -7 erm run -q -N 2 -- 'exit 7'
    before=$(journal_sum)
    run -0 erm history
    [[ $output == *failed*7:0* ]]
    run -0 erm history --phases
    [[ $output == *'|'* ]]
    [ "$(journal_sum)" = "$before" ]
    run -3 erm queue
}

@test "two readers at once, and none is left behind" {
    run -0 erm run -q -N 1 -- true
    erm history >one &
    erm history >two
    wait "$!"
    cmp one two
    [ ! -e "$STATE/socket" ]
}

@test "the state goes where ERM_STATE_DIR says" {
    run -0 erm run -q -N 1 -- true
    [ -e "$STATE/erm.db" ]
    [ ! -e .erm ]
}

