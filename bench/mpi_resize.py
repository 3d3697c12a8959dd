#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""How often a world of MPI can change its size in one job, by which way, and
how long that takes: what Open MPI and PRRTE can do by themselves, in DVMs as erm
starts them. As root: the hosts are those of t/prrte/hosts. doc/mpi.md has
figures and what follows from them.

usage: bench/mpi_resize.py [BUILD] [-t TRIES]

A try that says nothing for 20 s hangs. Ways that break are no failure of this
program: they are what it is for.
"""
import argparse
import pathlib
import selectors
import statistics
import subprocess
import sys

from prrte import SETTINGS, Cluster

SILENCE = 20
SOURCE = pathlib.Path(__file__).resolve().parent / "mpi_resize.c"
SIZES = ["n1", "n1,n2,n3,n4", "n1,n2", "n1,n2,n3"]
# As erm passes it, and because ranks share processors here.
PASSED = ("-x OMPI_MCA_async_mpi_finalize=1 -x OMPI_MCA_mpi_yield_when_idle=1")

# As bash -c takes them: DVM-HOSTS PRUN-OPTIONS WORDS. A line "N SECONDS" for
# each resize, "code N" at the end.
COMMON = f"""
start() {{
    rm -rf try; mkdir try
    setsid prte --no-ready-msg {SETTINGS} --report-uri try/uri --host $1 \\
        >try/prte.log 2>&1 &
    dvm=$!
    while [ ! -s try/uri ]; do sleep 0.005; done
}}
run() {{
    prun --dvm-uri file:try/uri --num-connect-retries 100 --bind-to none $1 \\
        {PASSED} --wdir $PWD ./mpi_resize $2 2>try/err
}}
stop() {{
    kill $dvm 2>/dev/null
    for i in $(seq 300); do
        kill -0 $dvm 2>/dev/null || return
        sleep 0.01
    done
    kill -9 -- -$dvm
}}
"""
TRY = COMMON + """
start $1
run "$2" "$3"
echo code $?
stop
"""
AGAIN = COMMON + """
n=0
for hosts in $1; do
    begin=$(date +%s.%N) n=$((n + 1))
    start $hosts
    run "--map-by ppr:1:node -n $(wc -w <<<"${hosts//,/ }") --host $hosts" "$3"
    code=$?
    stop
    [ $code = 85 ] || { echo code $code; exit; }
    awk "BEGIN { print $n, $(date +%s.%N) - $begin }"
done
echo code 0
"""


def attempt(cluster, script, dvm, options, words):
    """The seconds of each resize, and how it ended."""
    command = subprocess.Popen(
        cluster.command("bash", "-c", script, "-", dvm, options, words),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, bufsize=0)
    seconds, end, has_hung = [], "", False
    lines = selectors.DefaultSelector()
    lines.register(command.stdout, selectors.EVENT_READ)
    while True:
        if not lines.select(SILENCE):
            has_hung = True
            cluster.on_head("pkill", "-9", "-x", "prun", check=False)
        line = command.stdout.readline().decode()
        if line == "":
            break
        first, second = line.split()
        if first == "code":
            end = f"code {second}"
        else:
            seconds.append(float(second))
    command.wait()
    return seconds, "hung" if has_hung else end


def row(what, wanted, tries):
    held = sum(1 for seconds, end in tries
               if len(seconds) == wanted and end == "code 0")
    every = [second for seconds, _ in tries for second in seconds]
    took = f"{1000 * statistics.median(every):.0f} ms each" if every else "-"
    print(f"{what:44s} {held} of {len(tries)} held, {took}")
    for seconds, end in tries:
        if len(seconds) != wanted or end != "code 0":
            print(f"    after {len(seconds)} of {wanted}: {end}")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("build", nargs="?", default="build")
    parser.add_argument("-t", "--tries", type=int, default=5)
    args = parser.parse_args()
    hosts = "n1:1000,n2:1000,n3:1000,n4:1000"
    one = "--host n1:1000 -n 1"
    chain = " ".join(SIZES * 6)
    ways = [
        ("ended, and started again in a DVM of its own", len(SIZES) * 6, AGAIN,
         chain.replace(",", ":1000,").replace(" ", ":1000 ") + ":1000", "",
         "once"),
        ("a rank leaves, of 24", 23, TRY, hosts,
         f"--host {hosts} --map-by ppr:6:node -n 24", "leave"),
        ("spawn on hosts that are added, once", 1, TRY, "n1:1000", one,
         "spawn try n1,n2,n3,n4 +n2,n3,n4"),
        ("spawn, the first on hosts that are added", 8, TRY, "n1:1000", one,
         "spawn try n1,n2,n3,n4 +n2,n3,n4 " + " ".join(SIZES + SIZES[:3])),
        ("spawn one job after the other", len(SIZES) * 6, TRY, hosts, one,
         f"spawn try {chain}"),
    ]
    cluster = Cluster(args.build)
    try:
        cluster.on_head("sh", "-c", 'printf %s "$1" >mpi_resize.c', "-",
                        SOURCE.read_text())
        cluster.on_head("mpicc", "-O1", "-o", "mpi_resize", "mpi_resize.c")
        for what, wanted, *how in ways:
            row(what, wanted, [attempt(cluster, *how)
                               for _ in range(args.tries)])
    finally:
        cluster.close()


if __name__ == "__main__":
    main()
