# SPDX-License-Identifier: BSD-2-Clause
"""A folder with a manager that is killed at a given step and started again, and
a look at what it has left. For kill_every_step.py."""
import json
import os
import pathlib
import select
import signal
import sqlite3
import subprocess
import time

PATIENCE = 30  # only a hang takes so long
ENDED = ("done", "refused", "failed", "expired", "forced")


class Wrong(Exception):
    """Something that must not be."""


class Folder:
    def __init__(self, args, story, folder, kills):
        self.args, self.story, self.folder = args, story, folder
        self.state = folder / "state"
        self.kills = [step for step in kills if step]
        self.counting = folder / "counting"
        self.pid, self.pidfd, self.n_starts = 0, -1, 0
        (folder / "run").mkdir(mode=0o700)
        (folder / "hosts").write_text("n[1-4]\n")
        self.env = {name: value for name, value in os.environ.items()
                    if not name.startswith(("ERM_", "KILL_", "SLURM_"))}
        self.env.update(ERM_SHEPHERD=args.shepherd, TEST_MARK=str(folder),
                        XDG_RUNTIME_DIR=str(folder / "run"),
                        ERM_STATE_DIR=str(self.state),
                        PATH=os.path.dirname(args.erm) + ":" +
                        os.environ["PATH"])
        self.start()

    # ---- the manager ----

    def erm(self, *words, env=None):
        return subprocess.run([self.args.erm, *words], cwd=self.folder,
                              env=env or self.env, capture_output=True,
                              text=True, stdin=subprocess.DEVNULL,
                              check=False)

    def steps_path(self, n):
        return self.folder / f"steps.{n}"

    def start(self):
        """One that is not killed while there is nobody to tell of it."""
        self.n_starts += 1
        number = (self.kills[self.n_starts - 1:] or [0])[0]
        env = dict(self.env, LD_PRELOAD=self.args.killer, KILL_AT=str(number),
                   KILL_COUNT=str(self.counting),
                   KILL_STEPS=str(self.steps_path(self.n_starts)))
        done = self.erm("start", "-H", "hosts", *self.story.options, env=env)
        if done.returncode == 0:
            self.pid = int(done.stdout)
            self.pidfd = os.pidfd_open(self.pid)
        elif not self.was_killed(self.n_starts):
            raise Wrong(f"erm start: {done.stderr.strip()}")

    def was_killed(self, start):
        """Was that manager to be killed, and came to that step?"""
        wanted = self.kills[start - 1:start]
        path = self.steps_path(start)
        return bool(wanted) and path.exists() and any(
            line.split()[0] == str(wanted[0])
            for line in path.read_text().splitlines() if line[0] != "-")

    def is_dead(self):
        """One that has come to its step is as good as dead."""
        patience = PATIENCE if self.was_killed(self.n_starts) else 0
        return self.pidfd < 0 or bool(
            select.select([self.pidfd], [], [], patience)[0])

    def revive(self):
        """Starts another one where it was killed; True if it did."""
        if not self.is_dead():
            return False
        if not self.was_killed(self.n_starts):
            raise Wrong("the manager ended by itself")
        self.close()
        self.start()
        return True

    def close(self):
        if self.pidfd >= 0:
            os.close(self.pidfd)
        self.pidfd = -1

    def stop(self):
        self.counting.unlink(missing_ok=True)
        if self.is_dead():
            return
        done = self.erm("stop", "--cancel-jobs")
        self.close()
        if done.returncode != 0:
            raise Wrong(f"erm stop: {done.stderr.strip()}")

    def end_all(self):
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.close()

    # ---- what the story does ----

    def phase(self, name):
        """Counts steps from here on, for the phase NAME."""
        with open(self.steps_path(1), "a", encoding="utf-8") as steps:
            steps.write(f"- {name}\n")
        self.counting.touch()

    def wait(self, what, is_so):
        end = time.monotonic() + PATIENCE
        while not is_so():
            if not self.revive() and time.monotonic() > end:
                raise Wrong(f"waited in vain until {what}")
            time.sleep(0.01)

    def ask(self, what, is_taken, *words):
        """Gives a command, again where the manager was killed before it had
        taken it."""
        while not is_taken():
            done = self.erm(*words)
            if not self.revive() and done.returncode != 0 and not is_taken():
                raise Wrong(f"{what}: {done.stderr.strip()}")

    def submit(self, job):
        jobs = self.rows("select count(*) from job")[0][0]
        path = self.folder / f"job{jobs + 1}.json"
        path.write_text(json.dumps([job]))
        self.ask("submit", lambda: self.rows(
            "select count(*) from job")[0][0] > jobs, "submit", "-q",
            path.name)

    def runs(self, job):
        return self.rows("select * from journal where type = 'started' and "
                         "job = ?", job) != []

    def has_ended(self, job):
        return self.rows("select * from ending where job = ?", job) != []

    def directives(self):
        return self.rows("select seq, op, state, closed from directive "
                         "order by seq")

    def all_closed(self):
        return all(row[3] is not None for row in self.directives())

    def resize(self, *words):
        """Asks for a resize and waits for its end; what that was."""
        before = len(self.directives())
        self.ask(words[0], lambda: len(self.directives()) > before, *words)
        self.wait("the directive is over", self.all_closed)
        return self.directives()[-1][2]

    def nodes(self):
        """What the job's mailbox says."""
        return (self.state / "mailbox/1/nodes").read_text().split()

    def shows_nothing(self):
        policy = json.loads((self.state / "policy.json").read_text())
        return not policy["jobs"] and not (
            self.state / "mailbox/1/directive.json").exists()

    def ledger(self):
        path = self.folder / "ledger"
        return path.read_text().splitlines() if path.exists() else []

    def rows(self, sql, *values):
        database = sqlite3.connect(f"file:{self.state}/erm.db?mode=ro",
                                   uri=True, timeout=10)
        try:
            return database.execute(sql, values).fetchall()
        finally:
            database.close()

    # ---- what is found in the end ----

    def settle(self):
        self.wait("nothing is left of the jobs", lambda: not self.leftovers())
        self.counting.unlink(missing_ok=True)
        self.revive()

    def leftovers(self):
        return [str(path.relative_to(self.state))
                for folder in ("jobs", "nodes", "mailbox")
                for path in (self.state / folder).glob("*")]

    def check(self):
        """What is wrong, asked of the manager that runs now."""
        wrong = self.story.check(self)
        done = self.erm("nodes", "--json")
        if done.returncode != 0:
            return wrong + [f"erm nodes: {done.stderr.strip()}"]
        wrong += [f"{node['name']} is {node['state']}"
                  for node in json.loads(done.stdout)["nodes"]
                  if node["state"] != "idle"]
        history = json.loads(self.erm("history", "--json").stdout)["jobs"]
        if sorted((job["id"], job["state"]) for job in history) != \
                [(n + 1, "completed") for n in range(self.story.n_jobs)]:
            wrong.append(f"the history is {json.dumps(history)}")
        if not all(row[2] in ENDED for row in self.directives()):
            wrong.append(f"directives: {self.directives()}")
        wrong += [f"the manager said: {line}" for line in
                  (self.state / "erm.log").read_text().splitlines()
                  if " error" in line.lower() or "assert" in line.lower()]
        return wrong

    def check_left(self):
        end = time.monotonic() + PATIENCE
        while self.processes() and time.monotonic() < end:
            time.sleep(0.01)
        left = [f"process {pid} is left" for pid in self.processes()]
        return left + [f"{name} is left" for name in self.leftovers()]

    def processes(self):
        mark = f"TEST_MARK={self.folder}".encode()
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
            try:
                if mark in path.read_bytes().split(b"\0"):
                    found.append(int(path.parent.name))
            except OSError:
                continue
        return found

    def outcome(self):
        return " ".join(f"{op} {state}"
                        for _, op, state, _ in self.directives()) or "nothing"

    def steps(self):
        """Of the first manager: number -> (phase, what it was)."""
        steps, phase = {}, "start"
        path = self.steps_path(1)
        for line in path.read_text().splitlines() if path.exists() else []:
            number, what = line.split(" ", 1)
            if number == "-":
                phase = what
            else:
                steps[int(number)] = (phase, what.strip())
        return steps

    def log_tail(self):
        path = self.state / "erm.log"
        return path.read_text()[-1500:] if path.exists() else "no log"
