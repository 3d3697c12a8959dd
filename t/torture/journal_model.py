# SPDX-License-Identifier: BSD-2-Clause
"""What the records of a journal say about jobs and nodes, and which of them
contradict each other.

Written from doc/states.md, doc/journal.md and doc/invariants.md, not from the
code: it shares nothing with erm, so that a mistake is not made twice. Takes
every record as it is and tells what is wrong with it; nothing is put right.
"""
import dataclasses

PENDING, STARTING, RUNNING, COMPLETING = (
    "pending", "starting", "running", "completing")
ACTIVE = (STARTING, RUNNING, COMPLETING)
ENDINGS = ["not", "restart", "requeue", "node_fail", "cancel"]  # rising
OPEN = ("offered", "accepted", "withdrawing", "forcing")
SECOND = 1_000_000


def parse_set(text):
    """"0-3,7" as a set of numbers."""
    numbers = set()
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        numbers |= set(range(int(first), int(last or first) + 1))
    return numbers


@dataclasses.dataclass
class Directive:
    seq: int
    op: str
    asker: str
    delta: set
    state: str
    offered: int
    accept_by: int | None
    done_by: int | None
    for_job: int = 0


@dataclasses.dataclass
class Job:
    id: int
    request: dict
    submitted: int
    state: str = PENDING
    ending: str = "not"
    attempt: int = 1
    held: bool = False
    nodes: set = dataclasses.field(default_factory=set)
    directive: Directive | None = None
    started: int = 0
    attempt_started: int = 0
    seen_running: int = 0
    planned_end: int | None = 0
    resize_cost: int = 0  # learned
    start_failures: int = 0
    short_attempts: int = 0
    not_before: int = 0  # after failed starts
    has_wish: bool = False
    launched: set = dataclasses.field(default_factory=set)  # attempts
    seen: set = dataclasses.field(default_factory=set)  # attempts that ran

    def open(self):
        return self.directive is not None and self.directive.state in OPEN


@dataclasses.dataclass
class Phase:
    job: int
    attempt: int
    start: int
    nodes: frozenset
    why: str
    end: int | None = None


def add(time, span):
    return None if time is None or span is None else time + span


def relative_time(request, n):
    """The run time at N nodes, one node being 1."""
    table = request["runtimes"]
    if not table:
        serial = request["serial_fraction"]
        return serial + (1 - serial) / n

    def at(n):
        below = [entry for entry in table if entry[0] <= n]
        above = [entry for entry in table if entry[0] > n]
        if n <= table[0][0]:
            return float(table[0][1]) * table[0][0] / n
        if not above:
            return float(table[-1][1])
        (n0, t0), (n1, t1) = below[-1], above[0]
        return t0 + float(t1 - t0) * (n - n0) / (n1 - n0)
    return at(n) / at(1)


def scaled(request, span, n):
    """A walltime, meant at the preferred size, at N nodes."""
    preferred = request["pref_nodes"] or request["min_nodes"]
    if span is None or n == preferred or not request.get("walltime_scales"):
        return span
    return max(1, int(span * (relative_time(request, n) /
                              relative_time(request, preferred)) + 0.5))


class Model:
    """Feed it records by take(); `problems` are (record, kind, sentence)."""

    def __init__(self, slack=60 * SECOND, has_allocation=False):
        self.slack = slack
        self.has_allocation = has_allocation
        self.problems = []
        self.seq = 0  # of the record that is looked at
        self.now = 0
        self.members, self.down, self.drained = set(), set(), set()
        self.owner = {}
        self.jobs, self.ended = {}, {}
        self.reserved_for, self.reserved = 0, set()
        self.is_reserving = False
        self.last_directive = 0
        self.directives = {}  # all that ever were, by number
        self.phases = []
        self.open_phases = {}
        self.n_starts = 0
        self.most_busy = 0

    # ---- what is wrong ----

    def wrong(self, kind, text):
        self.problems.append((self.seq, kind, text))

    def must(self, condition, kind, text):
        if not condition:
            self.wrong(kind, text)
        return condition

    # ---- nodes ----

    def give(self, job, nodes, what):
        """The one place where nodes get an owner."""
        for node in sorted(nodes):
            owner = self.owner.get(node)
            self.must(owner is None, "owner",
                      f"node {node} {what} job {job.id}, but is job {owner}'s")
            self.must(node in self.members, "usable",
                      f"node {node} {what} job {job.id}, but is not of the pool")
            self.must(node not in self.down, "usable",
                      f"node {node} {what} job {job.id}, but is down")
            self.must(node not in self.drained, "usable",
                      f"node {node} {what} job {job.id}, but is drained")
            self.must(node not in self.reserved or
                      self.reserved_for == job.id, "reserved",
                      f"node {node} {what} job {job.id}, but is kept for job "
                      f"{self.reserved_for}")
            self.owner[node] = job.id
        self.most_busy = max(self.most_busy, len(self.owner))

    def take_back(self, job, nodes):
        for node in nodes:
            self.must(self.owner.pop(node, None) == job.id, "owner",
                      f"node {node} comes back from job {job.id}, whose it "
                      "was not")

    def check_sums(self):
        """Each node of a job, own or offered, is its own and nobody else's."""
        claimed = {}
        for job in self.jobs.values():
            nodes = set(job.nodes)
            if job.open() and job.directive.op == "expand":
                nodes |= job.directive.delta
            self.must(bool(nodes) == (job.state in ACTIVE), "state",
                      f"job {job.id} is {job.state} with {len(nodes)} nodes")
            for node in nodes:
                self.must(node not in claimed, "owner",
                          f"node {node} is job {job.id}'s and job "
                          f"{claimed.get(node)}'s")
                claimed[node] = job.id
        self.must(claimed == self.owner, "sums",
                  f"{len(claimed)} nodes are jobs', {len(self.owner)} owned")

    # ---- phases ----

    def close_phase(self, job):
        phase = self.open_phases.pop(job.id, None)
        if phase is not None:
            phase.end = self.now

    def open_phase(self, job, why):
        self.close_phase(job)
        phase = Phase(job.id, job.attempt, self.now, frozenset(job.nodes), why)
        self.open_phases[job.id] = phase
        self.phases.append(phase)

    # ---- directives ----

    def close_directive(self, job, outcome, why=None):
        directive = job.directive
        directive.state = outcome
        is_done = outcome in ("done", "forced")
        n_before = len(job.nodes)
        if directive.op == "expand" and is_done:
            job.nodes |= directive.delta
        elif directive.op == "expand":
            self.take_back(job, directive.delta)
        elif is_done:
            self.take_back(job, directive.delta)
            job.nodes -= directive.delta
        if outcome == "done":
            self.learn_cost(job)
        if is_done:
            self.follow_size(job, n_before, directive.asker == "scheduler")
        if is_done and why != "restart":
            self.open_phase(job, why or {"expand": "grow"}.get(
                directive.op, "forced" if outcome == "forced" else "shrink"))
        if is_done and why != "lost":
            self.check_size(job)

    def learn_cost(self, job):
        took = self.now - job.directive.offered
        more = took - job.resize_cost
        quarter = more // 4 if more >= 0 else -(-more // 4)
        job.resize_cost = job.resize_cost + quarter if job.resize_cost else took

    def follow_size(self, job, n_before, is_free):
        """The rest of a walltime that scales is as long as it is now."""
        if (not job.request.get("walltime_scales") or not job.nodes or
                job.planned_end is None or job.planned_end <= self.now):
            return
        left = job.planned_end - self.now
        cost = job.resize_cost if is_free else 0
        ratio = (relative_time(job.request, len(job.nodes)) /
                 relative_time(job.request, n_before))
        job.planned_end = (self.now + max(1, int(left * ratio + 0.5)) +
                           (int(cost * ratio + 0.5) if ratio > 1 else cost))

    def check_size(self, job):
        low, high = job.request["min_nodes"], job.request["max_nodes"]
        self.must(low <= len(job.nodes) <= high, "size",
                  f"job {job.id} has {len(job.nodes)} nodes, not {low}-{high}")

    def find_directive(self, record):
        """The job, when the record is about its open directive."""
        job = self.jobs.get(record["job"])
        event = record["event"]
        if not self.must(job is not None, "ended",
                         f"{event} of job {record['job']}, which is not there"):
            return None
        if not self.must(job.open() and job.directive.seq == record["seq"],
                         "directive", f"{event} of directive {record['seq']}, "
                         f"which is not open, of job {job.id}"):
            return None
        return job

    def take_offer(self, record):
        job = self.live(record)
        if job is None:
            return
        op, delta = record["op"], parse_set(record["nodes"])
        low, high = job.request["min_nodes"], job.request["max_nodes"]
        self.must(job.request["kind"] in ("elastic", "evolving"), "kind",
                  f"job {job.id} is {job.request['kind']}, and is to {op}")
        self.must(record["asker"] != "scheduler" or
                  job.request["kind"] == "elastic", "kind",
                  f"the scheduler asks job {job.id}, which is evolving")
        self.must(job.state == RUNNING, "state",
                  f"job {job.id} is {job.state}, and is to {op}")
        self.must(not job.open(), "directive",
                  f"job {job.id} has an open directive, and gets another")
        self.next_directive(record["seq"])
        self.must(bool(delta), "size", f"job {job.id} is to {op} by nothing")
        size = len(job.nodes) + (len(delta) if op == "expand" else -len(delta))
        self.must(low <= size <= high, "size",
                  f"job {job.id} is to {op} to {size} nodes, not {low}-{high}")
        if op == "expand":
            self.give(job, delta, "is offered to")
        else:
            self.must(delta <= job.nodes, "owner",
                      f"job {job.id} is to give nodes that it does not have")
            self.must(record["asker"] != "scheduler" or
                      min(job.nodes, default=-1) not in delta, "first node",
                      f"the scheduler asks for the first node of job {job.id}")
        job.directive = Directive(record["seq"], op, record["asker"], delta,
                                  "offered", self.now, record["accept_by"],
                                  record["when"], record["for_job"])
        self.directives[record["seq"]] = (job.id, job.directive)

    def next_directive(self, seq):
        self.must(seq == self.last_directive + 1, "directive",
                  f"directive {seq} comes after {self.last_directive}")
        self.last_directive = max(self.last_directive, seq)

    def take_done(self, record):
        job = self.find_directive(record)
        if job is None:
            return
        given, directive = parse_set(record.get("nodes", "")), job.directive
        if given and directive.op == "shrink":
            self.must(given <= job.nodes and len(given) == len(directive.delta),
                      "size", f"job {job.id} gives {len(given)} nodes of "
                      f"{len(directive.delta)}, or such as it has not")
            if directive.delta <= self.reserved:
                self.reserved = self.reserved - directive.delta | given
            directive.delta = given
        self.close_directive(job, "done")

    def past_deadline(self, directive):
        deadline = directive.done_by
        if directive.state == "offered" and directive.accept_by is not None:
            deadline = directive.accept_by
        return deadline is not None and self.now >= deadline

    def take_directive(self, record):
        job = self.find_directive(record)
        if job is None:
            return
        directive, event = job.directive, record["event"]
        before = directive.state
        if event == "accepted":
            self.must(before == "offered", "directive",
                      f"job {job.id} accepts what is {before}")
            since = directive.accept_by or directive.offered
            directive.done_by = add(directive.done_by, self.now - since)
            directive.state = "accepted"
        elif event in ("withdraw", "force"):
            self.must(before in ("offered", "accepted"), "directive",
                      f"{event} of a directive that is {before}")
            self.must(self.past_deadline(directive), "deadline",
                      f"directive {directive.seq} is taken back or forced "
                      "before its deadline")
            directive.state = event + "ing" if event != "force" else "forcing"
            if event == "force" and self.is_forced_by_restart(job):
                self.end(job, "restart")
        elif event == "refused":
            self.must(before != "forcing", "directive",
                      f"job {job.id} refuses what is forced")
            self.close_directive(job, "refused")
        elif event == "failed":
            self.close_directive(
                job, "expired" if before == "forcing" else "failed")
        elif event == "withdrawn":
            self.must(before == "withdrawing", "directive",
                      f"directive {directive.seq} is withdrawn, but {before}")
            self.close_directive(
                job, "expired" if record["is_found"] else "done")
        elif event == "forced":
            self.must(before == "forcing", "directive",
                      f"directive {directive.seq} is forced, but {before}")
            self.close_directive(job, "forced")

    @staticmethod
    def is_forced_by_restart(job):
        return (job.request["resize"] == "restart" or
                job.request.get("on_node_loss") == "restart")

    # ---- ends ----

    def end(self, job, ending):
        """The job is told to end; a stronger reason wins."""
        if ENDINGS.index(ending) > ENDINGS.index(job.ending):
            job.ending = ending
        job.state = COMPLETING
        job.has_wish = False

    def end_reservation(self):
        self.reserved_for, self.reserved = 0, set()

    def leave(self, job):
        """The attempt is over: its nodes are nobody's."""
        if job.open():
            self.close_directive(job, "failed")
        self.close_phase(job)
        self.take_back(job, job.nodes)
        job.nodes = set()
        job.has_wish = False

    def finish(self, job, outcome):
        self.leave(job)
        if self.reserved_for == job.id:
            self.end_reservation()
        del self.jobs[job.id]
        self.ended[job.id] = (outcome, self.now, job)

    def go_back(self, job, next_attempt):
        self.leave(job)
        job.state, job.ending = PENDING, "not"
        job.started = job.attempt_started = job.seen_running = 0
        job.planned_end = 0
        job.directive = None
        job.attempt += next_attempt

    def end_attempt(self, job, outcome):
        again = outcome != "cancelled" and (
            job.ending in ("requeue", "restart") or
            (outcome == "node_fail" and
             job.request.get("on_node_loss") == "restart") or
            (job.request["requeue"] and outcome in ("node_fail", "lost")))
        if again:
            self.go_back(job, 1)
        else:
            self.finish(job, outcome)

    def up(self, nodes):
        return len(nodes - self.down)

    def keeps_directive(self, job):
        if not job.open():
            return False
        return (job.directive.op == "expand" or
                self.up(job.nodes) >= job.request["min_nodes"] +
                self.up(job.directive.delta))

    def restart(self, job, outcome):
        """Starts again at once, on nodes that never leave the job."""
        is_short = self.now - (job.seen_running or
                               job.attempt_started) < SECOND
        n_short = job.short_attempts + 1 if is_short else 0
        if job.planned_end is not None and job.planned_end <= self.now:
            self.finish(job, "timeout")
            return
        if n_short >= 8:
            self.finish(job, outcome)
            return
        job.short_attempts = n_short
        kept = self.keeps_directive(job)
        size = self.up(job.nodes)
        if kept:
            size += self.up(job.directive.delta) * (
                1 if job.directive.op == "expand" else -1)
        if n_short > 3 or size < job.request["min_nodes"]:
            self.go_back(job, 1)
            if n_short > 3:
                job.not_before = self.now + (SECOND << (n_short - 3))
            return
        if kept:
            forcing = job.directive.state == "forcing"
            self.close_directive(job, "forced" if forcing else "done",
                                 "restart")
        elif job.open():
            self.close_directive(job, "failed")
        lost = job.nodes & self.down
        self.take_back(job, lost)
        if lost:
            n_before = len(job.nodes)
            job.nodes -= lost
            self.follow_size(job, n_before, False)
        job.attempt += 1
        job.state, job.ending, job.has_wish = STARTING, "not", False
        job.attempt_started, job.seen_running = self.now, 0
        self.note_start(job)
        self.open_phase(job, "restart")
        self.check_size(job)

    def note_start(self, job):
        self.n_starts += 1
        self.must(job.attempt not in job.launched, "twice",
                  f"attempt {job.attempt} of job {job.id} is started twice")
        job.launched.add(job.attempt)

    def asks_to_restart(self, job, record):
        return (record["exit"] == "itself" and record["code"] == 85 and
                record["signal"] == 0 and
                job.request["kind"] in ("elastic", "evolving") and
                job.request["resize"] in ("app", "hook", "restart"))

    def take_exited(self, record):
        job = self.attempt(record)
        if job is None:
            return
        how, told = record["exit"], job.ending
        self.check_walltime(job, how)
        on_request = ("node_fail" if told in ("node_fail", "requeue")
                      else "cancelled")
        if self.asks_to_restart(job, record):
            if ENDINGS.index(told) > ENDINGS.index("restart"):
                self.end_attempt(job, on_request)
            else:
                self.restart(job, "failed")
        elif how == "itself":
            job.ending = "not"
            good = record["code"] == 0 and record["signal"] == 0
            self.end_attempt(job, "completed" if good else "failed")
        elif how == "walltime":
            job.ending = "not"
            self.end_attempt(job, "timeout")
        elif how == "request":
            self.must(told != "not", "state",
                      f"job {job.id} ended on request, and nobody asked")
            if told == "restart":
                self.restart(job, "failed")
            else:
                self.end_attempt(job, on_request)
        elif told == "restart" or (
                told == "not" and
                job.request.get("on_node_loss") == "restart"):
            self.restart(job, "node_fail")
        else:
            self.end_attempt(job, "cancelled" if told == "cancel"
                             else "node_fail")

    def check_walltime(self, job, how):
        if job.planned_end is None:
            self.must(how != "walltime" or self.has_allocation, "walltime",
                      f"job {job.id} has no walltime, and ended at it")
            return
        self.must(self.now <= job.planned_end + self.slack, "walltime",
                  f"job {job.id} ran {(self.now - job.planned_end) / 1e6:.1f} "
                  "s longer than its walltime")
        self.must(how != "walltime" or self.has_allocation or
                  self.now >= job.planned_end - SECOND, "walltime",
                  f"job {job.id} ended at its walltime before that was over")

    def take_lost(self, record):
        job = self.attempt(record)
        if job is not None:
            self.end_attempt(job, {"cancel": "cancelled",
                                   "node_fail": "node_fail"}.get(job.ending,
                                                                 "lost"))

    # ---- starts ----

    def take_start(self, record):
        job = self.live(record)
        if job is None:
            return
        nodes = parse_set(record["nodes"])
        self.must(job.state == PENDING, "state",
                  f"job {job.id} is {job.state}, and starts")
        self.must(record["attempt"] == job.attempt, "twice",
                  f"job {job.id} starts as attempt {record['attempt']}, not "
                  f"{job.attempt}")
        self.must(not job.held, "early", f"job {job.id} is held, and starts")
        begin = max(job.request["begin"], job.not_before)
        self.must(self.now >= begin, "early",
                  f"job {job.id} starts before its begin time")
        for other, kind in job.request["after"]:
            self.check_dependency(job, other, kind)
        self.give(job, nodes, "is given to")
        if self.reserved_for == job.id:
            self.end_reservation()
        job.nodes, job.state = nodes, STARTING
        self.check_size(job)
        job.started = job.attempt_started = self.now
        job.planned_end = add(self.now, scaled(
            job.request, job.request["walltime"], len(nodes)))
        self.note_start(job)
        self.open_phase(job, "start")

    def check_dependency(self, job, other, kind):
        outcome = self.ended.get(other, (None,))[0]
        met = outcome is not None and (
            kind == "any" or (kind == "ok") == (outcome == "completed"))
        self.must(met, "early", f"job {job.id} starts, but comes after job "
                  f"{other} ({kind}), which is {outcome or 'not over'}")

    def take_started(self, record):
        job = self.attempt(record)
        if job is None:
            return
        self.must(job.state == STARTING, "state",
                  f"job {job.id} is {job.state}, and is seen to start")
        self.must(job.attempt not in job.seen, "twice",
                  f"attempt {job.attempt} of job {job.id} runs twice")
        job.seen.add(job.attempt)
        job.state, job.start_failures = RUNNING, 0
        job.seen_running = self.now

    def take_start_failed(self, record):
        job = self.attempt(record)
        if job is None:
            return
        self.must(job.state in (STARTING, COMPLETING), "state",
                  f"job {job.id} is {job.state}, and its start failed")
        if job.ending == "cancel":
            self.finish(job, "cancelled")
            return
        job.start_failures += 1
        if record["is_final"] or job.start_failures >= 5:
            self.finish(job, "failed")
            return
        job.launched.discard(job.attempt)  # it may be tried again
        job.not_before = self.now + (SECOND << job.start_failures)
        self.go_back(job, 0)

    # ---- requests ----

    def live(self, record):
        job = self.jobs.get(record["job"])
        self.must(job is not None, "ended", f"{record['event']} of job "
                  f"{record['job']}, which " +
                  ("has ended" if record["job"] in self.ended else "is unknown"))
        return job

    def attempt(self, record):
        job = self.live(record)
        if job is None:
            return None
        if not self.must(job.state in ACTIVE and
                         job.attempt == record["attempt"], "twice",
                         f"{record['event']} of attempt {record['attempt']} of "
                         f"job {job.id}, which is {job.state} in attempt "
                         f"{job.attempt}"):
            return None
        return job

    def take_submit(self, record):
        request = record["request"]
        job_id = request["id"]
        self.must(job_id not in self.jobs and job_id not in self.ended, "twice",
                  f"job {job_id} is submitted twice")
        self.must(1 <= request["min_nodes"] <= request["max_nodes"], "size",
                  f"job {job_id} wants {request['min_nodes']}-"
                  f"{request['max_nodes']} nodes")
        for other, _ in request["after"]:
            self.must(other in self.jobs or other in self.ended, "early",
                      f"job {job_id} comes after job {other}, which is unknown")
        self.jobs[job_id] = Job(job_id, dict(request), self.now,
                                held=request["hold"],
                                resize_cost=request.get("resize_cost", 0))

    def take_update(self, record):
        job = self.live(record)
        if job is None:
            return
        update = record["update"]
        self.must(job.state == PENDING or not set(update) &
                  {"min_nodes", "max_nodes", "pref_nodes", "begin"}, "state",
                  f"job {job.id} is {job.state}, and its size is changed")
        if "walltime" in update and job.state != PENDING:
            self.move_end(job, update["walltime"])
        job.request.update(update)
        if "begin" in update:
            job.not_before = 0
        if self.reserved_for == job.id:
            self.end_reservation()

    @staticmethod
    def move_end(job, walltime):
        """What has been done of a walltime that scales stays done."""
        before = scaled(job.request, job.request["walltime"], len(job.nodes))
        after = scaled(job.request, walltime, len(job.nodes))
        if job.request.get("walltime_scales") and after is not None and (
                job.planned_end is not None):
            job.planned_end += after - before
        else:
            job.planned_end = add(job.started, after)

    def take_hold(self, record):
        job = self.live(record)
        if job is None:
            return
        self.must(job.state == PENDING, "state",
                  f"job {job.id} is {job.state}, and is held or released")
        job.held = record["event"] == "hold"
        if self.reserved_for == job.id:
            self.end_reservation()

    def take_cancel(self, record):
        job = self.live(record)
        if job is None:
            return
        if job.state == PENDING:
            self.finish(job, "cancelled")
        else:
            self.end(job, "cancel")

    def take_requeue(self, record):
        job = self.live(record)
        if job is not None and self.must(
                job.state in ACTIVE, "state",
                f"job {job.id} is {job.state}, and is to go back"):
            self.end(job, "requeue")

    def take_wish(self, record):
        job = self.live(record)
        if job is None:
            return
        if record["event"] == "wish":
            self.must(job.state == RUNNING, "state",
                      f"job {job.id} is {job.state}, and wishes")
            job.has_wish = True
        elif record["event"] == "wish_ended":
            self.must(job.has_wish, "state",
                      f"a wish of job {job.id} ends that was not there")
            job.has_wish = False

    # ---- nodes and reservations ----

    def take_nodes(self, record):
        nodes, event = parse_set(record["nodes"]), record["event"]
        if event == "pool_changed":
            self.members = nodes
        elif event == "node_up":
            self.down -= nodes
        elif event == "drain":
            self.drained |= nodes
        elif event == "undrain":
            self.drained -= nodes
        else:
            self.down |= nodes
            for node in sorted(nodes):
                self.lose(node)

    def lose(self, node):
        job = self.jobs.get(self.owner.get(node))
        if job is None:
            return
        if node not in job.nodes:
            self.close_directive(job, "failed")
            return
        rule = job.request.get("on_node_loss", "end")
        if rule == "end" or self.up(job.nodes) < job.request["min_nodes"]:
            if ENDINGS.index(job.ending) < ENDINGS.index("node_fail"):
                self.end(job, "node_fail")
        elif job.state == RUNNING and rule == "shrink":
            self.lose_and_go_on(job)
        elif job.state != COMPLETING:
            self.end(job, "restart")

    def lose_and_go_on(self, job):
        if job.open():
            self.close_directive(job, "failed")
        self.last_directive += 1
        job.directive = Directive(self.last_directive, "shrink", "node_loss",
                                  job.nodes & self.down, "forcing", self.now,
                                  None, self.now)
        self.directives[self.last_directive] = (job.id, job.directive)
        self.close_directive(job, "forced", "lost")

    def take_reserve(self, record):
        job, nodes = self.live(record), parse_set(record["nodes"])
        if job is None:
            return
        self.must(job.state == PENDING, "state",
                  f"job {job.id} is {job.state}, and gets a reservation")
        self.must(self.reserved_for == 0, "reserved",
                  f"nodes are kept for job {self.reserved_for} already")
        self.reserved_for, self.reserved = job.id, nodes
        self.is_reserving = True

    def check_reservation(self):
        """The offers that are made for it follow it at once."""
        to_come = set()
        for other in self.jobs.values():
            if other.open() and other.directive.op == "shrink":
                to_come |= other.directive.delta
        for node in sorted(self.reserved):
            self.must(node in to_come or node not in self.owner, "reserved",
                      f"node {node} is kept for job {self.reserved_for}, but "
                      f"job {self.owner.get(node)} is not to give it")

    def take_unreserve(self, _record):
        self.must(self.reserved_for != 0, "reserved",
                  "a reservation ends that was not there")
        self.end_reservation()

    # ---- all of them ----

    HANDLERS = {
        "submit": take_submit, "update": take_update, "hold": take_hold,
        "release": take_hold, "cancel": take_cancel, "requeue": take_requeue,
        "started": take_started, "start_failed": take_start_failed,
        "exited": take_exited, "lost": take_lost, "start": take_start,
        "reserve": take_reserve, "unreserve": take_unreserve,
        "offer": take_offer, "done": take_done, "timer": None,
        **dict.fromkeys(("node_up", "node_down", "drain", "undrain",
                         "pool_changed"), take_nodes),
        **dict.fromkeys(("shown", "accepted", "refused", "progressed",
                         "failed", "withdrawn", "forced", "withdraw", "force"),
                        take_directive),
        **dict.fromkeys(("wish", "wish_ended", "progress", "delay"),
                        take_wish),
    }

    def take(self, seq, record):
        """One record, as the object that its text is."""
        self.seq = seq
        self.must(record["time"] >= self.now, "time",
                  f"time goes back by {(self.now - record['time']) / 1e6} s")
        self.now = max(self.now, record["time"])
        if not self.must(record["event"] in self.HANDLERS, "record",
                         f"unknown event {record['event']}"):
            return
        if self.is_reserving and record["event"] != "offer":
            self.is_reserving = False
            self.check_reservation()
        handler = self.HANDLERS[record["event"]]
        if handler is not None:
            handler(self, record)
        self.check_sums()

    def finished(self):
        """All is done: nothing may be left."""
        for job in self.jobs.values():
            self.wrong("left", f"job {job.id} is {job.state} at the end")
        for node, owner in sorted(self.owner.items()):
            self.wrong("left", f"node {node} is job {owner}'s at the end")
