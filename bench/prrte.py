#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""MPI launches per second over other hosts: erm beside PRRTE's own commands,
in one run on one machine. As root: the hosts are those of t/prrte/hosts.

usage: bench/prrte.py [BUILD] [-n LAUNCHES]

Each launch is `true` on two hosts, one process each; two at a time over four
hosts. A launch that takes 60 s hangs; any that hangs or fails is counted, and
the exit code is 1 then. Absolute figures differ from machine to machine: read
the ratios.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import time

HOSTS = pathlib.Path(__file__).resolve().parent.parent / "t/prrte/hosts"
LIMIT = 60
MAP = "--map-by ppr:1:node --bind-to none -n 2"
# As erm starts its own DVMs: without the first one some short jobs hang.
SETTINGS = ("--prtemca odls_base_max_threads 0"
            " --prtemca plm_ssh_no_tree_spawn 1")

# usage: sh -c LOOPS - N COMMAND : N launches, half of them on each pair of
# hosts; prints a line for each that hangs or fails.
LOOPS = f"""
one() {{
    for i in $(seq $(($1 / 2))); do
        timeout -k 1 {LIMIT} $2 --host $3 {MAP} true </dev/null \\
            >>launches.log 2>&1 || echo $?
    done
}}
one $1 "$2" n1:1000,n2:1000 &
one $1 "$2" n3:1000,n4:1000 &
wait
"""


class Cluster:
    def __init__(self, build):
        self.id = self.hosts("up", "-n", "4").strip()
        self.hosts("install", self.id, build)

    def hosts(self, *words, check=True):
        return subprocess.run([HOSTS, *words], check=check, text=True,
                              stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE).stdout

    def command(self, *words):
        return [HOSTS, "exec", "-u", "erm", self.id, "n0", *words]

    def on_head(self, *words, check=True):
        return self.hosts(*self.command(*words)[1:], check=check)

    def close(self):
        self.hosts("down", self.id)


def wait_until(is_so):
    end = time.monotonic() + LIMIT
    while not is_so():
        if time.monotonic() > end:
            raise SystemExit(f"waited in vain for {is_so.__doc__}")
        time.sleep(0.05)


def exit_codes(erm):
    jobs = json.loads(erm("history", "--json", "--limit", "100000"))["jobs"]
    return [124 if job["state"] == "timeout" else job["exit_code"]
            for job in jobs]


def erm_launches(cluster, dvm, n):
    """Seconds, and the exit codes."""
    def erm(*words, check=True):
        return cluster.on_head("erm", words[0], "--state-dir", f"state-{dvm}",
                               *words[1:], check=check)

    def is_ready():
        """the hosts, and the pool's DVM where there is one"""
        log = cluster.on_head("cat", f"state-{dvm}/erm.log")
        nodes = erm("nodes", "--json")
        return ((dvm == "job" or "is ready" in log) and
                all(node["state"] == "idle"
                    for node in json.loads(nodes)["nodes"]))

    jobs = [{"command": "true", "launch": "mpi", "procs_per_node": 1,
             "min_nodes": 2, "stdout": "/dev/null",
             "walltime": f"00:{LIMIT // 60:02d}:00"}] * n
    erm("start", "-H", "hosts", "--dvm", dvm)
    wait_until(is_ready)
    cluster.on_head("sh", "-c", 'echo "$1" >jobs.json', "-",
                    json.dumps({"jobs": jobs}))
    begin = time.monotonic()
    erm("submit", "jobs.json")
    erm("wait", "all", check=False)
    seconds = time.monotonic() - begin
    codes = exit_codes(erm)
    erm("stop")
    return seconds, codes


def loops(cluster, n, command):
    """The same for commands of PRRTE in two loops."""
    begin = time.monotonic()
    codes = cluster.on_head("bash", "-c", LOOPS, "-", str(n), command).split()
    seconds = time.monotonic() - begin
    return seconds, [int(code) for code in codes] + [0] * (n - len(codes))


def prun_launches(cluster, n):
    def is_ready():
        """prte's address"""
        return cluster.on_head("sh", "-c", "cat uri 2>/dev/null || true") != ""

    host = ",".join(f"n{i}:1000" for i in range(1, 5))
    dvm = subprocess.Popen(
        cluster.command("sh", "-c", f"exec prte {SETTINGS} --report-uri uri"
                        f" --host {host} >prte.log 2>&1"),
        stdin=subprocess.DEVNULL)
    wait_until(is_ready)
    figures = loops(cluster, n, "prun --dvm-uri file:uri"
                    " --num-connect-retries 100")
    dvm.terminate()
    dvm.wait(LIMIT)
    return figures


def prterun_launches(cluster, n):
    return loops(cluster, n, f"prterun {SETTINGS}")


def row(what, n, figures, floor):
    seconds, codes = figures
    hung = sum(1 for code in codes if code in (124, 137))
    failed = sum(1 for code in codes if code != 0) - hung
    print(f"{n} x true on 2 hosts: {what:28s} {n / seconds:6.1f} launches/s "
          f"{floor / seconds:5.2f} of the prun loop, {hung} hung, "
          f"{failed} failed", flush=True)
    return hung + failed + (len(codes) != n)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", nargs="?", default="build")
    parser.add_argument("-n", type=int, default=200)
    args = parser.parse_args()
    cluster = Cluster(args.build)
    try:
        prun = prun_launches(cluster, args.n)
        rows = [("prun loop into one DVM", prun),
                ("prterun loop", prterun_launches(cluster, args.n)),
                ("erm --dvm job", erm_launches(cluster, "job", args.n)),
                ("erm --dvm pool", erm_launches(cluster, "pool", args.n))]
        bad = sum(row(what, args.n, figures, prun[0])
                  for what, figures in rows)
    finally:
        cluster.close()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
