#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Holds erm's schedules to those of a program that shares no code with it, on
generated traces: every start time of every policy, in both orders of events.

usage: generated.py ERM NAIVE GENERATE      Prints TAP.
"""
import pathlib
import subprocess
import sys
import tempfile

from schedules import POLICIES, Tap, compare, simulate

# Jobs, nodes, load, seed: hardly a queue, a long one, few nodes, many.
TRACES = [(2000, 128, 0.6, 1), (2000, 128, 1.3, 2), (1000, 7, 0.9, 3),
          (2000, 5000, 1.1, 4)]


def main():
    erm, naive, generate = sys.argv[1:4]
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="erm-generated-") as folder:
        for words in TRACES:
            trace = pathlib.Path(folder) / "trace.swf"
            with open(trace, "wb") as out:
                subprocess.run([generate, *map(str, words)], stdout=out,
                               check=True)
            for policy in POLICIES:
                for estimates in ("req", "act"):
                    for order in ("batch", "pyss"):
                        how = (policy, estimates, order)
                        tap.check(
                            f"{' '.join(how)} on generate "
                            f"{' '.join(map(str, words))}",
                            compare(simulate(erm, trace, *how),
                                    simulate(naive, trace, *how)))
    return tap.done()


sys.exit(main())
