#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Kills the manager with SIGKILL at random moments while short MPI jobs run on
other hosts, and starts it again at once. Runs on the head, as the user.

usage: kill_manager_on_hosts.py HOSTFILE [--dvm job|pool] [--kills N]
                                [--jobs N] [--seed S] [--count-left]

Rank 0 of each job writes the job's id and attempt into a ledger and exits with
a code that follows from the id. At the end every job must be in the ledger
once and in the history once, with the right code, and the user must have no
process and no file on any host.
"""
import argparse
import collections
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

# Only rank 0 fails: a rank that fails ends those that have not written yet.
COMMAND = ('if [ "$PMIX_RANK" = 0 ]; then'
           ' echo $ERM_JOB_ID $ERM_RESTART >>{ledger}; sleep {span:.2f};'
           ' exit {code}; fi; sleep {span:.2f}')
FOLDERS = ("/tmp", "/var/tmp", "/dev/shm")
PATIENCE = 20


def code(job):
    return job % 9 + 1 if job % 5 == 0 else 0


class World:
    def __init__(self, args):
        self.args = args
        self.random = random.Random(args.seed)
        self.folder = pathlib.Path.cwd()
        self.ledger = self.folder / "ledger"
        self.jobs = []
        self.busy_kills = 0
        self.ledger.touch()

    def add_jobs(self, n):
        """The file grows with the kills, so that jobs run at each of them."""
        for i in range(len(self.jobs) + 1, min(n, self.args.jobs) + 1):
            self.jobs.append({
                "id": i, "launch": "mpi", "procs_per_node": 1,
                "min_nodes": 1 if i % 4 == 0 else 2, "walltime": "00:05:00",
                "command": COMMAND.format(ledger=self.ledger, code=code(i),
                                          span=self.random.uniform(0, 0.5))})
        new = self.folder / "jobs.new"
        new.write_text(json.dumps({"jobs": self.jobs}))
        new.rename(self.folder / "jobs.json")

    def start(self, *more):
        log = open(self.folder / "manager.log", "ab")
        return subprocess.Popen(
            ["erm", "run", "-H", self.args.hostfile, "-j", "jobs.json",
             "--dvm", self.args.dvm, "--state-dir", "state", *more],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def span(self):
        """Some die while they find their jobs again, most while they start
        and end jobs."""
        most = self.random.choice((0.1, 0.5, 1.5))
        return self.random.uniform(0.002, most)

    def has_jobs(self):
        return any((self.folder / "state/jobs").glob("*"))

    def await_jobs(self):
        """On a busy machine a manager may not get so far by itself."""
        end = time.monotonic() + PATIENCE
        while not self.has_jobs() and time.monotonic() < end:
            time.sleep(0.01)

    def kill_at_random(self, amid_jobs):
        manager = self.start()
        if amid_jobs:
            self.await_jobs()
        time.sleep(self.span() / (10 if amid_jobs else 1))
        if manager.poll() is not None:
            raise SystemExit(f"the manager ended by itself: {self.log()}")
        self.busy_kills += self.has_jobs()
        manager.send_signal(signal.SIGKILL)
        manager.wait()

    def run(self):
        kills = self.args.kills
        for i in range(kills):
            self.add_jobs(4 + self.args.jobs * (i + 1) // kills)
            self.kill_at_random(amid_jobs=i % 2 == 0)
        last = self.start("--until-idle")
        try:
            last.wait(timeout=300)
        except subprocess.TimeoutExpired:
            last.kill()
            raise SystemExit(f"the last run does not end: {self.log()}")

    def log(self):
        return (self.folder / "manager.log").read_text()[-2000:]

    def read_ledger(self):
        lines = self.ledger.read_text().splitlines()
        return collections.Counter(int(line.split()[0]) for line in lines)

    def read_history(self):
        done = subprocess.run(
            ["erm", "history", "--json", "--limit", str(10 * self.args.jobs),
             "--state-dir", "state"], check=True, stdout=subprocess.PIPE)
        return json.loads(done.stdout)["jobs"]


def check(world):
    """The figures that must be zero, and what is wrong in words."""
    ran = world.read_ledger()
    history = world.read_history()
    times = collections.Counter(job["id"] for job in history)
    ids = range(1, world.args.jobs + 1)
    for job in history:
        if job["exit_code"] != code(job["id"]) or ran[job["id"]] != 1:
            print(f"job {job['id']}: ran {ran[job['id']]} times:",
                  json.dumps(job))
    return {"lost": sum(1 for i in ids if not ran[i] or not times[i]),
            "run twice": sum(1 for i in ids if ran[i] > 1),
            "accounted twice": sum(1 for i in ids if times[i] > 1),
            "wrong exit code": sum(1 for job in history
                                   if job["exit_code"] != code(job["id"]))}


# ---- what is left on a host ----

def stat_of(pid):
    """Name and parent."""
    text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    name, rest = text.split("(", 1)[1].rsplit(")", 1)
    return name, int(rest.split()[1])


def own_line():
    """This process and its ancestors."""
    line, pid = set(), os.getpid()
    while pid > 0:
        line.add(pid)
        pid = stat_of(pid)[1]
    return line


def processes_left():
    own, found = own_line(), []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            name = stat_of(entry.name)[0]
            if (entry.stat().st_uid == os.getuid() and
                    int(entry.name) not in own and
                    not name.startswith("sshd")):
                found.append(f"{entry.name} {name}")
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def is_sockets(path):
    """The folder of erm's sockets may stay when it is empty."""
    return (path.name.startswith("erm-") and path.is_dir() and
            path.parent == pathlib.Path("/tmp") and not any(path.iterdir()))


def files_left():
    return [str(path) for folder in FOLDERS
            for path in pathlib.Path(folder).rglob("*")
            if path.lstat().st_uid == os.getuid() and not is_sockets(path)]


def tell_left():
    print(json.dumps({"processes": processes_left(), "files": files_left()}))
    return 0


def ask(host):
    done = subprocess.run(
        ["ssh", "-n", host, "python3", os.path.abspath(__file__), "--left", "."],
        check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def look(hostfile):
    left = {host: ask(host)
            for host in pathlib.Path(hostfile).read_text().split()}
    left["the head"] = {"processes": processes_left(), "files": files_left()}
    counts = {f"{what} left": sum(len(on[what]) for on in left.values())
              for what in ("processes", "files")}
    return left, counts


def await_nothing_left(hostfile):
    """Sessions that have just been closed may take a little."""
    end = time.monotonic() + PATIENCE
    left, counts = look(hostfile)
    while any(counts.values()) and time.monotonic() < end:
        left, counts = look(hostfile)
    if any(counts.values()):
        print(json.dumps(left))
    return counts


def in_words(figures):
    return ", ".join(f"{n} {what}" for what, n in figures.items())


def parse_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("hostfile")
    parser.add_argument("--dvm", choices=("job", "pool"), default="job")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--jobs", type=int, default=100)
    parser.add_argument("--seed", type=int,
                        default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--left", action="store_true",
                        help="tell what the user has on this host")
    parser.add_argument("--count-left", action="store_true",
                        help="only count what the user has on all hosts")
    return parser.parse_args()


def main():
    args = parse_args()
    if args.left:
        return tell_left()
    if args.count_left:
        print(in_words(look(args.hostfile)[1]))
        return 0
    print(f"seed {args.seed}", flush=True)
    world = World(args)
    begin = time.monotonic()
    world.run()
    seconds = time.monotonic() - begin
    figures = check(world)
    figures.update(await_nothing_left(args.hostfile))
    print(f"{args.kills} kills, {args.jobs} jobs, {seconds:.1f} s: "
          f"{in_words(figures)}")
    if world.busy_kills < args.kills / 2:
        print(f"no torture: jobs were there at {world.busy_kills} kills only")
        return 1
    return 1 if any(figures.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
