#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Holds a simulator to schedules and metrics that others computed.

usage: expected.py PROGRAM      (erm, or bench's naive)

ERM_TRACES names a folder with KTH-SP2.swf.gz, HPC2N.swf.gz (normalised by the
strong filter, doc/swf.md) and expected/. Without it nothing can be checked,
and that is said. Prints TAP.
"""
import gzip
import os
import pathlib
import sys

from schedules import (Tap, compare, metrics, rows_of, simulate)

WHERE = "https://www.cs.huji.ac.il/labs/parallel/workload/"
# Published schedules are those of the pyss simulator, in its order of events.
PUBLISHED = {"easy": ("easy", "req"), "easy-sjbf-clairvoyant": ("sjbf", "act")}


def first_jobs(tap, program, traces):
    """first5000.TRACE.POLICY.ESTIMATES.ORDER.csv.gz"""
    for path in sorted(traces.glob("expected/first5000.*.csv.gz")):
        _, trace, policy, estimates, order, *_ = path.name.split(".")
        with gzip.open(path, "rt") as lines:
            expected = rows_of(lines)
        found = simulate(program, traces / f"{trace}.swf.gz", policy,
                         estimates, order, len(expected))
        tap.check(path.name, compare(found, expected))


def published(tap, program, traces):
    """TRACE.sc15-published.NAME.swf.gz: a job starts at submit + wait."""
    for path in sorted(traces.glob("expected/*.sc15-published.*.swf.gz")):
        trace, _, name, *_ = path.name.split(".")
        policy, estimates = PUBLISHED[name]
        with gzip.open(path, "rt") as lines:
            jobs = [list(map(int, line.split())) for line in lines
                    if not line.startswith(";")]
        expected = {job[0]: job[1] + job[2] for job in jobs}
        found = {row[0]: row[2] for row in
                 simulate(program, traces / f"{trace}.swf.gz", policy,
                          estimates, "pyss")}
        problems = [] if found.keys() == expected.keys() else ["other jobs"]
        differ = [job for job in expected if found.get(job) != expected[job]]
        if differ:
            problems.append(f"{len(differ)} of {len(expected)} start times "
                            f"differ, the first of job {differ[0]}")
        tap.check(path.name, problems)


def whole_traces(tap, program, traces):
    """METRICS-full.txt: TRACE.swf POLICY ESTIMATES ORDER KEY=VALUE..."""
    for line in (traces / "expected/METRICS-full.txt").read_text().splitlines():
        trace, policy, estimates, order, *figures = line.split()
        expected = " ".join(figures[:figures.index(
            next(word for word in figures if word.startswith("passes=")))])
        n_nodes = int(figures[1].removeprefix("P="))
        rows = simulate(program, traces / f"{trace}.gz", policy, estimates,
                        order)
        found = metrics(rows, n_nodes)
        tap.check(f"metrics of {trace} {policy} {estimates} {order}",
                  [] if found == expected else
                  [f"found    {found}", f"expected {expected}"])


def main():
    program = sys.argv[1]
    if not os.environ.get("ERM_TRACES"):
        print(f"1..0 # SKIP no folder of traces in ERM_TRACES; they are at "
              f"{WHERE}")
        return 0
    traces = pathlib.Path(os.environ["ERM_TRACES"])
    tap = Tap()
    first_jobs(tap, program, traces)
    published(tap, program, traces)
    whole_traces(tap, program, traces)
    if tap.n == 0:
        tap.check(f"{traces}/expected", ["there is no schedule in it"])
    return tap.done()


sys.exit(main())
