#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""erm_parsl.py with stock Parsl, and a manager that is a thread of this test:
the nodes are names, all on this host."""
import collections
import json
import os
import signal
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

try:
    import parsl
except ImportError:
    print("there is no Parsl")
    sys.exit(77)  # skipped
from parsl.app.app import python_app
from parsl.config import Config

import erm
import erm_parsl

PATIENCE = 120
# What stands for `erm app exec -n NODE -- COMMAND`.
ON_NODE = ("sh", "-c", 'export ERM_NODE="$1"; shift 2; exec "$@"', "sh")


@python_app
def where(number, seconds, file=None):
    """The node that it ran on; not before FILE exists."""
    import os
    import time
    time.sleep(seconds)
    while file is not None and not os.path.exists(file):
        time.sleep(0.05)
    return number, os.environ["ERM_NODE"]


class Manager(threading.Thread):
    """Grants what is idle, takes what is released, asks when it is told to."""

    def __init__(self, folder, job_nodes, idle):
        super().__init__(daemon=True)
        self.folder, self.lock = Path(folder), threading.Lock()
        self.nodes, self.idle = list(job_nodes), list(idle)
        self.seq, self.open = 0, None
        self.outcomes = []   # (op, status, nodes) of directives
        self.released = []
        self.sizes = [len(self.nodes)]
        for name in ("request", "answer", "reply"):
            (self.folder / name).mkdir()
        self.write_nodes()
        self.start()

    def put(self, name, text):
        temporary = self.folder / ".manager"
        temporary.write_text(text)
        temporary.rename(self.folder / name)

    def write_nodes(self):
        self.put("nodes", "".join(f"{node}\n" for node in self.nodes))
        self.sizes.append(len(self.nodes))

    def run(self):
        while self.folder.is_dir():
            with self.lock:
                for path in sorted((self.folder / "request").glob("[!.]*")):
                    wish = json.loads(path.read_text())
                    path.unlink()
                    self.put(f"answer/{path.name}",
                             json.dumps(getattr(self, wish["op"])(wish)))
                for path in (self.folder / "reply").glob("[!.]*"):
                    reply = json.loads(path.read_text())
                    path.unlink()
                    self.hear(reply)
            time.sleep(0.02)

    def grow(self, wish):
        count = min(len(self.idle), wish["max"])
        if count == 0 or self.open is not None:
            return {"status": "denied", "granted": 0, "reason": "none is idle",
                    "retry_after": 1}
        self.ask("grow", self.idle[:count])
        return {"status": "granted", "granted": count, "seq": self.seq}

    def release(self, wish):
        self.released += wish["nodes"]
        self.take(wish["nodes"])
        return {"status": "granted", "granted": len(wish["nodes"])}

    def take(self, nodes):
        self.nodes = [node for node in self.nodes if node not in nodes]
        self.idle += nodes
        self.write_nodes()

    def ask(self, op, delta, choice=False):
        self.seq += 1
        target = self.nodes + delta if op == "grow" else \
            [node for node in self.nodes if node not in delta]
        self.open = {"v": 1, "seq": self.seq, "op": op, "delta": delta,
                     "current": self.nodes, "target": target,
                     "choice": choice, "reason": "somebody waits"}
        self.put("directive.json", json.dumps(self.open))

    def shrink(self, delta, choice=False):
        with self.lock:
            self.ask("shrink", delta, choice)

    def withdraw(self):
        with self.lock:
            self.open = None
            (self.folder / "directive.json").unlink()

    def hear(self, reply):
        if self.open is None or reply["seq"] != self.open["seq"] or \
                reply["status"] in ("accepted", "progress"):
            return
        nodes = reply.get("nodes") or self.open["delta"]
        self.outcomes.append((self.open["op"], reply["status"], tuple(nodes)))
        if reply["status"] == "done" and self.open["op"] == "grow":
            self.nodes += nodes
            self.idle = [node for node in self.idle if node not in nodes]
            self.write_nodes()
        elif reply["status"] == "done":
            self.take(nodes)
        (self.folder / "directive.json").unlink()
        self.open = None


class Workflow(unittest.TestCase):
    def begin(self, nodes, idle, most, **options):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        mailbox = Path(folder.name) / "mailbox"
        mailbox.mkdir()
        self.gate = Path(folder.name) / "go"
        self.manager = Manager(mailbox, nodes, idle)
        os.environ.update(ERM_MIN_NODES="1", ERM_MAX_NODES=str(most))
        self.provider = erm_parsl.ErmProvider(
            job=erm.Job(str(mailbox)), command=ON_NODE, linger=0.5, **options)
        parsl.load(Config(
            executors=[erm_parsl.executor(
                self.provider, heartbeat_period=1, heartbeat_threshold=5)],
            retries=1, strategy="htex_auto_scale", strategy_period=0.5, max_idletime=2,
            run_dir=os.path.join(folder.name, "runinfo")))
        self.addCleanup(self.end)

    def end(self):
        parsl.dfk().cleanup()
        parsl.clear()

    def wait_for(self, what):
        end = time.monotonic() + PATIENCE
        while not what():
            self.assertLess(time.monotonic(), end, "waited in vain")
            time.sleep(0.05)

    def busy(self):
        """The nodes whose blocks have tasks."""
        return {block.node for name, block in self.provider._blocks.items()
                if self.provider._tasks_of(name) > 0}

    def check(self, futures):
        """All have run once; the nodes, with how often each was used."""
        results = [future.result(PATIENCE) for future in futures]
        self.assertEqual(sorted(number for number, _ in results),
                         list(range(len(futures))))
        return collections.Counter(node for _, node in results)

    def test_it_grows_gives_a_node_away_and_all_back(self):
        self.begin(["n1"], ["n2", "n3", "n4"], 4)
        futures = [where(i, 0.1, str(self.gate)) for i in range(60)]
        self.wait_for(lambda: len(self.manager.nodes) == 4)
        self.wait_for(lambda: self.busy() == {"n1", "n2", "n3", "n4"})
        self.manager.idle.clear()  # somebody else has what comes free
        self.manager.shrink(["n3"])
        self.wait_for(lambda: self.provider._directive)
        self.assertIn("n3", self.busy() & set(self.manager.nodes))
        self.gate.touch()
        self.wait_for(lambda: "n3" not in self.manager.nodes)
        self.assertIn(("shrink", "done", ("n3",)), self.manager.outcomes)
        self.manager.idle.clear()
        used = self.check(futures)
        self.assertEqual(set(used), {"n1", "n2", "n3", "n4"})
        self.wait_for(lambda: self.manager.nodes == ["n1"])
        self.assertEqual(sorted(self.manager.released), ["n2", "n4"])

    def test_where_there_is_a_choice_a_node_without_a_block_goes(self):
        self.begin(["n1", "n2", "n3"], [], 3, init_blocks=2, max_blocks=2)
        self.provider.linger = PATIENCE  # it is not given back by itself
        futures = [where(i, 0, str(self.gate)) for i in range(4)]
        self.wait_for(lambda: len(self.provider._connected_blocks()) == 2)
        self.manager.shrink(["n2"], choice=True)
        self.wait_for(lambda: self.manager.outcomes)
        self.gate.touch()
        self.assertEqual(self.manager.outcomes, [("shrink", "done", ("n3",))])
        self.check(futures)

    def test_nodes_that_nobody_waits_for_are_refused(self):
        self.begin(["n1"], ["n2"], 2)
        self.check([where(0, 0)])
        with self.manager.lock:
            self.manager.ask("grow", ["n2"])
        self.wait_for(lambda: self.manager.outcomes)
        self.assertEqual(self.manager.outcomes, [("grow", "refused", ("n2",))])

    def test_a_block_that_ends_by_itself_is_replaced(self):
        self.begin(["n1"], [], 1)
        self.check([where(0, 0)])
        block = next(iter(self.provider._blocks.values()))
        os.killpg(block.process.pid, signal.SIGTERM)
        self.check([where(0, 0)])

    def test_a_shrink_that_is_taken_back_costs_nothing(self):
        self.begin(["n1", "n2"], [], 2)
        futures = [where(i, 0, str(self.gate)) for i in range(4)]
        self.wait_for(lambda: len(self.provider._connected_blocks()) == 2)
        self.manager.shrink(["n2"])
        self.wait_for(lambda: self.provider._directive)
        self.manager.withdraw()
        self.wait_for(lambda: not self.provider._directive)
        self.gate.touch()
        self.check(futures)
        self.assertEqual(self.manager.nodes, ["n1", "n2"])


if __name__ == "__main__":
    unittest.main()
