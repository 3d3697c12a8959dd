#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A day of jobs of all kinds on slices of this machine, run rigid and run
elastic: what does it bring, and does everything hold?

usage: mixed_day.py ERM SHEPHERD [--jobs N] [--day SECONDS] [--nodes N]
                    [--seed S] [--keep FOLDER]

The same jobs (rigid, moldable, elastic in all modes, evolving; day_job.py)
arrive over the day, more of them in the morning and in the afternoon, in two
runs of `erm run`, and the figures of both histories stand side by side. Exit
status 1 when a job did not complete or did not do exactly its work, a node is
not idle at the end, a process is left, nothing was resized in the elastic run
(or something in the rigid one), or check_journal.py finds anything. --keep
leaves the state directories and logs in FOLDER. The default is 60 jobs in 130 s
on 8 slices, which takes five and a half minutes.
"""
import argparse
import dataclasses
import json
import os
import pathlib
import random
import shlex
import subprocess
import sys
import tempfile
import time

import check_journal

JOB = pathlib.Path(__file__).resolve().with_name("day_job.py")
PATIENCE = 300  # only a hang takes so long
UNITS = 10      # in a second on one node
LOAD = 0.9      # of what the nodes could do in the day
MODES = ("rigid", "elastic")


# ---- the jobs ----

@dataclasses.dataclass
class Shape:
    """How large a job is, and how long: all that is drawn by lot."""
    number: int
    least: int
    pref: int
    most: int
    seconds: float  # on pref nodes
    serial: float

    def speed(self, nodes):
        return 1 / (self.serial + (1 - self.serial) / nodes)

    def units(self):
        return max(1, round(self.seconds * self.speed(self.pref) * UNITS))

    def walltime(self):
        """As people say it: too much, and enough on the fewest nodes."""
        return round(2 * self.units() / UNITS / self.speed(self.least) + 20)


class Maker:
    """Writes entries of the jobs file, a function for each kind."""

    def __init__(self, python):
        self.python = shlex.quote(python)

    def program(self, kind, shape, *more):
        words = [self.python, shlex.quote(str(JOB)), kind,
                 f"work.{shape.number}", str(shape.units()),
                 f"--serial {shape.serial}", *more]
        return " ".join(words)

    def base(self, shape, name, command, **more):
        return {"id": shape.number, "name": name, "command": command,
                "min_nodes": shape.least, "max_nodes": shape.most,
                "pref_nodes": shape.pref, "walltime": shape.walltime(),
                "serial_fraction": shape.serial, **more}

    def rigid(self, shape):
        entry = self.base(shape, "rigid", self.program("fixed", shape))
        entry["min_nodes"] = entry["max_nodes"] = shape.pref
        return entry

    def moldable(self, shape):
        return self.base(shape, "moldable", self.program("fixed", shape))

    def elastic(self, shape, name, command, **more):
        return self.base(shape, name, command, type="elastic", **more)

    def policy(self, shape):
        return self.elastic(shape, "policy", self.program("policy", shape))

    def app(self, shape):
        refuse = ["--refuse"] if shape.number % 2 else []
        return self.elastic(shape, "app", self.program("app", shape, *refuse),
                            resize="app")

    def pool(self, shape):
        """Tasks of half a second, dealt by erm app pool."""
        shape.serial = 0
        n_tasks = max(1, shape.units() // 5)
        shape.seconds = n_tasks * 5 / UNITS / shape.pref
        ledger = f"$PWD/work.{shape.number}"
        return self.elastic(
            shape, "pool", f"seq {n_tasks} >tasks.{shape.number}; erm app pool "
            f"-f tasks.{shape.number} -j 1 -- 'sleep 0.5; printf ..... "
            f">>{ledger}'", resize="app")

    def hook(self, shape):
        size = f"work.{shape.number}.size"
        return self.elastic(
            shape, "hook", self.program("hook", shape),
            hook=f"echo $ERM_RESIZE_TARGET >{size}.new; sleep 0.1; "
                 f"mv {size}.new {size}")

    def restart(self, shape):
        return self.elastic(shape, "restart", self.program("restart", shape),
                            resize="restart")

    def saved(self, shape):
        """A program that knows nothing, run by erm app run."""
        return self.elastic(
            shape, "saved", "erm app run --checkpoint 'sleep 0.1' -- " +
            self.program("fixed", shape), resize="app")

    def workers(self, shape):
        shape.serial = 0
        return self.elastic(shape, "workers", self.program("master", shape),
                            worker=self.program("worker", shape), grace=2)

    def crew(self, shape):
        """Workers alone."""
        shape.serial = 0
        return self.elastic(shape, "crew", self.program("worker", shape),
                            launch="workers", grace=2)

    def evolving(self, shape):
        return self.base(shape, "evolving", self.program("evolving", shape),
                         type="evolving", resize="app")

    def requests(self, shape):
        return self.base(shape, "requests", self.program("requests", shape),
                         type="evolving")


KINDS = ("rigid", "moldable", "policy", "app", "pool", "hook", "restart",
         "saved", "workers", "crew", "evolving", "requests")
# Kinds whose workers may each be at a last unit when the work is done.
CREWS = ("workers", "crew")


def draw_shape(lot, number, nodes):
    pref = min(nodes, lot.choice((1, 1, 2, 2, 2, 3, 3, 4, 4, 6)))
    return Shape(number=number, least=lot.randint(1, max(1, pref // 2)),
                 pref=pref, most=lot.randint(pref, nodes),
                 seconds=lot.uniform(0.4, 1.6),
                 serial=lot.choice((0.0, 0.02, 0.05, 0.1)))


def draw_arrival(lot, day):
    """Two thirds around the middles of morning and afternoon."""
    if lot.random() < 1 / 3:
        return lot.uniform(0, day)
    return min(day, max(0, lot.gauss(lot.choice((0.25, 0.7)), 0.1) * day))


def make_jobs(args):
    """[(arrival in seconds, entry, units)], first come first."""
    lot = random.Random(args.seed)
    kinds = [KINDS[i % len(KINDS)] for i in range(args.jobs)]
    lot.shuffle(kinds)
    arrivals = sorted(draw_arrival(lot, args.day) for _ in kinds)
    shapes = [draw_shape(lot, number, args.nodes)
              for number in range(1, args.jobs + 1)]
    factor = LOAD * args.nodes * args.day / sum(shape.pref * shape.seconds
                                                for shape in shapes)
    maker, jobs = Maker(sys.executable), []
    for kind, arrival, shape in zip(kinds, arrivals, shapes):
        shape.seconds *= factor
        entry = getattr(maker, kind)(shape)
        jobs.append((arrival, entry, shape.units()))
    return jobs


# ---- a run ----

class Run:
    """The day in one mode, in a folder of its own."""

    def __init__(self, args, mode, folder, jobs):
        self.args, self.mode, self.jobs = args, mode, jobs
        self.folder = folder / mode
        self.folder.mkdir(parents=True)
        self.state = self.folder / "state"
        self.mark = f"MIXED_DAY={self.folder}"
        self.env = dict(
            os.environ, MIXED_DAY=str(self.folder), ERM_SHEPHERD=args.shepherd,
            ERM_STATE_DIR=str(self.state), PYTHONDONTWRITEBYTECODE="1",
            PATH=f"{os.path.dirname(args.erm)}:{os.environ['PATH']}")
        self.problems = []

    def erm(self, *words):
        done = subprocess.run([self.args.erm, *words], cwd=self.folder,
                              env=self.env, capture_output=True, text=True,
                              check=False, timeout=PATIENCE)
        if done.returncode != 0:
            self.problem(f"erm {words[0]}: {done.returncode}: {done.stderr}")
        return done.stdout

    def problem(self, text):
        self.problems.append(text)

    def start(self):
        (self.folder / "jobs.json").write_text('{"jobs": []}')
        log = open(self.folder / "log", "ab")
        return subprocess.Popen(
            [self.args.erm, "run", "-N", str(self.args.nodes), "-j",
             "jobs.json", "-p", "policy.json", "-jr", "jobrequests.json",
             "--launcher", "local", "--nodes-from", "local", "--mode",
             self.mode, "--cooldown", "2"],
            env=self.env, cwd=self.folder, stdout=log, stderr=log,
            stdin=subprocess.DEVNULL)

    def submit(self, entries):
        new = self.folder / "jobs.json.new"
        new.write_text(json.dumps({"jobs": entries}))
        new.rename(self.folder / "jobs.json")

    def arrive(self):
        """Submits each job when its time has come."""
        begin, entries = time.monotonic(), []
        for arrival, entry, _ in self.jobs:
            time.sleep(max(0, begin + arrival - time.monotonic()))
            entries.append(entry)
            self.submit(entries)

    def wait(self, what, is_true):
        end = time.monotonic() + PATIENCE
        while not is_true():
            if time.monotonic() > end:
                self.problem(f"waited in vain: {what}")
                return
            time.sleep(0.3)

    def has_ended_all(self):
        return len(self.read_history()["jobs"]) == len(self.jobs)

    def read_history(self):
        return json.loads(self.erm("history", "--json", "--phases", "--limit",
                                   "9999"))

    def processes_left(self):
        """Those that have this run's mark in their environment."""
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
            try:
                if self.mark.encode() in path.read_bytes().split(b"\0"):
                    found.append(int(path.parent.name))
            except OSError:
                pass  # it has ended, or is another user's
        return found

    def run(self):
        manager = self.start()
        try:
            self.wait("ready", (self.state / "socket").exists)
            self.arrive()
            self.wait("all jobs have ended", self.has_ended_all)
            self.history = self.read_history()
            self.nodes = json.loads(self.erm("nodes", "--json"))
        finally:
            self.erm("stop", "--cancel-jobs")
            manager.wait(PATIENCE)
        self.wait("no process is left", lambda: not self.processes_left())
        self.check()

    # ---- what must hold ----

    def check(self):
        self.check_jobs()
        self.check_nodes()
        self.check_resizes()
        for seq, kind, text in check_journal.check(self.state, done=True)[1]:
            self.problem(f"record {seq}: {kind}: {text}")

    def check_jobs(self):
        ended = {job["id"]: job for job in self.history["jobs"]}
        for _, entry, units in self.jobs:
            job = ended.get(entry["id"])
            what = f"job {entry['id']} ({entry['name']})"
            if job is None or job["state"] != "completed":
                self.problem(f"{what} is {job['state'] if job else 'lost'}")
                continue
            done = (self.folder / f"work.{entry['id']}").stat().st_size
            spare = entry["max_nodes"] if entry["name"] in CREWS else 0
            if not units <= done <= units + spare:
                self.problem(f"{what} did {done} of {units} units")

    def check_nodes(self):
        idle = sum(node["state"] == "idle" for node in self.nodes["nodes"])
        if idle != self.args.nodes:
            self.problem(f"{idle} of {self.args.nodes} nodes are idle")

    def check_resizes(self):
        if (self.resizes() > 0) != (self.mode == "elastic"):
            self.problem(f"{self.resizes()} resizes")

    # ---- figures ----

    def resizes(self, name=None, op=None):
        """How many were done, of jobs of that name, of that kind."""
        return sum(resize["state"] in ("done", "forced")
                   for job in self.history["jobs"]
                   if name in (None, job["name"])
                   for resize in job["resizes"] if op in (None, resize["op"]))

    def states(self):
        counts = {}
        for job in self.history["jobs"]:
            counts[job["state"]] = counts.get(job["state"], 0) + 1
        return ", ".join(f"{n} {state}" for state, n in counts.items())

    def figures(self):
        """What, its unit, and how much."""
        summary, jobs = self.history["summary"], self.history["jobs"]
        waits = sorted(job["wait"] or 0 for job in jobs)
        turnaround = [(job["wait"] or 0) + (job["run"] or 0) for job in jobs]
        resizes = summary["resizes"]
        return [("makespan", "s", summary["makespan"]),
                ("mean wait", "s", summary["mean_wait"]),
                ("p95 wait", "s", waits[len(waits) * 95 // 100]),
                ("mean turnaround", "s", sum(turnaround) / len(jobs)),
                ("utilisation", "%", 100 * summary["utilisation"]),
                ("node-seconds", "", summary["node_seconds"]),
                ("expands", "", summary["expands"]),
                ("shrinks", "", summary["shrinks"]),
                ("refused", "", resizes["refused"]),
                ("failed, expired", "",
                 resizes["failed"] + resizes["expired"]),
                ("mean resize", "ms", 1000 * (resizes["mean"] or 0))]


# ---- what is printed ----

def number(value, unit):
    text = f"{value:.0f}" if value == int(value) else f"{value:.1f}"
    return f"{text} {unit}".rstrip()


def print_table(runs):
    print(f"{'':16}" + "".join(f"{run.mode:>12}" for run in runs))
    for row in zip(*(run.figures() for run in runs)):
        print(f"{row[0][0]:16}" +
              "".join(f"{number(value, unit):>12}" for _, unit, value in row))
    for run in runs:
        print(f"{run.mode}: {run.states()}")
    elastic = runs[-1]
    print("resizes of the elastic run: " + ", ".join(
        f"{name} {elastic.resizes(name, 'grow')}+"
        f"{elastic.resizes(name, 'shrink')}" for name in KINDS[2:]))


def print_problems(runs):
    """With the end of the log of each run that has some; how many."""
    for run in runs:
        if run.problems:
            lines = (run.folder / "log").read_text().splitlines()
            print(*lines[-40:], sep="\n")
        for text in run.problems:
            print(f"{run.mode}: {text}")
    n_problems = sum(len(run.problems) for run in runs)
    print(f"{n_problems} problems")
    return n_problems


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("erm", type=os.path.abspath)
    parser.add_argument("shepherd", type=os.path.abspath)
    parser.add_argument("--jobs", type=int, default=60)
    parser.add_argument("--day", type=float, default=130)
    parser.add_argument("--nodes", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=pathlib.Path)
    return parser.parse_args()


def main():
    args = arguments()
    jobs = make_jobs(args)
    with tempfile.TemporaryDirectory(prefix="erm-day-") as temporary:
        folder = (args.keep or pathlib.Path(temporary)).absolute()
        runs = [Run(args, mode, folder, jobs) for mode in MODES]
        for run in runs:
            run.run()
        print(f"seed {args.seed}: {args.jobs} jobs in {args.day:g} s on "
              f"{args.nodes} slices")
        print_table(runs)
        return 1 if print_problems(runs) else 0


if __name__ == "__main__":
    sys.exit(main())
