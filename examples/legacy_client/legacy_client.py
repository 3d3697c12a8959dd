#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A pool of tasks that is resized through policy.json and jobrequests.json, in
the way of the prototype's clients.

usage: legacy_client.py --nodelist n1,n2 --job_id 2 [options] COMMAND <TASKS

Runs COMMAND, by the shell, once for each line of standard input, with the line
as $TASK and the node it is for as $NODE; --slots of them at a time on each
node. Ends when all lines are done; 1 when a command has failed.

  --policy FILE    entries that tell it to expand or to shrink
                   (default $ERM_POLICY_FILE)
  --requests FILE  where it asks for nodes when it has more tasks than slots,
                   and for fewer when most of them are idle (default: it never
                   asks)
  --slots N        tasks at a time on each node (default 1)
  --poll S         seconds between two looks (default 1)
  --cooldown S     least seconds between two wishes (default 120)
"""
import argparse
import fcntl
import json
import os
import queue
import subprocess
import sys
import threading
import time

EXPAND_ABOVE = 0.7  # tasks per slot
SHRINK_BELOW = 0.3
TASKS_LEFT = 3      # with no more it is not worth shrinking


def load(file):
    """The document, or None: an empty or senseless file is being written."""
    try:
        return json.load(file)
    except ValueError:
        return None


def rewrite(file, document):
    """In place: a file renamed over it would not be the one that others have
    open and locked."""
    file.seek(0)
    json.dump(document, file, indent=4)
    file.truncate()
    file.flush()
    os.fsync(file.fileno())


class PolicyFile:
    """What the manager tells this job to do."""

    def __init__(self, path, job_id):
        self.path, self.job_id = path, job_id

    def first_entry(self):
        try:
            with open(self.path, encoding="utf-8") as file:
                fcntl.flock(file, fcntl.LOCK_SH)
                document = load(file)
        except FileNotFoundError:
            return None
        for entry in (document or {}).get("jobs", []):
            if entry["id"] == str(self.job_id):
                return entry
        return None

    def remove_entries(self):
        """All with this job's id: says that it has acted. False: somebody is
        writing, and it has to be said again."""
        with open(self.path, "r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            document = load(file)
            if document is None:
                return False
            document["jobs"] = [entry for entry in document["jobs"]
                                if entry["id"] != str(self.job_id)]
            rewrite(file, document)
        return True


class RequestsFile:
    """What this job asks the manager for."""

    def __init__(self, path, job_id):
        self.path, self.job_id = path, job_id

    def ask(self, scale, num_nodes):
        """False: somebody is writing, or the last wish is still there."""
        with open(self.path, "r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            document = load(file)
            if document is None:
                return False
            requests = document.setdefault("job_requests", [])
            if any(int(r["job_id"]) == self.job_id for r in requests):
                return False
            requests.append({"job_id": str(self.job_id), "scale": scale,
                             "num_nodes": num_nodes, "status": "pending"})
            rewrite(file, document)
        return True


class Pool:
    """Runs tasks: a thread for each slot of each node."""

    def __init__(self, command, slots):
        self.command, self.slots = command, slots
        self.tasks = queue.Queue()
        self.nodes = {}  # name -> (its leaving event, its threads)
        self.lock = threading.Lock()
        self.n_left = self.n_failed = 0
        self.is_complete = False

    def read(self, lines):
        for line in lines:
            with self.lock:
                self.n_left += 1
            self.tasks.put(line.rstrip("\n"))
        self.is_complete = True

    def add(self, node):
        leaving = threading.Event()
        threads = [threading.Thread(target=self.work, args=(node, leaving))
                   for _ in range(self.slots)]
        self.nodes[node] = (leaving, threads)
        for thread in threads:
            thread.start()

    def remove(self, nodes):
        """Lets the nodes finish what they run."""
        leaving = [self.nodes.pop(node) for node in nodes if node in self.nodes]
        for event, _ in leaving:
            event.set()
        for _, threads in leaving:
            for thread in threads:
                thread.join()

    def work(self, node, leaving):
        while not leaving.is_set():
            try:
                task = self.tasks.get(timeout=0.1)
            except queue.Empty:
                continue
            done = subprocess.run(
                ["sh", "-c", self.command], stdin=subprocess.DEVNULL,
                env={**os.environ, "TASK": task, "NODE": node}, check=False)
            with self.lock:
                self.n_left -= 1
                self.n_failed += done.returncode != 0

    def is_done(self):
        return self.is_complete and self.n_left == 0

    def load(self):
        return self.n_left / (len(self.nodes) * self.slots)


def follow(policy, pool):
    """Acts on the entry, if there is one; when it is gone it is done."""
    entry = policy.first_entry()
    if entry is None:
        return
    print(entry["scale"], entry["num_nodes"], entry["nodes"], flush=True)
    time.sleep(entry["start_after"])
    nodes = entry["nodes"].split(",")
    if entry["scale"] == "expand":
        for node in nodes:
            pool.add(node)
    else:
        pool.remove(nodes)
    while not policy.remove_entries():
        time.sleep(0.05)


def wish(requests, pool):
    """True: it has asked for another size."""
    if pool.load() > EXPAND_ABOVE:
        return requests.ask("expand", 1)
    if pool.load() < SHRINK_BELOW and pool.n_left > TASKS_LEFT:
        return requests.ask("shrink", 1)
    return False


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--nodelist", required=True)
    parser.add_argument("--job_id", required=True, type=int)
    parser.add_argument("--policy", default=os.environ.get("ERM_POLICY_FILE"))
    parser.add_argument("--requests")
    parser.add_argument("--slots", type=int, default=1)
    parser.add_argument("--poll", type=float, default=1)
    parser.add_argument("--cooldown", type=float, default=120)
    parser.add_argument("command")
    return parser.parse_args()


def main():
    args = arguments()
    pool = Pool(args.command, args.slots)
    policy = PolicyFile(args.policy, args.job_id)
    requests = args.requests and RequestsFile(args.requests, args.job_id)
    for node in args.nodelist.split(","):
        pool.add(node)
    threading.Thread(target=pool.read, args=(sys.stdin,), daemon=True).start()
    last_wish = time.monotonic()
    while not pool.is_done():
        follow(policy, pool)
        if requests and time.monotonic() - last_wish > args.cooldown and \
                wish(requests, pool):
            last_wish = time.monotonic()
        time.sleep(args.poll)
    pool.remove(list(pool.nodes))
    return 1 if pool.n_failed else 0


if __name__ == "__main__":
    sys.exit(main())
