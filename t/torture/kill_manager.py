#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Kills the manager with SIGKILL at random moments while short jobs run.

usage: kill_manager.py ERM SHEPHERD REPLAY [--kills N] [--jobs N] [--seed S]
                       [--without-claim]

Each job writes its id and attempt into a ledger of its own and exits with a
code that follows from its id. At the end every job must be in the ledger once
and in the history once, with the right code, the journal, replayed from its
first record, must give the manager's state byte for byte, and check_journal.py
must find nothing wrong. With --without-claim the shepherd's claim and reports
are hidden from the manager until the job has ended, and the first jobs end only
when one has run twice: the control run, with one kill, which must be caught
(exit 0 = the harness saw jobs run twice).
"""
import argparse
import collections
import http.client
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time

import check_journal

PATIENCE = 300  # only a hang takes so long
REPORT_FD = 3  # of the shepherd, as the local launcher starts it

WITHOUT_CLAIM = """#!/bin/sh
# Runs the shepherd in a folder of its own and keeps its reports back; moves the
# claim over at the end.
real='{shepherd}'
hidden='{hidden}'/$$
mkdir -p "$hidden"
jobs= arguments=
for word; do
    [ "$previous" = --jobs ] && jobs=$word && word=$hidden
    [ "$previous" = --job ] && job=$word
    [ "$previous" = --attempt ] && attempt=$word
    previous=$word
done
replaced=0
for word; do
    shift
    [ "$word" = "$jobs" ] && [ $replaced = 0 ] && word=$hidden && replaced=1
    set -- "$@" "$word"
done
"$real" "$@" {report}>/dev/null
status=$?
[ -e "$jobs/$job.$attempt" ] || mv "$hidden/$job.$attempt" "$jobs/"
exit $status
"""


class World:
    def __init__(self, args, folder):
        self.args = args
        self.folder = pathlib.Path(folder)
        self.random = random.Random(args.seed)
        self.ledger = self.folder / "ledger"
        self.state = self.folder / "state"
        self.released = self.folder / "released"
        self.env = dict(os.environ, ERM_SHEPHERD=args.shepherd)
        if args.without_claim:
            self.env["ERM_SHEPHERD"] = self.write_wrapper()
        (self.folder / "hostfile").write_text("n[1-4]\n")
        self.write_jobs()

    def write_wrapper(self):
        wrapper = self.folder / "shepherd-without-claim"
        wrapper.write_text(WITHOUT_CLAIM.format(
            shepherd=self.args.shepherd, hidden=self.folder / "hidden",
            report=REPORT_FD))
        wrapper.chmod(0o755)
        return str(wrapper)

    def code(self, job):
        return 7 if job % 10 == 0 else 0

    def write_jobs(self):
        wait = (f"until [ -e {self.released} ]; do sleep 0.05; done; "
                if self.args.without_claim else "")
        jobs = [{"id": i,
                 "command": f"echo {i} $ERM_RESTART >> {self.ledger}; {wait}"
                            f"sleep 0.{self.random.randrange(1, 9):02d}; "
                            f"exit {self.code(i)}",
                 "min_nodes": 1 + (i % 25 == 0), "stdout": "/dev/null",
                 "walltime": "00:01:00"}
                for i in range(1, self.args.jobs + 1)]
        (self.folder / "jobs.json").write_text(json.dumps({"jobs": jobs}))

    def command(self, *more):
        return [self.args.erm, "run", "-H", "hostfile", "-j", "jobs.json",
                "--state-dir", str(self.state), "--output", str(self.folder),
                *more]

    def start(self):
        log = open(self.folder / "log", "ab")
        return subprocess.Popen(self.command("--until-idle"), env=self.env,
                                cwd=self.folder, stdout=log, stderr=log,
                                stdin=subprocess.DEVNULL)

    def kill(self, manager):
        """True when it was killed alive."""
        if manager.poll() is not None:
            return False
        manager.send_signal(signal.SIGKILL)
        manager.wait()
        return True

    def wait_until(self, condition, manager):
        """False when the manager ended first."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if manager.poll() is not None:
                return False
            if time.monotonic() > deadline:
                manager.kill()
                raise SystemExit("nothing happens any more: see " +
                                 (self.folder / "log").read_text()[-2000:])
            time.sleep(0.002)
        return True

    def kill_at_random(self, n):
        """One life of the manager: of every two, one has started jobs before,
        however slow the machine is."""
        n_before = self.read_ledger().total()
        manager = self.start()
        if n % 2:
            self.wait_until(lambda: self.read_ledger().total() > n_before,
                            manager)
        time.sleep(self.random.uniform(0.002, 0.25))
        return self.kill(manager)

    def end(self, manager):
        self.wait_until(lambda: manager.poll() is not None, manager)

    def run(self):
        kills = 0
        while kills < self.args.kills and self.kill_at_random(kills):
            kills += 1
        self.end(self.start())
        return kills

    def run_without_claim(self):
        manager = self.start()
        self.wait_until(self.read_ledger, manager)
        kills = int(self.kill(manager))
        manager = self.start()
        self.wait_until(lambda: max(self.read_ledger().values()) > 1, manager)
        self.released.touch()
        self.end(manager)
        return kills

    def read_ledger(self):
        if not self.ledger.exists():
            return collections.Counter()
        lines = self.ledger.read_text().split("\n")[:-1]
        return collections.Counter(int(line.split()[0]) for line in lines)

    def erm(self, *words):
        done = subprocess.run(
            [self.args.erm, *words, "--state-dir", str(self.state)],
            cwd=self.folder, env=self.env, capture_output=True, text=True,
            check=False)
        if done.returncode != 0:
            raise SystemExit(f"erm {words[0]}: {done.stderr}")
        return done.stdout

    def read_history(self):
        out = self.erm("history", "--json", "--limit",
                       str(10 * self.args.jobs))
        return json.loads(out)["jobs"]

    def live_state(self):
        """The state of a manager that is then killed: no last snapshot."""
        pid = int(self.erm("start", "-H", "hostfile"))
        connection = http.client.HTTPConnection("erm")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect((self.state / "socket").read_text().strip())
        connection.request("GET", "/v1/state")
        state = json.loads(connection.getresponse().read())["state"]
        os.kill(pid, signal.SIGKILL)
        return state

    def replayed_state(self):
        done = subprocess.run([self.args.replay, str(self.state)],
                              capture_output=True, text=True, check=False)
        return done.stdout + done.stderr


def check(world):
    """The figures that must be zero."""
    ran = world.read_ledger()
    history = world.read_history()
    times = collections.Counter(job["id"] for job in history)
    ids = range(1, world.args.jobs + 1)
    wrong = [job["id"] for job in history
             if job["exit_code"] != world.code(job["id"])]
    return {"lost": sum(1 for i in ids if not ran[i] or not times[i]),
            "run twice": sum(1 for i in ids if ran[i] > 1),
            "accounted twice": sum(1 for i in ids if times[i] > 1),
            "wrong exit code": len(wrong),
            "states that differ":
                int(world.live_state() != world.replayed_state()),
            "violations in the journal":
                len(check_journal.check(world.state, done=True)[1])}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("erm")
    parser.add_argument("shepherd")
    parser.add_argument("replay")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without-claim", action="store_true")
    args = parser.parse_args()
    for program in ("erm", "shepherd", "replay"):
        setattr(args, program, os.path.abspath(getattr(args, program)))
    with tempfile.TemporaryDirectory(prefix="erm-torture-") as folder:
        world = World(args, folder)
        begin = time.monotonic()
        kills = (world.run_without_claim() if args.without_claim
                 else world.run())
        figures = check(world)
        print(f"seed {args.seed}: {kills} kills, {args.jobs} jobs, "
              f"{time.monotonic() - begin:.1f} s: " +
              ", ".join(f"{n} {what}" for what, n in figures.items()))
        if args.without_claim:
            return 0 if figures["run twice"] > 0 else 1
        return 1 if any(figures.values()) or kills == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
