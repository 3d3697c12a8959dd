#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Kills the manager once at every step of a resize, starts it again, and looks
whether everything ends as if nothing had happened.

usage: kill_every_step.py ERM SHEPHERD KILLER [--story NAME]... [--sample N]
                          [--seed S] [--at STEP] [--twice] [--keep FOLDER]

KILLER is kill_at_step.so, which counts the manager's steps: commits, and what
it does to files and processes between them. Each story is run once without a
kill, to count them, and then anew for each step, with a kill before it; with
--sample for N of them, and with KILL_EVERY_STEP=1 in the environment for all.
With --twice the next manager is killed as well, while it recovers.

Then: each directive has one end, the job has acted on it once, all nodes are
idle, the jobs have ended once, nothing of them runs and nothing is left of
them in the state directory, and check_journal.py finds nothing wrong.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

import check_journal
from kill_stories import STORIES
from killed_manager import Folder, Wrong


def run_story(args, name, step, folder, then=0):
    """Runs it with a kill before STEP (0: none), and one more before the
    step THEN of the next manager; (outcome, steps, wrongs)."""
    run = Folder(args, STORIES[name], folder, [step, then])
    wrong = []
    try:
        STORIES[name].play(run)
        run.settle()
        wrong += run.check()
        run.stop()
        wrong += run.check_left()
        wrong += [f"record {seq}: {kind}: {text}" for seq, kind, text in
                  check_journal.check(run.state, done=True)[1]]
    except Wrong as error:
        wrong += [str(error), run.log_tail()]
        run.end_all()
    return run.outcome(), run.steps(), wrong


class Sweep:
    """All kills of one story."""

    def __init__(self, args, name, parent):
        self.args, self.name, self.parent = args, name, parent
        self.outcomes = collections.defaultdict(collections.Counter)
        self.missed = 0
        self.wrongs = []

    def one(self, step, then=0):
        folder = self.parent / f"{self.name}-{step}-{then}"
        folder.mkdir()
        return step, then, run_story(self.args, self.name, step, folder, then)

    def chosen(self, n_steps):
        """The steps to be killed at."""
        every = range(1, n_steps + 1)
        if self.args.at:
            return self.args.at
        if not self.args.sample or os.environ.get("KILL_EVERY_STEP"):
            return every
        rng = random.Random(f"{self.args.seed} {self.name}")
        return sorted(rng.sample(every, min(self.args.sample, n_steps)))

    def take(self, step, then, result):
        outcome, steps, wrong = result
        where = f"{self.name}, step {step}"
        where += f" and {then} of the next" if then else ""
        if step == 0:
            phase = "(no kill)"
        elif step in steps:
            phase, what = steps[step]
            where += f" ({phase}: {what})"
        else:
            self.missed += 1
            phase = "(not reached)"
        self.outcomes[phase][outcome] += 1
        self.wrongs += [f"{where}: {text}" for text in wrong]

    def run(self, pool):
        _, _, clean = self.one(0)
        self.take(0, 0, clean)
        steps = self.chosen(max(clean[1], default=0))
        rng = random.Random(f"{self.args.seed} {self.name} twice")
        again = [rng.randint(1, 25) if self.args.twice else 0 for _ in steps]
        for step, then, result in pool.map(self.one, steps, again):
            self.take(step, then, result)
        if not clean[1]:
            self.wrongs.append(f"{self.name}: no step was counted")

    def tell(self):
        for phase, outcomes in self.outcomes.items():
            print(f"{self.name:<14} {phase:<14} {outcomes.total():>5}  " +
                  ", ".join(f"{n} {what}" for what, n in outcomes.items()))
        for text in self.wrongs:
            print(f"  WRONG: {text}")
        sys.stdout.flush()


def parse_args():
    parser = argparse.ArgumentParser()
    for program in ("erm", "shepherd", "killer"):
        parser.add_argument(program, type=os.path.abspath)
    parser.add_argument("--story", action="append", choices=STORIES)
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int,
                        default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--at", type=int, action="append")
    parser.add_argument("--twice", action="store_true")
    parser.add_argument("--jobs", type=int, default=2,
                        help="how many stories are run at the same time")
    parser.add_argument("--keep", type=pathlib.Path)
    return parser.parse_args()


def sweep_all(args, parent):
    n_kills, n_wrong, n_missed = 0, 0, 0
    begin = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for name in args.story or STORIES:
            sweep = Sweep(args, name, parent)
            sweep.run(pool)
            sweep.tell()
            n_wrong += len(sweep.wrongs)
            n_missed += sweep.missed
            n_kills += sum(outcomes.total() for phase, outcomes in
                           sweep.outcomes.items() if phase[0] != "(")
    print(f"seed {args.seed}: {n_kills} kills in "
          f"{time.monotonic() - begin:.1f} s, {n_missed} not reached, "
          f"{n_wrong} violations")
    return 1 if n_wrong or not n_kills else 0


def main():
    args = parse_args()
    print(f"{'story':<14} {'killed in':<14} {'runs':>5}  how they ended")
    if args.keep:
        args.keep.mkdir(parents=True)
        return sweep_all(args, args.keep.resolve())
    with tempfile.TemporaryDirectory(prefix="erm-steps-") as folder:
        return sweep_all(args, pathlib.Path(folder))


if __name__ == "__main__":
    sys.exit(main())
