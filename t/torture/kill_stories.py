# SPDX-License-Identifier: BSD-2-Clause
"""The stories of kill_every_step.py: jobs of each mode that are resized."""
import collections
import pathlib

CLIENT = pathlib.Path(__file__).parent.parent / "system/policy_client.py"
WAIT = "until [ -e end ]; do sleep 0.02; done"

# Acts on whatever is in the mailbox: it remembers nothing, so a directive
# that is shown again after its end is acted on twice.
APP = """
say() {
    printf '{"seq": %s, "status": "%s"}\\n' "$seq" "$1" >"reply/.$seq" &&
        mv "reply/.$seq" "reply/$seq.json"
}
shown() {
    sed -n 's/.*"seq":\\([0-9]*\\).*"state":"\\([a-z]*\\)".*/\\1 \\2/p' \\
        directive.json 2>/dev/null
}
home=$PWD
cd "$ERM_JOB_DIR" || exit
until [ -e "$home/end" ]; do
    now=$(shown)
    seq=${now% *}
    case $now in
    '') ;;
    *accepted) say done
        while [ "$(shown)" = "$now" ]; do sleep 0.02; done ;;
    *) echo "$seq" >>"$home/ledger"
        say accepted
        while [ "$(shown)" = "$now" ]; do sleep 0.02; done ;;
    esac
    sleep 0.02
done
"""
POLICY = f"""
while python3 {CLIENT} "$ERM_JOB_DIR"/../../policy.json "$ERM_JOB_ID" --wait 600 >>ledger
do :; done &
{WAIT}
kill $!
"""
HOOK = "echo $ERM_RESIZE_SEQ >>ledger"
RESTART = f"""
trap 'exit 85' USR1
echo "$ERM_ATTEMPT $ERM_NNODES" >>ledger
{WAIT}
"""
WORKER = "echo $ERM_NODE >>ledger; exec sleep 1000"


def twice(lines):
    return [line for line, n in collections.Counter(lines).items() if n > 1]


class Resized:
    """A job that does what its user asks for: 1 -> 3 -> 1 nodes."""
    options = ("--mode", "evolving", "--cooldown", "0", "--grace", "2")
    n_jobs = 1

    def __init__(self, command, acted, **more):
        self.acted = acted
        self.job = {"command": command, "type": "elastic", "min_nodes": 1,
                    "max_nodes": 3, "walltime": 3600, **more}

    def play(self, run):
        run.submit(self.job)
        run.wait("the job runs", lambda: run.runs(1) and self.is_at(run, 1))
        run.phase("expand")
        run.resize("expand", "-q", "1", "2")
        run.wait("it has 3", lambda: self.is_at(run, 3))
        run.phase("shrink")
        run.resize("shrink", "-q", "1", "2")
        run.wait("it has 1", lambda: self.is_at(run, 1))
        run.phase("end")
        (run.folder / "end").touch()
        run.wait("the job has ended", lambda: run.has_ended(1))

    def is_at(self, run, n):
        return (len(run.nodes()) == n and run.shows_nothing() and
                self.acted.is_at(run, n))

    def check(self, run):
        found = [row[2] for row in run.directives()]
        wrong = [] if found == ["done", "done"] else [f"directives: {found}"]
        return wrong + self.acted.check(run.ledger())


class Lines:
    """The ledger has one line for each directive."""

    def is_at(self, run, n):
        return True

    def check(self, ledger):
        if twice(ledger) or len(ledger) != 2:
            return [f"the job acted on: {ledger}"]
        return []


class Starts:
    """The ledger has one line for each start."""

    def is_at(self, run, n):
        ledger = run.ledger()
        return ledger != [] and ledger[-1].split()[1] == str(n)

    def check(self, ledger):
        if ledger != ["1 1", "2 3", "3 1"]:
            return [f"the job was started: {ledger}"]
        return []


class Workers:
    """The ledger has one line for each worker."""

    def is_at(self, run, n):
        return len(run.ledger()) >= n

    def check(self, ledger):
        if twice(ledger) or len(ledger) != 3:
            return [f"workers were started on: {ledger}"]
        return []


class Unwilling(Resized):
    """A job that does not answer a shrink for another one."""
    options = ("-s", "1", "--grace", "2")
    n_jobs = 2

    def __init__(self, command, ends, **more):
        super().__init__(command, None, cooldown=60, accept_within=0.3,
                         done_within=0.3, grace=1, **more)
        self.ends = ends

    def play(self, run):
        run.submit(self.job)
        run.wait("the job runs", lambda: run.runs(1))
        run.phase("shrink")
        run.submit({"command": "true", "min_nodes": 3, "walltime": 60})
        run.wait("it is told", lambda: run.directives() != [])
        run.wait("the directive is over", run.all_closed)
        if self.ends == "forced":
            run.wait("the other job has ended", lambda: run.has_ended(2))
        run.phase("end")
        (run.folder / "end").touch()
        for job in (1, 2):
            run.wait(f"job {job} has ended",
                     lambda job=job: run.has_ended(job))

    def check(self, run):
        found = [row[2] for row in run.directives()]
        return [] if found == [self.ends] else [f"directives: {found}"]


STORIES = {
    "policy": Resized(POLICY, Lines(), resize="policy"),
    "app": Resized(APP, Lines(), resize="app"),
    "hook": Resized(WAIT, Lines(), hook=HOOK),
    "restart": Resized(RESTART, Starts(), resize="restart"),
    "workers": Resized(WAIT, Workers(), worker=WORKER),
    "force": Unwilling(WAIT, "forced", resize="app", on_deadline="force"),
    "force-policy": Unwilling(WAIT, "forced", resize="policy",
                              on_deadline="force"),
    "force-restart": Unwilling(WAIT, "forced", resize="restart",
                               on_deadline="force"),
    "keep": Unwilling(WAIT, "expired", resize="app"),
}
