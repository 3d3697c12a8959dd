#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Does check_journal.py bite? Faults are planted into sound journals: into one
written here, into those of random worlds, and into a database of erm.

usage: test_check_journal.py ERM SHEPHERD RANDOM_EVENTS
"""
import copy
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

import check_journal
from journal_model import Model

ERM, SHEPHERD, RANDOM_EVENTS = (os.path.abspath(sys.argv.pop(1))
                                for _ in range(3))
SECOND = 1_000_000


def request(job, **more):
    return {"id": job, "kind": "elastic", "resize": "app", "hold": False,
            "requeue": False, "min_nodes": 1, "max_nodes": 4, "pref_nodes": 0,
            "priority": 0, "walltime": 100 * SECOND, "begin": 0,
            "on_node_loss": "shrink", "after": [], **more}


def offer(job, seq, op, nodes, **more):
    return {"event": "offer", "job": job, "seq": seq, "op": op, "nodes": nodes,
            "asker": "scheduler", "for_job": 0, "accept_by": 40 * SECOND,
            "when": 90 * SECOND, **more}


def exited(job, code=0, attempt=1, how="itself"):
    return {"event": "exited", "job": job, "attempt": attempt, "exit": how,
            "code": code, "signal": 0}


# A short life with one of each: two jobs, a growth, a shrink for the second
# with a choice, a start in place, a lost node. Times are seconds.
SOUND = [
    (0, {"event": "pool_changed", "nodes": "0-4"}),
    (1, {"event": "submit", "request": request(1)}),
    (1, {"event": "start", "job": 1, "attempt": 1, "nodes": "0-1"}),
    (2, {"event": "started", "job": 1, "attempt": 1}),
    (3, offer(1, 1, "expand", "2-3")),
    (3, {"event": "shown", "job": 1, "seq": 1}),
    (4, {"event": "accepted", "job": 1, "seq": 1}),
    (5, {"event": "done", "job": 1, "seq": 1, "nodes": ""}),
    (6, {"event": "drain", "nodes": "4"}),
    (7, {"event": "submit",
         "request": request(2, kind="rigid", max_nodes=1, on_node_loss="end")}),
    (7, {"event": "reserve", "job": 2, "nodes": "3", "when": 8 * SECOND}),
    (7, offer(1, 2, "shrink", "3", for_job=2)),
    (8, {"event": "done", "job": 1, "seq": 2, "nodes": "2"}),
    (8, {"event": "start", "job": 2, "attempt": 1, "nodes": "2"}),
    (9, {"event": "started", "job": 2, "attempt": 1}),
    (11, exited(1, code=85)),
    (12, {"event": "started", "job": 1, "attempt": 2}),
    (13, {"event": "node_down", "nodes": "1"}),
    (14, exited(2)),
    (15, {"event": "submit",
          "request": request(3, kind="rigid", after=[[2, "ok"]])}),
    (15, {"event": "start", "job": 3, "attempt": 1, "nodes": "2"}),
    (16, {"event": "start_failed", "job": 3, "attempt": 1, "is_final": False}),
    (18, {"event": "start", "job": 3, "attempt": 1, "nodes": "2"}),
    (19, exited(3, code=1)),
    (20, exited(1, attempt=2)),
]


def records():
    return [dict(copy.deepcopy(record), time=when * SECOND)
            for when, record in SOUND]


def replay(journal):
    model = Model()
    for seq, record in enumerate(journal, 1):
        model.take(seq, record)
    model.finished()
    return model


def find(journal, event, job=None, nth=1):
    """The index of the NTH record of that event (of that job)."""
    hits = [i for i, record in enumerate(journal) if record["event"] == event
            and (job is None or record.get("job") == job)]
    return hits[nth - 1]


class WrittenByHand(unittest.TestCase):
    def setUp(self):
        self.journal = records()

    def expect(self, kind, at=None):
        """A fault of that kind, and of record AT when given, is told."""
        problems = replay(self.journal).problems
        self.assertTrue([1 for seq, found, _ in problems if found == kind and
                         at in (None, seq - 1)], (kind, at, problems))

    def change(self, event, job=None, nth=1, **values):
        at = find(self.journal, event, job, nth)
        self.journal[at].update(values)
        return at

    def insert(self, at, record):
        self.journal.insert(at, {**record,
                                 "time": self.journal[at - 1]["time"]})
        return at

    def test_a_sound_one_is_sound(self):
        model = replay(self.journal)
        self.assertEqual(model.problems, [])
        self.assertEqual({job: end[0] for job, end in model.ended.items()},
                         {1: "completed", 2: "completed", 3: "failed"})
        self.assertEqual([(d.op, d.asker, d.state)
                          for _, d in model.directives.values()],
                         [("expand", "scheduler", "done"),
                          ("shrink", "scheduler", "done"),
                          ("shrink", "node_loss", "forced")])

    def test_two_owners(self):
        self.expect("owner", self.change("start", 2, nodes="1"))

    def test_offered_nodes_are_taken(self):
        at = self.insert(find(self.journal, "shown"),
                         {"event": "submit", "request": request(9)})
        self.insert(at + 1, {"event": "start", "job": 9, "attempt": 1,
                             "nodes": "3"})
        self.expect("owner", at + 1)

    def test_below_min_nodes(self):
        self.change("submit", request=request(1, min_nodes=2))
        self.journal[find(self.journal, "start", 1)]["nodes"] = "0"
        self.expect("size", find(self.journal, "start", 1))

    def test_above_max_nodes(self):
        self.change("submit", request=request(1, max_nodes=3))
        self.expect("size", find(self.journal, "offer"))

    def test_a_shrink_below_min_nodes(self):
        self.expect("size", self.change("offer", nth=2, nodes="1-3",) and
                    self.change("submit", request=request(1, min_nodes=2)) and
                    find(self.journal, "offer", nth=2))

    def test_a_rigid_job_is_resized(self):
        self.change("submit", request=request(1, kind="rigid"))
        self.expect("kind", find(self.journal, "offer"))

    def test_the_first_node_is_asked_for(self):
        self.expect("first node", self.change("offer", nth=2, nodes="0"))

    def test_a_directive_ends_twice(self):
        at = find(self.journal, "done") + 1
        self.expect("directive", self.insert(
            at, {"event": "failed", "job": 1, "seq": 1}))

    def test_a_directive_number_is_left_out(self):
        at = self.change("offer", nth=2, seq=3)
        self.change("done", nth=2, seq=3)
        self.expect("directive", at)

    def test_two_open_directives(self):
        at = find(self.journal, "accepted")
        self.expect("directive", self.insert(at, offer(1, 2, "shrink", "1")))

    def test_taken_back_before_its_deadline(self):
        at = find(self.journal, "accepted")
        self.expect("deadline", self.insert(
            at, {"event": "withdraw", "job": 1, "seq": 1}))

    def test_a_choice_of_too_many(self):
        self.expect("size", self.change("done", nth=2, nodes="1-2"))

    def test_a_job_ends_twice(self):
        at = find(self.journal, "exited", 2) + 1
        self.expect("ended", self.insert(at, exited(2)))

    def test_a_job_never_ends(self):
        del self.journal[-1]
        self.expect("left")

    def test_an_attempt_is_started_twice(self):
        at = find(self.journal, "started", 2) + 1
        self.expect("twice", self.insert(at, {"event": "start", "job": 2,
                                              "attempt": 1, "nodes": "3"}))

    def test_an_attempt_runs_twice(self):
        at = find(self.journal, "started", 1, nth=2) + 1
        self.expect("twice", self.insert(
            at, {"event": "started", "job": 1, "attempt": 1}))

    def test_a_kept_node_is_given_to_another(self):
        at = find(self.journal, "done", nth=2) + 1
        self.insert(at, {"event": "submit", "request": request(9)})
        self.insert(at + 1, {"event": "start", "job": 9, "attempt": 1,
                             "nodes": "2"})
        self.expect("reserved", at + 1)

    def test_a_node_is_kept_that_nobody_gives(self):
        self.change("reserve", nodes="1")
        self.expect("reserved")

    def test_a_drained_node_is_used(self):
        self.expect("usable", self.change("start", 2, nodes="4"))

    def test_a_node_that_is_down_is_used(self):
        self.expect("usable", self.change("start", 3, nodes="1"))

    def test_a_node_that_is_none_is_used(self):
        self.expect("usable", self.change("start", 3, nodes="7"))

    def test_time_goes_back(self):
        self.expect("time", self.change("started", 2, time=7 * SECOND))

    def test_longer_than_its_walltime(self):
        self.expect("walltime", self.change("exited", 1, nth=2,
                                            time=200 * SECOND))

    def test_walltime_counts_from_the_first_start(self):
        self.change("exited", 1, nth=2, time=(101 + 61) * SECOND)
        self.expect("walltime")

    def test_ended_at_its_walltime_too_early(self):
        self.expect("walltime", self.change("exited", 2, exit="walltime"))

    def test_a_dependency_is_not_met(self):
        self.change("exited", 2, code=1)
        self.expect("early", find(self.journal, "start", 3))

    def test_a_failed_start_is_tried_again_at_once(self):
        at = find(self.journal, "start", 3, nth=2)
        self.journal[at]["time"] = 17 * SECOND
        self.expect("early", at)

    def test_a_held_job_starts(self):
        at = find(self.journal, "start", 2)
        self.insert(at, {"event": "hold", "job": 2})
        self.expect("early", at + 1)

    def test_a_job_that_does_not_run_is_asked(self):
        at = find(self.journal, "started", 2)
        self.expect("state", self.insert(
            at, offer(2, 3, "expand", "3", asker="user")))


class OfRandomWorlds(unittest.TestCase):
    """Each record once more, or left out, must not go unseen."""

    # Twice is as good as once, or nothing is known of it.
    HARMLESS = {"update", "hold", "release", "node_up", "node_down", "drain",
                "undrain", "pool_changed", "cancel", "requeue", "shown",
                "progress", "wish", "delay", "timer", "accepted"}
    # Without it something is missing at the end, at the latest.
    NEEDED = {"submit", "start", "exited"}

    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "journal")
            subprocess.run([RANDOM_EVENTS, "3", "80", "5", path], check=False,
                           stdout=subprocess.DEVNULL)
            cls.journals = [[json.loads(line) for line in text.splitlines()]
                            for text in path.read_text().split("\n\n")
                            if text.strip()]

    @staticmethod
    def problems(journal):
        model = Model(1 << 62, True)
        for seq, record in enumerate(journal, 1):
            model.take(seq, record)
        model.finished()
        return model.problems

    def test_sound(self):
        self.assertEqual(len(self.journals), 3)
        for journal in self.journals:
            self.assertEqual(self.problems(journal), [])

    def test_each_record_twice(self):
        n = 0
        for journal in self.journals:
            for i, record in enumerate(journal):
                if record["event"] in self.HARMLESS:
                    continue
                n += 1
                planted = journal[:i + 1] + journal[i:]
                self.assertNotEqual(self.problems(planted), [], record)
        self.assertGreater(n, 50)

    def test_each_record_left_out(self):
        n = 0
        for journal in self.journals:
            for i, record in enumerate(journal):
                if record["event"] not in self.NEEDED:
                    continue
                n += 1
                planted = journal[:i] + journal[i + 1:]
                self.assertNotEqual(self.problems(planted), [], record)
        self.assertGreater(n, 50)


class OfADatabase(unittest.TestCase):
    """The history must tell what the journal does."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="erm-check-")
        jobs = [{"id": 1, "command": "sleep 0.3", "min_nodes": 2},
                {"id": 2, "command": "exit 3", "after": [1]}]
        pathlib.Path(cls.folder, "jobs.json").write_text(
            json.dumps({"jobs": jobs}))
        pathlib.Path(cls.folder, "hosts").write_text("n[1-3]\n")
        subprocess.run([ERM, "run", "-H", "hosts", "--state-dir", "state",
                        "jobs.json"], cwd=cls.folder, check=False,
                       capture_output=True,
                       env=dict(os.environ, ERM_SHEPHERD=SHEPHERD))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def problems(self, *statements):
        """Of a copy into which the statements have planted something."""
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(pathlib.Path(self.folder, "state", "erm.db"), folder)
            database = sqlite3.connect(pathlib.Path(folder, "erm.db"))
            for statement in statements:
                database.execute(statement)
            database.commit()
            database.close()
            return check_journal.check(folder, done=True)[1]

    def expect(self, kind, *statements):
        problems = self.problems(*statements)
        self.assertIn(kind, {found for _, found, _ in problems}, problems)

    def test_sound(self):
        self.assertEqual(self.problems(), [])

    def test_another_outcome(self):
        self.expect("history", "update ending set state = 'lost' where job = 2")

    def test_an_end_too_few(self):
        self.expect("history", "delete from ending where job = 1")

    def test_other_nodes(self):
        self.expect("history",
                    "update phase set nodes = 'n[2-3]' where job = 1")

    def test_a_phase_that_never_ends(self):
        self.expect("history", "update phase set end = null where job = 1")

    def test_more_time_than_was_used(self):
        self.expect("history", "update ending set node_us = node_us + 1")

    def test_a_directive_that_never_was(self):
        self.expect("history", "insert into directive(seq, job, op, asker, "
                    "offered, state, n) values(1, 1, 'expand', 'user', 1, "
                    "'offered', 1)")

    def test_a_damaged_record(self):
        self.expect("record", "update journal set text = replace(text, "
                    "'started', 'startet') where type = 'started'")

    def test_a_record_too_few(self):
        self.expect("record", "delete from journal where type = 'started'")


if __name__ == "__main__":
    unittest.main()
