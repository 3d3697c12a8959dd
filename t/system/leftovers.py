#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Is any process of a test left? Waits a little, then names and kills them.

usage: leftovers.py MARK    Processes whose environment has TEST_MARK=MARK,
but not the caller and its ancestors.
"""
import os
import pathlib
import signal
import sys
import time

PATIENCE = 20


def parent(pid):
    stat = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="latin-1")
    return int(stat.rpartition(")")[2].split()[1])


def ancestors():
    found, pid = set(), os.getpid()
    while pid > 1:
        found.add(pid)
        pid = parent(pid)
    return found


def is_marked(pid, mark):
    try:
        environment = pathlib.Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False
    return mark in environment.split(b"\0")


def find(mark, without):
    pids = {int(p.name) for p in pathlib.Path("/proc").glob("[0-9]*")}
    return [pid for pid in sorted(pids - without) if is_marked(pid, mark)]


def describe(pid):
    try:
        words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return str(pid)
    return f"{pid}: " + words.replace(b"\0", b" ").decode(errors="replace")


def main():
    mark = b"TEST_MARK=" + os.fsencode(sys.argv[1])
    without = ancestors()
    end = time.monotonic() + PATIENCE
    left = find(mark, without)
    while left and time.monotonic() < end:
        time.sleep(0.05)
        left = find(mark, without)
    for pid in left:
        print("left behind:", describe(pid))
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    return 1 if left else 0


sys.exit(main())
