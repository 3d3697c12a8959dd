# SPDX-License-Identifier: BSD-2-Clause
"""How a Python program takes part in being resized by erm.

    import erm

    job = erm.Job()
    while work_is_left():
        directive = job.poll()
        if directive:
            move_data_to(directive.target)
            directive.done()
        do_a_step()

A job with ``"resize": "app"`` is told through its mailbox, the folder
$ERM_JOB_DIR, to grow or to shrink (a directive), and answers there. This file
is all that is needed: it uses the standard library only, copy it where you
like. Python 3.9 or later. doc/protocol.md says what is in the folder.

Without a manager everything works, too: the nodes are those of $ERM_NODES or
this host, no directive ever comes, and a wish to grow is denied.

Spans are seconds; points in time are seconds since 1970. One process of a job
talks to the manager. A Job may be used by several threads.
"""
from __future__ import annotations

import dataclasses
import itertools
import json
import math
import os
import re
import socket
import threading
import time
from pathlib import Path
from typing import Optional, Sequence

__all__ = ["Job", "Directive", "Grant", "Error", "FormatError", "NoManager",
           "NotOpen", "Denied", "NoAnswer"]

LOOK_SECONDS = 0.2    # how often a wait looks
ANSWER_SECONDS = 10.0  # a manager that is there answers in that
FINAL = ("done", "refused", "failed")
ANSWERED = ".answered"  # the last answer's seq, also for other processes


class Error(Exception):
    """What all errors of this module are."""


class FormatError(Error):
    """A file in the mailbox cannot be understood."""


class NoManager(Error):
    """The program runs alone: there is no mailbox."""


class NotOpen(Error):
    """That directive is not open (any more)."""


class NoAnswer(Error):
    """The manager does not answer."""


class Denied(Error):
    """The manager says no. retry_after: in how many seconds it makes sense to
    ask again; None when that is not known."""

    def __init__(self, reason: str, retry_after: Optional[float] = None):
        super().__init__(reason)
        self.retry_after = retry_after


@dataclasses.dataclass(frozen=True)
class Directive:
    """The job is to become `target`: `delta` comes ("grow") or goes
    ("shrink"). Of a shrink with `choice` as many other nodes may be given. When
    it is `forced`, what is left on `delta` at `done_by` is killed. The answers
    are those of Job."""

    seq: int
    op: str
    current: tuple[str, ...]
    delta: tuple[str, ...]
    target: tuple[str, ...]
    choice: bool = False
    forced: bool = False
    reason: str = ""
    accept_by: Optional[float] = None
    done_by: Optional[float] = None
    job: Optional["Job"] = dataclasses.field(
        default=None, repr=False, compare=False)

    def accept(self) -> None:
        """It will be done; `done_by` counts anew from now."""
        self.job.accept(self.seq)

    def refuse(self, retry_after: float = 0, why: str = "") -> None:
        """No; ask again after so many seconds, because of `why`."""
        self.job.refuse(self.seq, retry_after, why)

    def busy(self) -> None:
        """Still at it: the time to be done counts anew, unless a waiting
        job was promised the nodes."""
        self.job.busy(self.seq)

    def done(self, nodes: Sequence[str] = ()) -> None:
        """It is so: the new nodes are in use; or nothing of the program runs
        on the nodes any more, on `nodes` where others than `delta` go."""
        self.job.done(self.seq, nodes)

    def fail(self, why: str = "") -> None:
        """Accepted, but it could not be done; nothing has changed."""
        self.job.fail(self.seq, why)


@dataclasses.dataclass(frozen=True)
class Grant:
    """What became of a wish: `nodes` are granted, a directive to grow by them
    follows; 0 and `is_queued` when it waits."""

    nodes: int
    is_queued: bool = False
    seq: Optional[int] = None


class Job:
    """The job that this program runs in."""

    _count = itertools.count()  # makes the names of requests unique

    def __init__(self, folder: Optional[str] = None):
        """`folder` is the mailbox; $ERM_JOB_DIR without it."""
        folder = folder or os.environ.get("ERM_JOB_DIR") or ""
        self.folder = Path(folder) if os.path.isdir(folder) else None
        self._lock = threading.RLock()
        self._stamp = None      # of directive.json, when it was read
        self._open = None       # what was in it
        self._answered = 0      # the last seq with a final answer of ours
        self._wish = None       # name of the wish that waits

    # ---- being asked ----

    def poll(self) -> Optional[Directive]:
        """The open directive, or None. Never blocks; one stat() when nothing
        has changed. The same one comes again and again until it was answered by
        done(), refuse() or fail(), or was withdrawn: see its seq."""
        with self._lock:
            self._look()
            directive = self._open
            if directive is None or directive.seq == self._answered:
                return None
            return directive

    def wait(self, timeout: Optional[float] = None) -> Optional[Directive]:
        """As poll(), but waits for one, `timeout` seconds at most."""
        return _until(self.poll, timeout)

    def accept(self, seq: int) -> None:
        self._reply(seq, "accepted")

    def refuse(self, seq: int, retry_after: float = 0, why: str = "") -> None:
        if not 0 <= retry_after < math.inf:
            raise ValueError("retry_after is a number of seconds")
        self._reply(seq, "refused", retry_after=retry_after, reason=why)

    def busy(self, seq: int) -> None:
        self._reply(seq, "progress")

    def done(self, seq: int, nodes: Sequence[str] = ()) -> None:
        nodes = _names(nodes)
        with self._lock:
            self._check_open(seq)
            self._check_given(nodes)
            self._reply(seq, "done", **({"nodes": nodes} if nodes else {}))

    def fail(self, seq: int, why: str = "") -> None:
        self._reply(seq, "failed", reason=why)

    def settled(self, seq: int, timeout: Optional[float] = None) -> bool:
        """Waits until the manager has closed the directive; nodes() then tells
        what holds. False when the time is over."""

        def is_closed() -> bool:
            with self._lock:
                self._look()
                return self._open is None or self._open.seq != seq

        return self.folder is None or bool(_until(is_closed, timeout))

    # ---- asking ----

    def grow(self, least: int, most: Optional[int] = None,
             wait: float = 0) -> Grant:
        """Asks for `least` to `most` further nodes. When they are not there at
        once the wish may wait for `wait` seconds (0: not at all), see answer().
        A new wish takes the place of one that waits. Raises Denied, and
        NoAnswer when no manager answers."""
        most = least if most is None else most
        if not 1 <= least <= most or not 0 <= wait < math.inf:
            raise ValueError("a wish to grow is 1 <= least <= most, wait >= 0")
        if self.folder is None:
            raise Denied("there is no manager to ask")
        return self._ask(
            {"op": "grow", "min": least, "max": most, "wait": wait})

    def answer(self) -> Grant:
        """What became of a wish that waits, as grow(): is_queued while it
        still does. Never blocks."""
        with self._lock:
            name = self._wish
        return (name and self._read_answer(name)) or \
            Grant(0, is_queued=name is not None)

    def release(self, nodes: Sequence[str]) -> None:
        """Gives nodes back that the program has left. Raises Denied, NoAnswer,
        NoManager."""
        nodes = _names(nodes)
        if not nodes:
            raise ValueError("no nodes to release")
        if self.folder is None:
            raise NoManager("there is no manager to give nodes to")
        self._ask({"op": "release", "nodes": nodes})

    def offers(self) -> tuple[int, Optional[float]]:
        """What a wish to grow would get now: how many nodes, and until when
        (None: without end). (0, None) when there are none."""
        document = self._read_json("offers.json") or {}
        nodes, until = document.get("nodes", 0), document.get("until")
        if until is not None and until <= time.time():
            return 0, None
        return (nodes, until) if nodes > 0 else (0, None)

    # ---- telling, and knowing ----

    def progress(self, fraction: float) -> None:
        """How much of the whole work is done, 0 to 1: the manager learns from
        it how well the program scales, and when it will end."""
        if not 0 <= fraction <= 1:
            raise ValueError("progress is between 0 and 1")
        if self.folder is not None:
            self._put("progress", f"{fraction:.9g}\n")

    def time_left(self) -> float:
        """Seconds until the walltime is over, below 0 when it is; math.inf
        when there is none."""
        text = self._read("env.sh")
        if text is None:
            end = os.environ.get("ERM_DEADLINE", "")
        else:
            found = re.search(
                r"^(?:export )?ERM_DEADLINE=['\"]?([0-9.]+)", text, re.M)
            end = found[1] if found else ""
        return float(end) - time.time() if end else math.inf

    def nodes(self) -> list[str]:
        """The nodes that the job has now."""
        text = self._read("nodes")
        if text is None:
            text = os.environ.get("ERM_NODES", "")
        return re.split(r"[,\s]+", text.strip(", \t\n")) if text.strip(", \t\n") \
            else [socket.gethostname()]

    def hostfile(self) -> Optional[str]:
        """The path of a file with a line "node:slots" for each node to use
        now, which is kept up to date. None when the program runs alone."""
        return None if self.folder is None else str(self.folder / "hosts")

    # ---- the files ----

    def _read(self, name: str) -> Optional[str]:
        if self.folder is None:
            return None
        try:
            return (self.folder / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except UnicodeDecodeError as error:
            raise FormatError(f"{name}: {error}") from None

    def _read_json(self, name: str) -> Optional[dict]:
        text = self._read(name)
        if text is None:
            return None
        try:
            document = json.loads(text)
        except ValueError as error:
            raise FormatError(f"{name}: {error}") from None
        if not isinstance(document, dict):
            raise FormatError(f"{name}: no object")
        return document

    def _put(self, name: str, text: str) -> None:
        """By rename: nobody ever reads half of it."""
        path = self.folder / name
        temporary = path.with_name(
            f".{path.name}.{os.getpid()}.{next(self._count)}")
        path.parent.mkdir(mode=0o700, exist_ok=True)
        try:
            with open(temporary, "x", encoding="utf-8") as file:
                file.write(text)
            temporary.rename(path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise

    def _look(self) -> None:
        """Reads directive.json when it has changed."""
        if self.folder is None:
            return
        try:
            stat = (self.folder / "directive.json").stat()
            stamp = (stat.st_ino, stat.st_size, stat.st_mtime_ns,
                     stat.st_ctime_ns)
        except FileNotFoundError:
            stamp = None
        if stamp != self._stamp:
            document = self._read_json("directive.json")
            self._open = None if document is None else \
                self._make_directive(document)
            if self._open and self._read(ANSWERED) == f"{self._open.seq}\n":
                self._answered = self._open.seq
            self._stamp = stamp

    def _make_directive(self, document: dict) -> Directive:
        if document.get("v", 1) != 1:
            raise FormatError("directive.json: it is for a later erm.py")
        try:
            directive = Directive(
                seq=int(document["seq"]), op=document["op"],
                current=tuple(document.get("current", ())),
                delta=tuple(document["delta"]),
                target=tuple(document["target"]),
                choice=bool(document.get("choice")),
                forced=bool(document.get("forced")),
                reason=document.get("reason") or "",
                accept_by=document.get("accept_by"),
                done_by=document.get("done_by"), job=self)
        except (KeyError, TypeError, ValueError) as error:
            raise FormatError(f"directive.json: {error!r}") from None
        if directive.op not in ("grow", "shrink"):
            raise FormatError("directive.json: op is neither grow nor shrink")
        return directive

    def _check_open(self, seq: int) -> None:
        if self.folder is None:
            raise NoManager("there is no manager to answer")
        self._look()
        if self._open is None or self._open.seq != seq or \
                self._answered == seq:
            raise NotOpen(f"directive {seq} is not open")

    def _check_given(self, nodes: list[str]) -> None:
        directive = self._open
        if not nodes:
            return
        if directive.op == "grow":
            raise ValueError("a grow gives up no nodes")
        allowed = directive.current if directive.choice else directive.delta
        if len(nodes) != len(directive.delta) or \
                len(set(nodes)) != len(nodes) or not set(nodes) <= set(allowed):
            raise ValueError(
                f"{len(directive.delta)} of {', '.join(allowed)} are to be "
                f"given up, not {', '.join(nodes)}")

    def _reply(self, seq: int, status: str, **more) -> None:
        reply = {"seq": seq, "status": status,
                 **{key: value for key, value in more.items() if value != ""}}
        with self._lock:
            self._check_open(seq)
            self._put(f"reply/{seq}.json", json.dumps(reply) + "\n")
            if status in FINAL:
                self._answered = seq
                self._put(ANSWERED, f"{seq}\n")

    def _ask(self, request: dict) -> Grant:
        host = re.sub(r"[^A-Za-z0-9]", "-", socket.gethostname())[:20]
        name = f"w{time.time_ns()}-{os.getpid()}-{next(self._count)}-{host}"
        self._put(f"request/{name}.json", json.dumps(request) + "\n")
        if request["op"] == "grow":
            with self._lock:
                self._wish = name
        grant = _until(lambda: self._read_answer(name), ANSWER_SECONDS, 0.002)
        if grant is None:
            (self.folder / "request" / f"{name}.json").unlink(missing_ok=True)
            self._forget(name)
            raise NoAnswer("the manager did not answer within "
                           f"{ANSWER_SECONDS:g} s")
        return grant

    def _read_answer(self, name: str) -> Optional[Grant]:
        """None when there is none; raises Denied."""
        document = self._read_json(f"answer/{name}.json")
        if document is None:
            return None
        status = document.get("status")
        if status == "queued":
            return Grant(0, is_queued=True)
        (self.folder / "answer" / f"{name}.json").unlink(missing_ok=True)
        self._forget(name)
        if status == "denied":
            raise Denied(document.get("reason") or "denied",
                         document.get("retry_after"))
        if status not in ("granted", "partial"):
            raise FormatError(f"an answer's status is {status!r}")
        return Grant(document.get("granted", 0), seq=document.get("seq"))

    def _forget(self, name: str) -> None:
        with self._lock:
            if self._wish == name:
                self._wish = None


def _names(nodes: Sequence[str]) -> list[str]:
    return [nodes] if isinstance(nodes, str) else list(nodes)


def _until(look, timeout: Optional[float], pause: float = 0.01):
    """What look() returns as soon as that is true; its last result when the
    time is over. Looks more and more seldom."""
    end = math.inf if timeout is None else time.monotonic() + timeout
    while True:
        result = look()
        left = end - time.monotonic()
        if result or left <= 0:
            return result
        time.sleep(min(pause, left))
        pause = min(2 * pause, LOOK_SECONDS)
