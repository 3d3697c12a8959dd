#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Somebody else who keeps things in policy.json: adds, changes and removes its
own entry all the time, under the lock and in place, until STOP exists.

usage: policy_editor.py FILE ID STOP    prints how often it wrote; 1 and what is
                                        wrong when its entry was not as it left
                                        it
"""
import fcntl
import json
import os
import sys
import time


def edit(path, own, expected, wanted):
    """Replaces the entry of id OWN by WANTED (None: there is none)."""
    with open(path, "r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        document = json.load(file)
        entries = document["jobs"]
        found = [entry for entry in entries if entry["id"] == own]
        if found != ([] if expected is None else [expected]):
            sys.exit(f"{own}: left {expected}, found {found}")
        others = [entry for entry in entries if entry["id"] != own]
        # before the others, so that nobody can rely on the order
        document["jobs"] = ([] if wanted is None else [wanted]) + others
        file.seek(0)
        json.dump(document, file)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())


def main():
    path, own, stop = sys.argv[1:]
    count, entry = 0, None
    while not os.path.exists(stop):
        wanted = None if count % 3 == 2 else {
            "id": own, "scale": "expand", "num_nodes": count, "nodes": "x1",
            "start_after": 0}
        edit(path, own, entry, wanted)
        entry = wanted
        count += 1
        time.sleep(0.01)
    edit(path, own, entry, None)
    print(count)


main()
