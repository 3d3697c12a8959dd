#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A job's side of policy.json, the way the seed's clients do it: read under a
shared lock, take the first entry with the own id, act; then rewrite the file
in place under an exclusive lock without ANY entry of that id.

usage: policy_client.py FILE ID [--wait SECONDS]    prints what it was told;
                                                    1: there was no entry
       policy_client.py FILE --hold HELD RELEASE    holds the lock from the
                                 making of HELD until RELEASE exists
"""
import argparse
import fcntl
import json
import os
import pathlib
import sys
import time


def first_entry(path, job):
    """None when there is none, or the file is being written."""
    with open(path, encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        try:
            entries = json.load(file)["jobs"]
        except (ValueError, KeyError):
            return None
    return next((e for e in entries if e["id"] == str(job)), None)


def remove_entries(path, job):
    with open(path, "r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        document = json.load(file)
        document["jobs"] = [e for e in document["jobs"]
                            if e["id"] != str(job)]
        file.seek(0)
        json.dump(document, file, indent=2)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())


def act(path, job, patience):
    end = time.monotonic() + patience
    entry = first_entry(path, job)
    while entry is None:
        if time.monotonic() >= end:
            return 1
        time.sleep(0.05)
        entry = first_entry(path, job)
    print(entry["scale"], entry["num_nodes"], entry["nodes"],
          "start_after", entry["start_after"])
    remove_entries(path, job)
    return 0


def hold(path, held, release):
    with open(path, "r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        pathlib.Path(held).touch()
        while not os.path.exists(release):
            time.sleep(0.02)
    return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("id", nargs="?", type=int)
    parser.add_argument("--wait", type=float, default=0)
    parser.add_argument("--hold", nargs=2)
    args = parser.parse_args()
    if args.hold:
        return hold(args.file, *args.hold)
    return act(args.file, args.id, args.wait)


sys.exit(main())
