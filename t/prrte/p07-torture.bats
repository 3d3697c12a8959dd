#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# The manager is killed again and again while short MPI jobs run: each of them
# runs once. TORTURE_KILLS, TORTURE_JOBS and TORTURE_SEED change what is done,
# for example to 50, 100 and the seed that a run has printed.

load helper

# usage: kill_managers KILLS JOBS [OPTION...]
kill_managers() {
    local kills=${TORTURE_KILLS:-$1} jobs=${TORTURE_JOBS:-$2}
    shift 2
    cp "$BATS_TEST_DIRNAME/kill_manager_on_hosts.py" .
    run on n0 python3 kill_manager_on_hosts.py ../hosts --kills "$kills" \
        --jobs "$jobs" ${TORTURE_SEED:+--seed "$TORTURE_SEED"} "$@"
    tell
    ok
    has "$kills kills, $jobs jobs, " ': 0 lost, 0 run twice, 0 accounted' \
        '0 wrong exit code, 0 processes left, 0 files left'
}
# Also when all is well.
tell() { sed 's/^/# /' <<<"$output" >&3; }

@test "kill -9 of the manager at random moments, each job with its own DVM" {
    kill_managers 15 40 --dvm job
}

@test "kill -9 of the manager at random moments, jobs in the pool's DVM" {
    kill_managers 8 25 --dvm pool
}

@test "its check of the hosts sees a process and a file that were left" {
    cp "$BATS_TEST_DIRNAME/kill_manager_on_hosts.py" .
    on n1 sh -c 'setsid sleep 1000 >/dev/null 2>&1 </dev/null & : >/tmp/left'
    run on n0 python3 kill_manager_on_hosts.py ../hosts --count-left
    is "$output" '1 processes left, 1 files left'
    clean n1
}
