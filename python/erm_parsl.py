# SPDX-License-Identifier: BSD-2-Clause
"""A provider for stock Parsl: a workflow that grows and shrinks with erm.

    import parsl
    from parsl.config import Config
    from erm_parsl import ErmProvider, executor

    parsl.load(Config(executors=[executor(ErmProvider())], retries=1,
                      strategy="htex_auto_scale", max_idletime=30))

For a job with ``"resize": "app"``, of type evolving or elastic, with this
program as its command. One block is one node. Parsl's own strategy decides how
many there are to be: a block that it submits starts on a node that the job has,
else it is a wish to grow and is PENDING until that is granted; a block that it
scales in is a node that is given back. When erm asks for nodes, the blocks on
them get no more tasks (Parsl calls this hold), finish those they have, end, and
only then the nodes go: no task is lost. Where that takes longer than the job is
given and erm takes the nodes by force, Parsl runs the lost tasks again
(`retries`).

Needs erm.py beside it, and `erm` in PATH. Made for Parsl 2025.01; of what is
not its public interface it uses HighThroughputExecutor._hold_block and
.connected_managers().
"""
from __future__ import annotations

import itertools
import logging
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from typing import Optional, Sequence

import parsl
from parsl.executors import HighThroughputExecutor
from parsl.jobs.states import JobState, JobStatus
from parsl.providers.base import ExecutionProvider

import erm

logger = logging.getLogger(__name__)

MODULES = "parsl.executors.high_throughput."
# A worker that connects faster than it looks misses that it is connected, gives
# up after the time of its probe, and is started again; so the probe is short.
PROBE_SECONDS = 2
TRIES = 10
END_SECONDS = 10  # from TERM to KILL of a block's command
# Parsl's pool has to be killed and then leaves its temporary files.
SCRIPT = """trap : TERM
folder=$(mktemp -d) || exit
(export TMPDIR="$folder"; %s)
status=$?
rm -rf "$folder"
exit $status
"""
REFUSE_SECONDS = 30  # no node is wanted: not to be asked before


class Block:
    """What Parsl calls a block: a pool of workers on one node."""

    def __init__(self, command: str):
        self.command = command
        self.state = JobState.PENDING
        self.node: Optional[str] = None
        self.process: Optional[subprocess.Popen] = None
        self.tries = 0
        self.has_connected = False
        self.is_held = False  # gets no more tasks


class ErmProvider(ExecutionProvider):
    """The nodes of the erm job that this program runs in, one block each.

    init_blocks: blocks at the start (default: as many as the job has nodes)
    min_blocks, max_blocks: limits for Parsl's strategy (default: 0, and the
        job's max_nodes)
    parallelism: as of every provider: slots per task that are worth asking for
    wait: seconds that a wish for nodes stands in erm's queue before it is
        renewed
    linger: seconds before a node without a block is given back
    command: what starts a command on a node: a list of words to which the
        node's name, "--" and the command are added
    """

    label = "erm"

    def __init__(self, init_blocks: Optional[int] = None, min_blocks: int = 0,
                 max_blocks: Optional[int] = None, parallelism: float = 1,
                 wait: float = 60, linger: float = 5,
                 command: Sequence[str] = ("erm", "app", "exec", "-n"),
                 job: Optional[erm.Job] = None):
        self.job = job or erm.Job()
        nodes = self.job.nodes()
        self.min_nodes = int(os.environ.get("ERM_MIN_NODES") or len(nodes))
        self.max_nodes = int(os.environ.get("ERM_MAX_NODES") or len(nodes))
        self.init_blocks = len(nodes) if init_blocks is None else init_blocks
        self.min_blocks = min_blocks
        self.max_blocks = self.max_nodes if max_blocks is None else max_blocks
        self.parallelism, self.nodes_per_block = parallelism, 1
        self.script_dir: Optional[str] = None
        self.resources: dict = {}
        self._cores_per_node = self._mem_per_node = None
        self.wait, self.linger, self.command = wait, linger, list(command)

        self._blocks: dict[str, Block] = {}
        self._lock = threading.RLock()
        self._ids = itertools.count(1)
        self._nodes = nodes              # that the job has
        self._idle_since: dict[str, float] = {}  # nodes without a block
        self._given: set[str] = set()    # given back, still among the nodes
        self._directive: Optional[erm.Directive] = None  # a shrink at work
        self._leaving: list[str] = []    # the nodes that go by it
        self._wished, self._wish_end, self._ask_after = 0, 0.0, 0.0
        self._is_awake = threading.Event()
        threading.Thread(target=self._serve, name="erm", daemon=True).start()

    # ---- what Parsl calls ----

    @property
    def status_polling_interval(self) -> int:
        return 1

    def submit(self, command: str, tasks_per_node: int,
               job_name: str = "parsl.erm") -> str:
        with self._lock:
            name = f"erm{next(self._ids)}"
            self._blocks[name] = Block(command)
        self._is_awake.set()
        return name

    def status(self, job_ids: Sequence) -> list[JobStatus]:
        with self._lock:
            return [JobStatus(self._blocks[name].state) for name in job_ids]

    def cancel(self, job_ids: Sequence) -> list[bool]:
        """Parsl takes a block that is held for an idle one and scales it in
        first: not while it has tasks."""
        is_busy = {name: self._blocks[name].is_held and
                   self._tasks_of(name) > 0 for name in job_ids}
        self._cancel([name for name in job_ids if not is_busy[name]])
        return [not is_busy[name] for name in job_ids]

    def _cancel(self, names: Sequence[str]) -> None:
        with self._lock:
            blocks = [self._blocks[name] for name in names]
            for block in blocks:
                block.state = JobState.SCALED_IN
        _end([block.process for block in blocks])
        self._is_awake.set()

    # ---- the thread that talks to erm ----

    def _serve(self) -> None:
        while True:
            try:
                self._step()
            except (erm.Error, OSError) as error:
                logger.warning("erm: %s", error)
            except Exception:  # of Parsl, as when it is shutting down
                logger.exception("erm: the provider goes on")
            self._is_awake.wait(0.2)
            self._is_awake.clear()

    def _step(self) -> None:
        """Everything that is to be done now."""
        self._nodes = self.job.nodes()
        self._given &= set(self._nodes)
        self._reap()
        self._start()
        self._obey()
        self._end_drained()
        self._wish()
        self._give_back()

    def _with_state(self, state: JobState) -> list[Block]:
        with self._lock:
            return [b for b in self._blocks.values() if b.state == state]

    def _free_nodes(self) -> list[str]:
        used = {block.node for block in self._blocks.values()
                if block.process is not None}
        return [node for node in self._nodes if node not in used and
                node not in self._given and node not in self._leaving]

    def _reap(self) -> None:
        """Looks which blocks have ended."""
        connected = self._connected_blocks()
        for name, block in list(self._blocks.items()):
            block.has_connected = block.has_connected or name in connected
            if block.process is None or block.process.poll() is None:
                continue
            _end([block.process])
            with self._lock:
                failed = block.process.returncode != 0
                block.process = None
                if block.state != JobState.RUNNING:
                    continue
                if not failed:
                    block.state = JobState.COMPLETED
                elif block.has_connected:  # its node was lost, or taken
                    block.state = JobState.TIMEOUT
                elif block.tries < TRIES:
                    block.state = JobState.PENDING
                else:
                    block.state = JobState.FAILED

    def _start(self) -> None:
        """Starts the blocks that wait on the nodes that are free."""
        with self._lock:
            waiting = self._with_state(JobState.PENDING)
            for block, node in zip(waiting, self._free_nodes()):
                logger.info("erm: a block starts on %s", node)
                block.process = subprocess.Popen(
                    [*self.command, node, "--", "sh", "-c",
                     SCRIPT % block.command],
                    stdin=subprocess.DEVNULL, start_new_session=True)
                block.node, block.state = node, JobState.RUNNING
                block.tries += 1

    def _wish(self) -> None:
        """Asks for a node for each block that waits for one."""
        now = time.monotonic()
        count = min(len(self._with_state(JobState.PENDING)),
                    self.max_nodes - len(self._nodes))
        try:
            if self._wished and now < self._wish_end:
                if not self.job.answer().is_queued:
                    self._wished = 0
            if count > 0 and now >= self._ask_after and \
                    self._directive is None and self.job.poll() is None and \
                    (count > self._wished or now >= self._wish_end):
                grant = self.job.grow(1, count, self.wait)
                self._wished = count if grant.is_queued else 0
                self._wish_end = now + self.wait
                self._ask_after = now + 1  # the directive is on its way
        except erm.Denied as denied:
            logger.info("erm: no further node: %s", denied)
            self._wished = 0
            self._ask_after = now + (denied.retry_after or 1)

    def _give_back(self) -> None:
        """Nodes that nobody needs, but for the one that this program is on."""
        now, free = time.monotonic(), self._free_nodes()
        if self._with_state(JobState.PENDING) or \
                (self.init_blocks and not self._blocks):  # Parsl is starting
            free = []
        self._idle_since = {n: self._idle_since.get(n, now) for n in free}
        spare = [node for node, since in self._idle_since.items()
                 if now - since >= self.linger and node != self._nodes[0]]
        count = len(self._nodes) - len(self._given) - len(self._leaving) \
            - self.min_nodes
        if count > 0 and spare and self._directive is None:
            spare = spare[-count:]
            try:
                self.job.release(spare)
                self._given |= set(spare)
                logger.info("erm: %s given back", ", ".join(spare))
            except erm.Denied as denied:
                logger.info("erm: %s stays: %s", ", ".join(spare), denied)
                for node in spare:
                    self._idle_since[node] = now + (denied.retry_after or 1)

    # ---- being asked ----

    def _obey(self) -> None:
        directive = self.job.poll()
        if self._directive is not None and \
                (directive is None or directive.seq != self._directive.seq):
            logger.info("erm: %s stays", ", ".join(self._leaving))
            self._directive, self._leaving = None, []
        if directive is None:
            return
        if directive.op == "grow":
            self._take(directive)
        else:
            self._leave(directive)

    def _take(self, directive: erm.Directive) -> None:
        if self._with_state(JobState.PENDING):
            directive.done()
            self.job.settled(directive.seq, 1)
            self._nodes = self.job.nodes()
            self._is_awake.set()
        elif self._blocks or not self.init_blocks:  # Parsl has started
            directive.refuse(REFUSE_SECONDS, "no block waits for a node")

    def _leave(self, directive: erm.Directive) -> None:
        """Empties the nodes, step by step, and tells when that is done."""
        if self._directive is None:
            self._leaving = self._choose(directive)
            self._directive = directive
            directive.accept()
            logger.info("erm: leaving %s: %s", ", ".join(self._leaving),
                        directive.reason)
        blocks = [name for name, block in self._blocks.items()
                  if block.process is not None and
                  block.node in self._leaving]
        for name in blocks:
            self._hold(name)
        if not blocks:
            directive.done(self._leaving)
            self._given |= set(self._leaving)
            self._directive, self._leaving = None, []

    def _end_drained(self) -> None:
        """Ends what was held and has no task left; also when its node stays
        after all: Parsl cannot let it go on."""
        drained = [name for name, block in self._blocks.items()
                   if block.is_held and block.process is not None and
                   self._is_drained(name)]
        if drained:
            self._cancel(drained)

    def _choose(self, directive: erm.Directive) -> list[str]:
        """The nodes that go: where there is a choice those with the fewest
        tasks, but not the one that this program is on."""
        others = [n for n in directive.current if n != directive.current[0]]
        if not directive.choice or len(others) < len(directive.delta):
            return list(directive.delta)
        tasks = {block.node: 1 + self._tasks_of(name)
                 for name, block in self._blocks.items()
                 if block.process is not None}
        others.sort(key=lambda n: (tasks.get(n, 0), n not in directive.delta))
        return others[:len(directive.delta)]

    # ---- Parsl's executor ----

    def _executor(self) -> Optional[HighThroughputExecutor]:
        """The one that uses this provider; None before Parsl runs."""
        try:
            executors = parsl.dfk().executors.values()
        except parsl.errors.ParslError:
            return None
        return next((e for e in executors
                     if getattr(e, "provider", None) is self), None)

    def _managers(self, name: str) -> list[dict]:
        """Parsl's pools in block NAME: none when it is only starting."""
        ours = self._executor()
        block_id = ours and ours.job_ids_to_block.get(name)
        if block_id is None:
            return []
        return [m for m in ours.connected_managers()
                if m["block_id"] == block_id]

    def _tasks_of(self, name: str) -> int:
        return sum(manager["tasks"] for manager in self._managers(name))

    def _connected_blocks(self) -> set[str]:
        ours = self._executor()
        if ours is None or not self._with_state(JobState.RUNNING):
            return set()
        blocks = set(ours.connected_blocks())
        return {name for name, block_id in list(ours.job_ids_to_block.items())
                if block_id in blocks}

    def _hold(self, name: str) -> None:
        """No more tasks for the block. One that is starting is let connect
        first: it could get a task while it is ended."""
        managers = [m for m in self._managers(name) if m["active"]]
        if managers:
            ours = self._executor()
            self._blocks[name].is_held = True
            ours._hold_block(ours.job_ids_to_block[name])

    def _is_drained(self, name: str) -> bool:
        managers = self._managers(name)
        return not any(m["active"] or m["tasks"] for m in managers)


def _end(processes: Sequence[Optional[subprocess.Popen]]) -> None:
    """TERM, and KILL for what does not end in time. All of a block, as Parsl's
    workers outlive their pool."""
    groups = [process for process in processes if process is not None]
    for process in groups:
        _signal_group(process, signal.SIGTERM)
    end = time.monotonic() + END_SECONDS
    while any([_is_alive(process) for process in groups]):
        if time.monotonic() >= end:
            for process in groups:
                _signal_group(process, signal.SIGKILL)
        time.sleep(0.02)


def _is_alive(process: subprocess.Popen) -> bool:
    process.poll()  # a zombie is in its group, too
    return _signal_group(process, 0)


def _signal_group(process: subprocess.Popen, number: int) -> bool:
    """False: there is nobody in it."""
    try:
        os.killpg(process.pid, number)
        return True
    except ProcessLookupError:
        return False


def executor(provider: ErmProvider, **options) -> HighThroughputExecutor:
    """A HighThroughputExecutor with what suits PROVIDER: a worker for each slot
    of a node, reachable by this host's name, and its programs found also where,
    as in Debian, they are not in PATH. OPTIONS are the executor's own and
    win."""
    suited = {
        "label": "erm", "provider": provider, "encrypted": False,
        "address": socket.gethostbyname(socket.gethostname()),
        "address_probe_timeout": PROBE_SECONDS, "cores_per_worker": 1e-6,
        "max_workers_per_node": int(os.environ.get("ERM_SLOTS_PER_NODE", 1)),
    }
    if shutil.which("interchange.py") is None:
        suited["interchange_launch_cmd"] = [
            "python3", "-m", MODULES + "interchange"]
    if shutil.which("process_worker_pool.py") is None:
        from parsl.executors.high_throughput.executor import DEFAULT_LAUNCH_CMD
        suited["launch_cmd"] = DEFAULT_LAUNCH_CMD.replace(
            "process_worker_pool.py",
            "python3 -m " + MODULES + "process_worker_pool")
    return HighThroughputExecutor(**{**suited, **options})
