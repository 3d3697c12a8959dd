#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A workflow on stock Parsl that asks for nodes while tasks wait, gives nodes
away when others need them, and all but one back when nothing is to be done.

usage: example_parsl.py [--waves 2] [--tasks 60] [--seconds 1] [--pause 20]
                        [--idle 5]

Runs waves of tasks, with a pause between them, and prints for each how many ran
on which node.
"""
import argparse
import collections
import os
import time

import parsl
from parsl.app.app import python_app
from parsl.config import Config

import erm_parsl


@python_app
def work(number, seconds):
    """A task: this one takes its time and says where it runs."""
    import os
    import time
    node = os.environ["ERM_NODE"]
    print(f"task {number} on {node}", flush=True)
    time.sleep(seconds)
    return number, node


def run_wave(count, seconds):
    futures = [work(number, seconds) for number in range(count)]
    results = [future.result() for future in futures]
    done = {number for number, _ in results}
    nodes = collections.Counter(node for _, node in results)
    again = sum(future.task_record["fail_count"] for future in futures)
    return f"{len(done)} tasks on " + ", ".join(
        f"{node} ({nodes[node]})" for node in sorted(nodes)) + \
        f"; {again} had to be run again"


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--waves", type=int, default=2)
    parser.add_argument("--tasks", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--pause", type=float, default=20)
    parser.add_argument("--idle", type=float, default=5)
    return parser.parse_args()


def main():
    args = arguments()
    executor = erm_parsl.executor(
        erm_parsl.ErmProvider(), heartbeat_period=5, heartbeat_threshold=20)
    parsl.load(Config(
        executors=[executor], retries=1, initialize_logging=False,
        strategy="htex_auto_scale", strategy_period=1, max_idletime=args.idle,
        run_dir=os.environ.get("PARSL_RUN_DIR", "runinfo")))
    for wave in range(1, args.waves + 1):
        print(f"wave {wave}: {run_wave(args.tasks, args.seconds)}", flush=True)
        if wave < args.waves:
            time.sleep(args.pause)
    parsl.dfk().cleanup()


if __name__ == "__main__":
    main()
