#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""erm.py against a mailbox that the test writes as the manager does."""
import json
import math
import os
import socket
import tempfile
import threading
import time
import unittest
from pathlib import Path
from unittest import mock

import erm


class Mailbox:
    """The manager's side of the folder."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def put(self, name, content):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        temporary = path.with_name(f".{path.name}")
        temporary.write_text(content if isinstance(content, str)
                             else json.dumps(content), encoding="utf-8")
        temporary.rename(path)

    def ask(self, seq, op="shrink", delta=("n3",), **more):
        current = ["n1", "n2", "n3"]
        target = [n for n in current if n not in delta] if op == "shrink" \
            else current + list(delta)
        self.put("directive.json", {
            "v": 1, "seq": seq, "epoch": 3, "op": op, "reason": "job 41 waits",
            "forced": False, "choice": True, "current": current,
            "delta": list(delta), "target": target, "accept_by": None,
            "done_by": time.time() + 300, **more})

    def close(self):
        (self.folder / "directive.json").unlink()

    def reply(self, seq):
        return json.loads((self.folder / f"reply/{seq}.json").read_text())

    def answer_next(self, answer):
        """A thread that takes the next request, returns it when joined."""
        return Answering(self, answer)


class Answering(threading.Thread):
    def __init__(self, mailbox, answer):
        super().__init__()
        self.mailbox, self.answer, self.request = mailbox, answer, None
        self.start()

    def run(self):
        while self.request is None:
            for path in (self.mailbox.folder / "request").glob("[!.]*.json"):
                self.request = json.loads(path.read_text())
                self.name = path.stem
                path.unlink()
                self.mailbox.put(f"answer/{path.name}", self.answer)
                return
            time.sleep(0.005)

    def taken(self):
        self.join(20)
        return self.request


class WithMailbox(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.box = Mailbox(folder.name)
        self.box.put("nodes", "n1\nn2\nn3\n")
        self.job = erm.Job(folder.name)

    def left(self):
        return sorted(p.name for p in self.box.folder.rglob("*")
                      if p.is_file() and not p.name == ".answered")


class Directives(WithMailbox):
    def test_there_is_none_at_first(self):
        self.assertIsNone(self.job.poll())
        self.assertIsNone(self.job.wait(0.05))

    def test_one_is_seen_with_all_its_members(self):
        self.box.ask(7)
        directive = self.job.poll()
        self.assertEqual((directive.seq, directive.op), (7, "shrink"))
        self.assertEqual(directive.current, ("n1", "n2", "n3"))
        self.assertEqual(directive.delta, ("n3",))
        self.assertEqual(directive.target, ("n1", "n2"))
        self.assertEqual(directive.reason, "job 41 waits")
        self.assertIsNone(directive.accept_by)
        self.assertAlmostEqual(directive.done_by, time.time() + 300, delta=60)
        self.assertTrue(directive.choice)
        self.assertFalse(directive.forced)

    def test_one_is_told_until_it_is_answered(self):
        self.box.ask(7)
        self.assertEqual(self.job.poll(), self.job.poll())
        self.job.poll().accept()
        self.assertEqual(self.box.reply(7), {"seq": 7, "status": "accepted"})
        self.assertEqual(self.job.poll().seq, 7)
        self.job.poll().done()
        self.assertEqual(self.box.reply(7), {"seq": 7, "status": "done"})
        self.assertIsNone(self.job.poll())

    def test_a_wait_sees_one_that_comes_later(self):
        threading.Timer(0.1, self.box.ask, (3,)).start()
        self.assertEqual(self.job.wait(20).seq, 3)

    def test_one_that_is_withdrawn_is_gone(self):
        self.box.ask(7)
        directive = self.job.poll()
        self.box.close()
        self.assertIsNone(self.job.poll())
        with self.assertRaises(erm.NotOpen):
            directive.done()
        self.assertEqual(self.left(), ["nodes"])

    def test_the_next_one_is_another(self):
        self.box.ask(7)
        self.job.poll().refuse(60, "in a checkpoint")
        self.assertEqual(self.box.reply(7), {
            "seq": 7, "status": "refused", "retry_after": 60,
            "reason": "in a checkpoint"})
        self.box.ask(8, "grow", ["n4"])
        self.assertEqual(self.job.poll().target, ("n1", "n2", "n3", "n4"))
        with self.assertRaises(erm.NotOpen):
            self.job.done(7)
        self.job.fail(8, "no memory")
        self.assertEqual(self.box.reply(8)["reason"], "no memory")

    def test_an_answer_is_given_once(self):
        self.box.ask(7)
        self.job.done(7)
        with self.assertRaises(erm.NotOpen):
            self.job.refuse(7)
        self.assertEqual(self.box.reply(7)["status"], "done")

    def test_another_process_knows_that_it_was_answered(self):
        self.box.ask(7)
        self.job.done(7)
        self.assertIsNone(erm.Job(str(self.box.folder)).poll())

    def test_other_nodes_may_be_given_where_there_is_a_choice(self):
        self.box.ask(7)
        for wrong in (["n9"], ["n1", "n2"]):
            with self.assertRaises(ValueError):
                self.job.done(7, wrong)
        self.job.done(7, ["n2"])
        self.assertEqual(self.box.reply(7)["nodes"], ["n2"])

    def test_without_a_choice_only_those_named(self):
        self.box.ask(7, delta=("n2", "n3"), choice=False)
        for wrong in (["n1", "n2"], ["n2", "n2"], ["n2"]):
            with self.assertRaises(ValueError):
                self.job.done(7, wrong)
        self.box.ask(8, "grow", ["n4"])
        with self.assertRaises(ValueError):
            self.job.done(8, ["n4"])

    def test_still_at_it(self):
        self.box.ask(7)
        self.job.poll().busy()
        self.assertEqual(self.box.reply(7)["status"], "progress")
        self.assertEqual(self.job.poll().seq, 7)

    def test_the_end_is_waited_for(self):
        self.box.ask(7)
        self.job.done(7)
        self.assertFalse(self.job.settled(7, 0.05))
        threading.Timer(0.1, self.box.close).start()
        self.assertTrue(self.job.settled(7, 20))

    def test_what_is_no_directive_is_an_error_until_it_is_replaced(self):
        for text in ("{", "[]", '{"seq": 1}',
                     '{"seq": 1, "op": "swap", "delta": [], "target": []}',
                     '{"v": 2, "seq": 1}'):
            self.box.put("directive.json", text)
            for _ in range(2):
                with self.assertRaises(erm.FormatError):
                    self.job.poll()
        self.box.ask(9)
        self.assertEqual(self.job.poll().seq, 9)

    def test_replies_appear_whole(self):
        self.box.ask(7)
        seen, stop = [], threading.Event()

        def watch():
            while not stop.is_set():
                for path in (self.box.folder / "reply").glob("[!.]*"):
                    seen.append(json.loads(path.read_text())["status"])

        (self.box.folder / "reply").mkdir()
        watcher = threading.Thread(target=watch)
        watcher.start()
        for _ in range(200):
            self.job.busy(7)
        stop.set()
        watcher.join()
        self.assertEqual(set(seen), {"progress"})
        self.assertEqual([p.name for p in
                          (self.box.folder / "reply").iterdir()], ["7.json"])


class Wishes(WithMailbox):
    def test_a_wish_is_granted(self):
        manager = self.box.answer_next(
            {"status": "partial", "granted": 2, "seq": 9})
        grant = self.job.grow(1, 4, wait=120)
        self.assertEqual((grant.nodes, grant.seq, grant.is_queued),
                         (2, 9, False))
        self.assertEqual(manager.taken(),
                         {"op": "grow", "min": 1, "max": 4, "wait": 120})
        self.assertEqual(self.left(), ["nodes"])

    def test_a_wish_is_denied(self):
        self.box.answer_next({"status": "denied", "granted": 0,
                              "reason": "no node is idle", "retry_after": 30})
        with self.assertRaisesRegex(erm.Denied, "no node is idle") as caught:
            self.job.grow(1)
        self.assertEqual(caught.exception.retry_after, 30)
        self.assertEqual(self.job.answer(), erm.Grant(0))

    def test_a_wish_that_waits_is_granted_later(self):
        manager = self.box.answer_next(
            {"status": "queued", "granted": 0, "until": time.time() + 60})
        self.assertTrue(self.job.grow(1, 2, wait=60).is_queued)
        self.assertTrue(self.job.answer().is_queued)
        manager.taken()
        self.box.put(f"answer/{manager.name}.json",
                     {"status": "granted", "granted": 2, "seq": 4})
        self.assertEqual(self.job.answer(), erm.Grant(2, seq=4))
        self.assertEqual(self.job.answer(), erm.Grant(0))

    def test_a_wish_that_waited_in_vain(self):
        manager = self.box.answer_next({"status": "queued", "granted": 0})
        self.job.grow(1, 2, wait=60)
        manager.taken()
        self.box.put(f"answer/{manager.name}.json",
                     {"status": "denied", "granted": 0, "reason": "expired",
                      "retry_after": None})
        with self.assertRaises(erm.Denied) as caught:
            self.job.answer()
        self.assertIsNone(caught.exception.retry_after)

    def test_no_manager_answers(self):
        with mock.patch.object(erm, "ANSWER_SECONDS", 0.1), \
                self.assertRaises(erm.NoAnswer):
            self.job.grow(1)
        self.assertEqual(self.left(), ["nodes"])

    def test_senseless_wishes(self):
        for wrong in ((0, 1), (2, 1)):
            with self.assertRaises(ValueError):
                self.job.grow(*wrong)
        with self.assertRaises(ValueError):
            self.job.grow(1, wait=-1)
        with self.assertRaises(ValueError):
            self.job.release([])

    def test_nodes_are_given_back(self):
        manager = self.box.answer_next({"status": "granted", "granted": 1})
        self.job.release(["n3"])
        self.assertEqual(manager.taken(), {"op": "release", "nodes": ["n3"]})

    def test_a_single_name_is_one_node(self):
        manager = self.box.answer_next({"status": "granted", "granted": 1})
        self.job.release("n3")
        self.assertEqual(manager.taken()["nodes"], ["n3"])

    def test_offers(self):
        self.assertEqual(self.job.offers(), (0, None))
        end = time.time() + 100
        self.box.put("offers.json", {"nodes": 3, "until": end})
        self.assertEqual(self.job.offers(), (3, end))
        self.box.put("offers.json", {"nodes": 3, "until": None})
        self.assertEqual(self.job.offers(), (3, None))
        self.box.put("offers.json", {"nodes": 3, "until": time.time() - 1})
        self.assertEqual(self.job.offers(), (0, None))


class State(WithMailbox):
    def test_nodes_are_those_of_now(self):
        self.assertEqual(self.job.nodes(), ["n1", "n2", "n3"])
        self.box.put("nodes", "n1\n")
        self.assertEqual(self.job.nodes(), ["n1"])
        self.assertEqual(self.job.hostfile(), str(self.box.folder / "hosts"))

    def test_the_time_left_is_that_of_now(self):
        with mock.patch.dict(os.environ, {"ERM_DEADLINE": "1"}):
            self.box.put("env.sh", "export ERM_JOB_ID='1'\nexport "
                         f"ERM_DEADLINE='{int(time.time()) + 100}'\n")
            self.assertAlmostEqual(self.job.time_left(), 100, delta=20)
            self.box.put("env.sh", "export ERM_JOB_ID='1'\n")
            self.assertEqual(self.job.time_left(), math.inf)

    def test_progress(self):
        self.job.progress(0.4)
        self.assertEqual(float((self.box.folder / "progress").read_text()), 0.4)
        with self.assertRaises(ValueError):
            self.job.progress(1.1)


class Alone(unittest.TestCase):
    """A program that nobody manages."""

    def setUp(self):
        environment = {key: value for key, value in os.environ.items()
                       if not key.startswith("ERM_")}
        patch = mock.patch.dict(os.environ, environment, clear=True)
        patch.start()
        self.addCleanup(patch.stop)
        self.job = erm.Job()

    def test_it_has_what_it_has(self):
        self.assertEqual(self.job.nodes(), [socket.gethostname()])
        self.assertEqual(self.job.time_left(), math.inf)
        self.assertIsNone(self.job.hostfile())
        os.environ["ERM_NODES"] = "a,b"
        self.assertEqual(self.job.nodes(), ["a", "b"])

    def test_nobody_asks_and_nobody_can_be_asked(self):
        self.assertIsNone(self.job.poll())
        self.assertIsNone(self.job.wait(0))
        self.assertTrue(self.job.settled(1, 0))
        self.assertEqual(self.job.offers(), (0, None))
        self.job.progress(0.5)
        with self.assertRaises(erm.Denied):
            self.job.grow(1)
        for call in (lambda: self.job.done(1), lambda: self.job.release("a")):
            with self.assertRaises(erm.NoManager):
                call()

    def test_a_folder_that_is_not_there_is_none(self):
        os.environ["ERM_JOB_DIR"] = "/nonexistent/mailbox"
        self.assertIsNone(erm.Job().folder)


if __name__ == "__main__":
    unittest.main()
