#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""How fast whole traces are simulated: erm beside naive.c, which has vectors and
a sort in each pass, in one run on one core.

usage: simulate.py BUILD [TRACES]      (after: meson compile -C BUILD bench)

TRACES has KTH-SP2.swf.gz and HPC2N.swf.gz. The last tables have queues of a
thousand jobs, ten thousand and a hundred thousand: nearly all jobs come at once.
Absolute figures differ from machine to machine: read the ratios.
"""
import json
import pathlib
import re
import resource
import subprocess
import sys
import tempfile

ELASTIC = ["--malleable", "100", "--resize-cost", "30", "--cooldown", "600"]
POLICIES = [("easy", "easy", []), ("easy+sjf", "sjbf", []),
            ("conservative", "cons", []), ("elastic", None, ELASTIC)]
PATIENCE = 120  # seconds; what takes longer is not shown


def erm_speed(build, trace, policy, words):
    """Jobs per second of the processor's time, and KiB per job at most."""
    done = subprocess.run(
        [f"{build}/src/cli/erm", "simulate", str(trace), "--json", "--compare",
         policy, *words], capture_output=True, text=True, check=True,
        timeout=PATIENCE)
    answer = json.loads(done.stdout)
    n_jobs = answer["workload"]["jobs"]
    return n_jobs, n_jobs / answer["results"][0]["cpu_seconds"]


def naive_speed(build, trace, policy):
    done = subprocess.run([f"{build}/bench/naive", "-p", policy, str(trace)],
                          capture_output=True, text=True, check=True,
                          timeout=PATIENCE)
    return float(re.search(r"jobs_per_s=(\d+)", done.stdout)[1])


def attempt(action, *args):
    try:
        return action(*args)
    except subprocess.TimeoutExpired:
        return None


def show(value):
    return "-" if value is None else f"{value:,.0f}"


def measure(build, title, trace):
    for policy, other, words in POLICIES:
        found = attempt(erm_speed, build, trace, policy, words)
        speed = found[1] if found else None
        naive = other and attempt(naive_speed, build, trace, other)
        ratio = f"{speed / naive:.1f}" if speed and naive else "-"
        print(f"| {title} | {policy} | {show(speed)} | "
              f"{show(naive or None)} | {ratio} |", flush=True)


def main():
    build = sys.argv[1]
    print("| trace | policy | erm, jobs/s | naive | ratio |\n|---|---|---|---|---|")
    if len(sys.argv) > 2:
        for name in ("KTH-SP2", "HPC2N"):
            measure(build, name, pathlib.Path(sys.argv[2]) / f"{name}.swf.gz")
    with tempfile.TemporaryDirectory(prefix="erm-bench-") as folder:
        trace = pathlib.Path(folder) / "trace.swf"
        for n_jobs, nodes, load in ((1000000, 1024, 0.85), (2000, 128, 100),
                                    (20000, 128, 100), (200000, 128, 100)):
            with open(trace, "wb") as out:
                subprocess.run([f"{build}/bench/generate", str(n_jobs),
                                str(nodes), str(load), "1"], stdout=out,
                               check=True)
            title = f"{n_jobs:,} jobs" if load < 1 else \
                f"queue of about {n_jobs // 2:,}"
            measure(build, title, trace)
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"\nMost memory of one run: {most / 1024:.0f} MiB, "
          f"{most * 1024 / 1e6:.0f} bytes for each of 1,000,000 jobs.")


if __name__ == "__main__":
    main()
