#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The benchmark of policies: what elastic jobs bring on two traces, by model,
share of malleable jobs and cost of a resize, with the spread of some seeds.

usage: policies.py ERM TRACES [--seeds 5] [--jobs 2] >table.md

TRACES has KTH-SP2.swf.gz and HPC2N.swf.gz. Every seed chooses other malleable
jobs and moves each submit by up to a minute (the first one moves none). All
changes are against EASY on the same jobs.
"""
import argparse
import concurrent.futures
import json
import pathlib
import statistics
import subprocess

NAMES = ("KTH-SP2", "HPC2N")
MODELS = ("L2", "E80", "L2-shrink")
SHARES = (20, 50, 100)
COSTS = (0, 30, 120)
# By the name in the tables; the first is what the others stand against.
POLICIES = {
    "easy": "easy",
    "easy+sjf": "easy+sjf",
    "moldable": "moldable",
    "prototype": "elastic+sizing=min+expand=fcfs+shrink=fcfs",
    "speedup": "elastic+sizing=min",
    "elastic": "elastic",
    "elastic+sjf": "elastic+sjf",
}


def simulate(args, name, model, share, cost, seed):
    done = subprocess.run(
        [args.erm, "simulate", str(args.traces / f"{name}.swf.gz"), "--json",
         "--cooldown", "600", "--model", model, "--malleable", str(share),
         "--resize-cost", str(cost), "--seed", str(seed), "--shake",
         "60" if seed else "0", "--compare", ",".join(POLICIES.values())],
        capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["results"]


def change(result, base, metric, jobs="all"):
    before = base[jobs][metric]["mean"]
    return 100 * (result[jobs][metric]["mean"] / before - 1) if before else 0


def figures(results, at):
    """Of the policy number AT, against the first."""
    base, result = results[0], results[at]
    malleable = result["malleable"]
    return {
        "turnaround": change(result, base, "turnaround"),
        "slowdown": change(result, base, "slowdown"),
        "wait": change(result, base, "wait"),
        "p99": 100 * (result["all"]["turnaround"]["p99"] /
                      base["all"]["turnaround"]["p99"] - 1),
        "rigid": change(result, base, "turnaround", "rigid"),
        "malleable": change(result, base, "turnaround", "malleable"),
        "slower": 100 * result["all"]["slower"] / result["all"]["jobs"],
        "resizes": malleable["resizes"] / malleable["jobs"]
        if malleable["jobs"] else 0,
        "nodes": result["node_seconds"] / result["rigid_node_seconds"],
        "used": 100 * result["utilisation_allocated"],
    }


def cell(values, form="{:+.1f}"):
    """Mean, and half of what lies between the least and the most."""
    half = (max(values) - min(values)) / 2
    return form.format(statistics.mean(values)) + f" ±{half:.1f}"


def row(title, runs):
    def of(key, form="{:+.1f}"):
        return cell([run[key] for run in runs], form)
    return (f"| {title} | {of('turnaround')} | {of('slowdown')} | "
            f"{of('wait')} | {of('p99')} | {of('rigid')} | "
            f"{of('malleable')} | {of('slower', '{:.1f}')} | "
            f"{of('resizes', '{:.1f}')} | "
            f"{statistics.mean(run['nodes'] for run in runs):.3f} | "
            f"{statistics.mean(run['used'] for run in runs):.1f} |")


HEAD = ("turnaround | slowdown | wait | p99 turnaround | rigid jobs | malleable "
        "jobs | slower | resizes per job | node-seconds | allocated")


def tell(name, settings, results):
    print(f"\n## {name}\n\n| model, f, cost | policy | {HEAD} |")
    print("|---" * 12 + "|")
    for model, share, cost in settings:
        for at, policy in enumerate(POLICIES):
            if at == 0 or (at < 3 and cost != COSTS[0]):
                continue  # a cost means nothing to those
            runs = [figures(result, at)
                    for result in results[name, model, share, cost]]
            print(row(f"{model}, {share} %, {cost} s | {policy}", runs))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("erm")
    parser.add_argument("traces", type=pathlib.Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    settings = [(model, share, cost) for model in MODELS for share in SHARES
                for cost in COSTS]
    tasks = [(name, *setting, seed) for name in NAMES for setting in settings
             for seed in range(args.seeds)]
    results = {}
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        found = pool.map(lambda task: simulate(args, *task), tasks)
        for task, result in zip(tasks, found):
            results.setdefault(task[:-1], []).append(result)
    for name in NAMES:
        tell(name, settings, results)


if __name__ == "__main__":
    main()
