#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A job of mixed_day.py: so much work, done the sooner the more nodes it has,
which takes part in being resized in the way that it is told. It sleeps for its
work.

usage: day_job.py KIND LEDGER UNITS [--serial F] [--refuse]

A unit is a tenth of a second on one node; each one done is a byte in LEDGER, so
that nothing is lost, and nothing done twice, by an end and a start again.

  fixed    the nodes it was started on
  policy   acts on policy.json
  requests the same, and wishes for nodes and gives them back by
           jobrequests.json
  app      answers in its mailbox (python/erm.py)
  evolving the same, and wishes and gives back by `erm app`
  hook     has the size that is in the file beside LEDGER (.size), by its hook
  restart  exits with 85 at USR1
  worker   works on one node
  master   waits until workers have done it

--serial F: the part that more nodes do not make faster (Amdahl).
--refuse: says no to its first directive.
"""
import argparse
import os
import pathlib
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "examples/legacy_client")]

from legacy_client import PolicyFile, RequestsFile  # noqa: E402
import erm  # noqa: E402

UNIT = 0.1  # seconds on one node
RUN_AGAIN = 85
DENIED = 75


class Ledger:
    def __init__(self, path, units):
        self.path, self.units = path, units
        self.file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self.begun = 0.0  # of the next unit

    def done(self):
        return os.fstat(self.file).st_size

    def is_full(self):
        return self.done() >= self.units

    def part(self):
        return min(1.0, self.done() / self.units)

    def add(self, units):
        """Never more than there are."""
        self.begun += units
        whole = min(int(self.begun), self.units - self.done())
        if whole > 0:
            os.write(self.file, b"." * whole)
        self.begun -= int(self.begun)


class Fixed:
    """Stays as large as it was started."""

    def __init__(self, args):
        self.size = int(os.environ["ERM_NNODES"])
        self.args = args

    def follow(self, part):
        """Between two steps, with PART of the work done."""


class Policy(Fixed):
    def __init__(self, args):
        super().__init__(args)
        self.policy = PolicyFile(os.environ["ERM_POLICY_FILE"],
                                 int(os.environ["ERM_JOB_ID"]))

    def follow(self, part):
        entry = self.policy.first_entry()
        if entry is None:
            return
        nodes = entry["nodes"].split(",")
        time.sleep(entry["start_after"])
        while not self.policy.remove_entries():
            time.sleep(0.01)
        self.size += len(nodes) if entry["scale"] == "expand" else -len(nodes)


class Requests(Policy):
    """Wants two nodes more after a quarter, and gives one back near the end."""

    def __init__(self, args):
        super().__init__(args)
        self.requests = RequestsFile(os.environ["ERM_REQUESTS_FILE"],
                                     int(os.environ["ERM_JOB_ID"]))
        self.wishes = [(0.25, "expand", 2), (0.75, "shrink", 1)]

    def follow(self, part):
        super().follow(part)
        if self.wishes and part >= self.wishes[0][0] and \
                self.requests.ask(*self.wishes[0][1:]):
            self.wishes.pop(0)


class App(Fixed):
    def __init__(self, args):
        super().__init__(args)
        self.job = erm.Job()
        self.told = 0.0

    def follow(self, part):
        if part >= self.told + 0.05:
            self.job.progress(part)
            self.told = part
        directive = self.job.poll()
        if directive is None:
            self.size = len(self.job.nodes())
            return
        try:
            self.answer(directive)
        except erm.NotOpen:
            return  # it was taken back
        self.job.settled(directive.seq, 10)
        self.size = len(self.job.nodes())

    def answer(self, directive):
        if self.args.refuse:
            self.args.refuse = False
            directive.refuse(1, "not in this step")
            return
        directive.accept()
        time.sleep(UNIT)  # its data moves
        # where it may choose it keeps those that it was to give
        given = directive.current[1:1 + len(directive.delta)]
        directive.done(given if directive.choice else ())


class Evolving(App):
    """Wants up to two more after a quarter, and keeps one from three on."""

    def __init__(self, args):
        super().__init__(args)
        self.wishes = [(0.25, ["grow", "1,2", "--wait", "2s"]),
                       (0.75, ["release", "-k", "1"])]
        self.asking = None

    def follow(self, part):
        super().follow(part)
        if self.asking:
            status = self.asking.poll()
            if status is None:
                return
            if status not in (0, DENIED):
                sys.exit(f"erm app says {status}")
            self.asking = None
        if self.wishes and part >= self.wishes[0][0]:
            words = self.wishes.pop(0)[1]
            if words[0] == "grow" or self.size > 1:
                self.asking = subprocess.Popen(["erm", "app", *words])


class Hook(Fixed):
    def follow(self, part):
        try:
            self.size = int(
                pathlib.Path(self.args.ledger + ".size").read_text())
        except (FileNotFoundError, ValueError):
            pass  # never resized, or being written


class Restart(Fixed):
    def __init__(self, args):
        super().__init__(args)
        self.is_asked = False
        signal.signal(signal.SIGUSR1, self.ask)

    def ask(self, *_):
        self.is_asked = True

    def follow(self, part):
        if self.is_asked:
            sys.exit(RUN_AGAIN)


class Worker(Fixed):
    def __init__(self, args):
        super().__init__(args)
        self.size = 1


class Master(Fixed):
    def __init__(self, args):
        super().__init__(args)
        self.size = 0


KINDS = {"fixed": Fixed, "policy": Policy, "requests": Requests, "app": App,
         "evolving": Evolving, "hook": Hook, "restart": Restart,
         "worker": Worker, "master": Master}


def speed(size, serial):
    return 1 / (serial + (1 - serial) / size) if size else 0


def work(ledger, kind, serial):
    while not ledger.is_full():
        begin = time.monotonic()
        time.sleep(UNIT)
        ledger.add((time.monotonic() - begin) / UNIT * speed(kind.size, serial))
        kind.follow(ledger.part())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("ledger")
    parser.add_argument("units", type=int)
    parser.add_argument("--serial", type=float, default=0)
    parser.add_argument("--refuse", action="store_true")
    args = parser.parse_args()
    ledger = Ledger(args.ledger, args.units)
    work(ledger, KINDS[args.kind](args), args.serial)


if __name__ == "__main__":
    main()
