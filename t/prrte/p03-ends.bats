#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# How jobs on several hosts are ended. After each test the helper looks at
# every host for processes and files that were left.

load helper

start_manager() {
    erm start -H ../hosts "$@"
}
mpi() { erm submit -q -N 2 --launch mpi --procs-per-node 1 "$@"; }
runs_everywhere() {
    for host in $(erm queue -n -o nodelist "$1" | tr -d ' ' | hosts_of); do
        on "$host" pgrep -f "$2" >/dev/null || return 1
    done
}
hosts_of() { on n0 python3 -c '
import re, sys
m = re.match(r"n\[?([\d,-]+)", sys.stdin.read().strip())
for part in m.group(1).split(","):
    a, _, b = part.partition("-")
    for i in range(int(a), int(b or a) + 1):
        print(f"n{i}")'; }
# Ignores what can be ignored, and leaves daemons behind.
stubborn() {
    cat >stubborn.sh <<'END'
trap '' TERM HUP INT
setsid sleep 1000 &
( setsid setsid sh -c 'trap "" TERM; while :; do sleep 1; done' & )
touch ready.$(hostname)
while :; do sleep 1; done
END
}
both_ready() { [ "$(find . -name 'ready.*' | wc -l)" -eq 2 ]; }
no_sleep_on_hosts() {
    for host in n1 n2 n3 n4; do
        run ! on "$host" pgrep -u erm -x sleep
    done
}

@test "cancelled: a job that ignores TERM and leaves daemons on two hosts" {
    stubborn
    for mode in job pool; do
        rm -rf "$STATE" ready.*
        start_manager --dvm $mode
        mpi -- sh stubborn.sh
        wait_until "$PATIENCE" both_ready
        erm cancel --grace 1s 1
        wait_state 1 cancelled
        no_sleep_on_hosts
        erm stop
    done
}

@test "its walltime is over: the same" {
    stubborn
    start_manager --grace 1s
    mpi -t 3s -- sh stubborn.sh
    run erm wait 1
    fails_with 124
    no_sleep_on_hosts
    erm stop
}

@test "its walltime is over while no manager is there" {
    stubborn
    start_manager --grace 1s
    mpi -t 4s -- sh stubborn.sh
    wait_until "$PATIENCE" both_ready
    erm stop
    wait_until "$PATIENCE" nobody_ready
    start_manager --grace 1s
    wait_state 1 timeout
    no_sleep_on_hosts
    erm stop
}
nobody_ready() { ! on n1 pgrep -f stubborn.sh && ! on n2 pgrep -f stubborn.sh && ! on n3 pgrep -f stubborn.sh && ! on n4 pgrep -f stubborn.sh; }

@test "the grace is the program's, on every host" {
    cat >saves.py <<'END'
import signal, sys, time, socket
def save(*_):
    time.sleep(1.5)
    print("saved on", socket.gethostname(), flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, save)
open("ready." + socket.gethostname(), "w")
time.sleep(1000)
END
    for mode in job pool; do
        rm -rf "$STATE" ready.* erm-1.out
        start_manager --dvm $mode
        mpi -- python3 saves.py
        wait_until "$PATIENCE" both_ready
        erm cancel 1
        wait_state 1 cancelled
        is "$(grep -c 'saved on n' erm-1.out)" 2
        erm stop
    done
}

@test "a signal reaches one job, on all of its hosts" {
    cat >catches.sh <<'END'
trap 'echo caught on $(hostname); exit 0' USR2
touch ready.$(hostname).$ERM_JOB_ID
while :; do sleep 0.1; done
END
    for mode in job pool; do
        rm -rf "$STATE" ready.* erm-*.out
        start_manager --dvm $mode
        mpi -- sh catches.sh
        mpi -- sh catches.sh
        wait_until "$PATIENCE" four_ready
        erm cancel --signal USR2 1
        wait_state 1 completed
        is "$(grep -c 'caught on' erm-1.out)" 2
        runs 2
        erm cancel --grace 1s 2
        wait_state 2 cancelled
        run ! grep caught erm-2.out
        erm stop
    done
}
four_ready() { [ "$(find . -name 'ready.*' | wc -l)" -eq 4 ]; }

@test "a daemon that a finished job left is gone before its hosts are used" {
    start_manager
    mpi -- 'setsid sleep 1000 >/dev/null 2>&1 </dev/null & echo done'
    erm wait 1
    no_sleep_on_hosts
    erm stop
}

@test "erm stop leaves nothing, and jobs go on" {
    start_manager --dvm pool
    mpi -- sleep 4
    wait_runs 1
    erm stop
    run ! on n0 pgrep -x erm-manager
    start_manager --dvm pool
    erm wait 1
    erm stop
}
