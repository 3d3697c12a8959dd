# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of whole schedules share: how the programs are called, what
they print, and the metrics of a schedule.
"""
import csv
import pathlib
import subprocess
import tempfile

POLICIES = ("fcfs", "easy", "sjbf", "cons")
COLUMNS = ["job", "submit", "start", "end", "procs", "run", "req"]
# The four policies in erm's words.
ERM_POLICY = {"fcfs": ["--backfill", "none"], "easy": ["--backfill", "easy"],
              "sjbf": ["--backfill", "easy", "--backfill-order", "sjf"],
              "cons": ["--backfill", "conservative"]}
ERM_ESTIMATES = {"req": "requested", "act": "actual"}


def command(program, trace, policy, estimates, order, head, out):
    """The naive program's command line, or erm's: told by the name."""
    if pathlib.Path(program).name == "naive":
        return [program, "-p", policy, "-e", estimates, "-o", order,
                *(["-h", str(head)] if head else []), "-c", out, trace]
    return [program, "simulate", trace, *ERM_POLICY[policy], "--estimates",
            ERM_ESTIMATES[estimates], "--order", order,
            *(["--head", str(head)] if head else []), "--csv", out]


def rows_of(lines):
    """Whole seconds in COLUMNS; a program may print more columns."""
    return [tuple(int(float(row[name])) for name in COLUMNS)
            for row in csv.DictReader(lines)]


def simulate(program, trace, policy, estimates="req", order="batch", head=None):
    """The schedule: rows of COLUMNS in the order of the trace."""
    with tempfile.TemporaryDirectory(prefix="erm-schedules-") as folder:
        out = f"{folder}/schedule.csv"
        done = subprocess.run(command(program, str(trace), policy, estimates,
                                      order, head, out),
                              capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"Bail out! {' '.join(done.args)}: {done.stderr}")
        with open(out, encoding="utf-8") as lines:
            return rows_of(lines)


def compare(found, expected):
    """What differs, in words; empty when nothing does."""
    problems = []
    if len(found) != len(expected):
        problems.append(f"{len(found)} jobs, {len(expected)} expected")
    differ = [(a, b) for a, b in zip(found, expected) if a != b]
    if differ:
        problems.append(f"{len(differ)} of {len(expected)} jobs differ")
        problems += [f"found {dict(zip(COLUMNS, a))}, expected {b}"
                     for a, b in differ[:3]]
    return problems


def metrics(rows, n_nodes):
    """The figures of a schedule in the form of METRICS-full.txt."""
    n = len(rows)
    waits = [start - submit for _, submit, start, *_ in rows]
    slowdowns = [max(1, (wait + row[5]) / max(row[5], 10))
                 for wait, row in zip(waits, rows)]
    turnaround = sum(row[3] - row[1] for row in rows) / n
    makespan = max(row[3] for row in rows) - min(row[1] for row in rows)
    work = sum(row[4] * row[5] for row in rows)
    return (f"n={n} P={n_nodes} meanwait={sum(waits) / n:.3f} "
            f"bsld10={sum(slowdowns) / n:.5f} meanturn={turnaround:.3f} "
            f"maxwait={max(waits)} makespan={makespan} "
            f"util={work / (n_nodes * makespan):.5f}")


class Tap:
    """Prints TAP. Call done() last, for the exit status."""

    def __init__(self):
        self.n, self.n_failed = 0, 0

    def check(self, title, problems):
        self.n += 1
        self.n_failed += bool(problems)
        print(f"{'not ok' if problems else 'ok'} {self.n} - {title}")
        for problem in problems:
            print(f"# {problem}")

    def done(self):
        print(f"1..{self.n}", flush=True)
        return 1 if self.n_failed else 0
