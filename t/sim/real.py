#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs a jobs file for real and simulates it: are the decisions the same ones, in
the same order, about the same nodes?

usage: real.py ERM SHEPHERD LAUNCHER [--jobs N] [--seed S]      Prints TAP.

Jobs of all kinds, rigid, moldable and elastic, come for 8 nodes, one every
EVERY seconds. Their lengths are made so that in the simulation none ends within
GAP seconds of another one, or of one that comes: then the order does not hang
on how long real processes take to start and to end.
"""
import argparse
import json
import os
import pathlib
import random
import sqlite3
import subprocess
import sys
import tempfile

from schedules import Tap

NODES = 8
GAP = 0.16   # seconds
EVERY = 0.7  # a job comes
TOOK = "0.05"  # a real job's answer to an offer, about
OPTIONS = ["--start", "1", "--backfill", "easy"]


def make_job(number, rng):
    size = rng.choice([1, 1, 2, 2, 3, 4])
    kind = rng.choice(["rigid", "rigid", "moldable", "elastic", "elastic"])
    job = {"name": f"{kind}{number}", "min_nodes": size,
           "start_time": round(number * EVERY, 1),
           "length": rng.randrange(15, 45) / 10}
    if kind != "rigid":
        job.update(type=kind, min_nodes=1, max_nodes=rng.randrange(2, 5))
    if kind == "elastic":
        job.update(resize="hook", hook="true", cooldown=0)
    return job


def write_jobs(path, jobs):
    """The lengths become what runs, what is told of it, and the walltime."""
    entries = []
    for job in jobs:
        entry = {key: value for key, value in job.items() if key != "length"}
        length = round(job["length"], 2)
        sizes = {1, job["min_nodes"], job.get("max_nodes", job["min_nodes"])}
        entry.update(command=f"sleep {length}", walltime=f"{2 * length:.2f}s",
                     runtimes={str(n): length for n in sorted(sizes)})
        entries.append(entry)
    path.write_text(json.dumps(entries, indent=1))


def simulate(erm, path):
    """(time, action, job, nodes) of starts, offers, and ends."""
    done = subprocess.run(
        [erm, "simulate", str(path), "--nodes", str(NODES), "--order", "pyss",
         "--answer-after", TOOK, "--decisions", "-", *OPTIONS],
        capture_output=True, text=True, check=True)
    rows = [line.split() for line in done.stdout.splitlines()]
    return [(float(time), what, int(job), nodes)
            for time, what, job, nodes in rows
            if what in ("start", "offer", "end")]


def spread(erm, path, jobs):
    """Makes jobs longer until no two ends are within GAP."""
    for _ in range(1000):
        write_jobs(path, jobs)
        ends = [(time, job) for time, what, job, _ in simulate(erm, path)
                if what == "end"]
        others = [job["start_time"] for job in jobs]
        for i, (time, job) in enumerate(ends):
            if any(abs(time - other) < GAP for other in others):
                jobs[job - 1]["length"] += 0.07
                break
            others.append(time)
        else:
            return
    raise SystemExit("Bail out! the ends could not be spread")


def run(erm, shepherd, launcher, path):
    """The same of a real run, from its journal."""
    state = path.parent / f"state-{launcher}"
    env = {name: value for name, value in os.environ.items()
           if not name.startswith(("ERM_", "SLURM_", "PBS_"))}
    env["ERM_SHEPHERD"] = shepherd
    subprocess.run([erm, "run", "-q", "-N", str(NODES), "--nodes-from", "local",
                    "--launcher", launcher, "--state-dir", str(state), *OPTIONS,
                    str(path)],
                   cwd=path.parent, env=env, check=True)
    database = sqlite3.connect(f"file:{state}/erm.db?mode=ro", uri=True)
    rows = database.execute("select type, job, text from journal order by seq")
    words = {"start": "start", "offer": "offer", "exited": "end"}
    return [(words[what], job, json.loads(text).get("nodes", "-"))
            for what, job, text in rows if what in words]


def compare(found, expected):
    problems = [f"decision {i + 1}: {a} for real, {b} simulated"
                for i, (a, b) in enumerate(zip(found, expected)) if a != b]
    if len(found) != len(expected):
        problems.append(f"{len(found)} decisions, {len(expected)} simulated")
    return problems[:5]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("erm", type=os.path.abspath)
    parser.add_argument("shepherd", type=os.path.abspath)
    parser.add_argument("launcher", choices=["fake", "local"])
    parser.add_argument("--jobs", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    jobs = [make_job(number + 1, rng) for number in range(args.jobs)]
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="erm-real-") as folder:
        path = pathlib.Path(folder) / "jobs.json"
        spread(args.erm, path, jobs)
        expected = [row[1:] for row in simulate(args.erm, path)]
        found = run(args.erm, args.shepherd, args.launcher, path)
        kinds = {what: sum(row[0] == what for row in expected)
                 for what in ("start", "offer", "end")}
        tap.check(f"{args.launcher}: {kinds['start']} starts, "
                  f"{kinds['offer']} shrinks and {kinds['end']} ends of "
                  f"{args.jobs} jobs", compare(found, expected))
        tap.check("some of them were resized",
                  [] if kinds["offer"] > 2 else ["hardly any"])
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
