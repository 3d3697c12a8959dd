#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Checks a journal, and the history beside it, with a model of its own.

usage: check_journal.py STATE_DIR [--done] [--slack SECONDS] [--allocation]
                        [--json]
       check_journal.py --records FILE    records alone, a line each; an empty
                                          line ends one journal of several

Reads erm.db (also while a manager runs), replays its records in a model that
shares no code with erm (journal_model.py), and tells every contradiction with
the number of the record. Then it compares what the model has found with the
tables for people: ends, phases, directives. Exit status 1 when something is
wrong, 2 when it cannot be read.

--done: all jobs must have ended. --slack: how long after its walltime a job may
be seen to end (grace, a manager that was away; 60 s). --allocation: jobs may be
ended before their walltime, by the end of an allocation.
"""
import argparse
import collections
import json
import pathlib
import re
import sqlite3
import sys

from journal_model import SECOND, Model

APPLICATION_ID = 0x65726d31


class Unreadable(Exception):
    pass


def fnv1a(*values):
    """FNV-1a, 64 bits: numbers as 8 bytes, lowest first; texts with a NUL."""
    digest = 0xcbf29ce484222325
    for value in values:
        data = (value.to_bytes(8, "little", signed=True)
                if isinstance(value, int) else value.encode() + b"\0")
        for byte in data:
            digest = (digest ^ byte) * 0x100000001b3 & 0xffffffffffffffff
    return digest - (1 << 64) if digest >> 63 else digest


def open_database(state_dir):
    path = pathlib.Path(state_dir, "erm.db")
    if not path.exists():
        raise Unreadable(f"{path} is not there")
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True,
                               isolation_level=None)
    database.row_factory = sqlite3.Row
    database.execute("begin")  # one moment for all that is read
    if database.execute("pragma application_id").fetchone()[0] != \
            APPLICATION_ID:
        raise Unreadable(f"{path} is not a database of erm")
    return database


def replay(database, model):
    """All records through MODEL; returns how many of each event."""
    events, last = collections.Counter(), 0
    for row in database.execute("select * from journal order by seq"):
        if last == 0 and row["seq"] != 1:
            raise Unreadable(f"the journal begins at record {row['seq']}")
        model.seq = row["seq"]
        model.must(row["seq"] == last + 1, "record",
                   f"record {row['seq']} comes after {last}")
        model.must(row["sum"] == fnv1a(row["seq"], row["time"], row["job"],
                                       row["type"], row["text"]),
                   "record", "the sum is wrong")
        record = json.loads(row["text"])
        about = record.get("job", record.get("request", {}).get("id"))
        about = row["job"] if about is None else about
        model.must((row["time"], row["job"], row["type"]) ==
                   (record["time"], about, record["event"]), "record",
                   "the columns are not those of the text")
        model.take(row["seq"], record)
        events[record["event"]] += 1
        last = row["seq"]
    return events


# ---- the tables for people ----

def expand(nodelist):
    """"n[1-3,07],x" as a list of names."""
    names = []
    for part in re.findall(r"[^,\[]+(?:\[[^\]]*\])?", nodelist):
        prefix, _, inside = part.rstrip("]").partition("[")
        if not inside:
            names.append(prefix)
            continue
        for piece in inside.split(","):
            first, _, last = piece.partition("-")
            for n in range(int(first), int(last or first) + 1):
                names.append(prefix + str(n).zfill(len(first)))
    return names


def compare_ends(database, model, tell):
    rows = {row["job"]: row for row in database.execute("select * from ending")}
    for job_id, (outcome, when, job) in model.ended.items():
        row = rows.pop(job_id, None)
        if row is None:
            tell(f"job {job_id} is {outcome}, and has no end")
        elif (row["state"], row["ended"], row["attempt"]) != \
                (outcome, when, job.attempt):
            tell(f"job {job_id} is {outcome} in attempt {job.attempt} at "
                 f"{when}, and in the history {row['state']} in attempt "
                 f"{row['attempt']} at {row['ended']}")
    for job_id in rows:
        tell(f"job {job_id} has an end, and did not end")


def compare_phases(database, model, tell):
    names = {row["number"]: row["name"]
             for row in database.execute("select number, name from node")}
    wanted = collections.defaultdict(list)
    for phase in model.phases:
        wanted[phase.job].append(
            (phase.attempt, phase.start, phase.end,
             sorted(names.get(node, "?") for node in phase.nodes)))
    found = collections.defaultdict(list)
    for row in database.execute(
            "select * from phase order by job, attempt, phase"):
        nodes = sorted(expand(row["nodes"]))
        if len(nodes) != row["n_nodes"]:
            tell(f"job {row['job']}: {row['n_nodes']} nodes are "
                 f"{row['nodes']}")
        found[row["job"]].append((row["attempt"], row["start"], row["end"],
                                  nodes))
    for job in sorted(set(wanted) | set(found)):
        if wanted[job] != found[job]:
            tell(f"job {job} had the phases {wanted[job]}, and in the history "
                 f"{found[job]}")


def compare_directives(database, model, tell):
    rows = {row["seq"]: row
            for row in database.execute("select * from directive")}
    for seq, (job, directive) in model.directives.items():
        row = rows.pop(seq, None)
        if row is None:
            tell(f"directive {seq} of job {job} is not in the history")
            continue
        wanted = (job, directive.op, directive.asker, directive.state,
                  directive.offered)
        found = (row["job"], row["op"], row["asker"], row["state"],
                 row["offered"])
        if wanted != found:
            tell(f"directive {seq} is {wanted}, and in the history {found}")
        if (row["closed"] is None) != (job in model.jobs and
                                       model.jobs[job].directive is directive
                                       and model.jobs[job].open()):
            tell(f"directive {seq} is {directive.state}, and was closed at "
                 f"{row['closed']}")
    for seq in rows:
        tell(f"directive {seq} is in the history, and never was")


def node_time(model, job=None):
    """Nodes times microseconds of one job, or of all that have ended."""
    return sum((phase.end - phase.start) * len(phase.nodes)
               for phase in model.phases
               if phase.end is not None and job in (None, phase.job))


def compare_sums(database, model, tell):
    for row in database.execute("select job, node_us from ending"):
        if row["job"] in model.ended and \
                row["node_us"] != node_time(model, row["job"]):
            tell(f"job {row['job']} used {node_time(model, row['job'])} us of "
                 f"nodes, and in the history {row['node_us']}")


def compare(database, model):
    def tell(text):
        model.problems.append((0, "history", text))

    for check in (compare_ends, compare_phases, compare_directives,
                  compare_sums):
        check(database, model, tell)


# ---- what is printed ----

def summarise(model, events):
    outcomes = collections.Counter(end[0] for end in model.ended.values())
    directives = collections.Counter(
        f"{directive.op} {directive.state}"
        for _, directive in model.directives.values())
    return {"records": sum(events.values()),
            "jobs": len(model.ended) + len(model.jobs),
            "outcomes": dict(sorted(outcomes.items())),
            "live": len(model.jobs), "starts": model.n_starts,
            "directives": dict(sorted(directives.items())),
            "most_busy": model.most_busy,
            "node_seconds": node_time(model) / SECOND}


def words(counts):
    return ", ".join(f"{n} {what}" for what, n in counts.items()) or "none"


def print_report(report, problems):
    print(f"{report['records']} records; {report['jobs']} jobs: "
          f"{words(report['outcomes'])}, {report['live']} live; "
          f"{report['starts']} starts")
    print(f"resizes: {words(report['directives'])}")
    print(f"at most {report['most_busy']} nodes at once, "
          f"{report['node_seconds']:.1f} node-seconds")
    for seq, kind, text in problems:
        print(f"{'record %d' % seq if seq else 'history'}: {kind}: {text}")
    print(f"{len(problems)} violations")


def check(state_dir, done=False, slack=60.0, allocation=False):
    """The report on STATE_DIR, and its problems: (record, kind, text)."""
    database = open_database(state_dir)
    model = Model(int(slack * SECOND), allocation)
    events = replay(database, model)
    if done:
        model.finished()
    compare(database, model)
    database.close()
    return summarise(model, events), model.problems


def check_records(path, allocation):
    """Prints what is wrong with the journals in a file; how many faults."""
    n_problems, totals = 0, collections.Counter()
    for number, text in enumerate(path.read_text().split("\n\n"), 1):
        model = Model(1 << 62, allocation)
        for seq, line in enumerate(text.splitlines(), 1):
            model.take(seq, json.loads(line))
            totals["records"] += 1
        for seq, kind, problem in model.problems:
            print(f"journal {number}, record {seq}: {kind}: {problem}")
        n_problems += len(model.problems)
        totals["jobs"] += len(model.ended) + len(model.jobs)
        totals["resizes"] += len(model.directives)
    print(f"{words(totals)}; {n_problems} violations")
    return n_problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("state_dir", nargs="?")
    parser.add_argument("--records", type=pathlib.Path)
    parser.add_argument("--done", action="store_true")
    parser.add_argument("--slack", type=float, default=60)
    parser.add_argument("--allocation", action="store_true")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if (args.state_dir is None) == (args.records is None):
        parser.error("a state directory or --records expected")
    try:
        if args.records:
            return 1 if check_records(args.records, args.allocation) else 0
        report, problems = check(args.state_dir, args.done, args.slack,
                                 args.allocation)
    except (Unreadable, sqlite3.Error, ValueError) as error:
        print(f"check_journal: {error}", file=sys.stderr)
        return 2
    if args.json:
        print(json.dumps({**report, "violations": problems}))
    else:
        print_report(report, problems)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
