# SPDX-License-Identifier: BSD-2-Clause
"""A workflow on stock Parsl: one worker on each node that it was given.

usage: workflow.py --nodelist a,b --job_id ID
"""
import argparse
import os
import socket
import subprocess
import time

import parsl
from parsl.app.app import python_app
from parsl.config import Config
from parsl.executors import HighThroughputExecutor
from parsl.executors.high_throughput import executor as htex
from parsl.jobs.states import JobState, JobStatus
from parsl.providers.base import ExecutionProvider

TASKS = 20
# Debian keeps these two programs out of PATH.
POOL = "python3 -m parsl.executors.high_throughput.process_worker_pool"
INTERCHANGE = ["python3", "-m", "parsl.executors.high_throughput.interchange"]


# A worker that connects faster than it looks misses that it is connected and
# gives up after the probe's timeout.
RETRY = "until %s; do sleep 0.1; done"
PROBE_SECONDS = 2


class Nodes(ExecutionProvider):
    """One block on each node, in the DVM that erm has for this job."""

    def __init__(self, names):
        self.names, self.blocks = list(names), {}
        self.init_blocks = self.min_blocks = self.max_blocks = len(names)
        self.nodes_per_block, self.parallelism = 1, 1
        self.script_dir, self.cores_per_node, self.mem_per_node = ".", None, None

    def submit(self, command, tasks_per_node, job_name="parsl"):
        name = self.names[len(self.blocks)]
        self.blocks[name] = subprocess.Popen(
            ["prun", "--dvm-uri", os.environ["ERM_DVM_URI"], "--host", name,
             "-n", "1", "--bind-to", "none", "sh", "-c", RETRY % command],
            stdin=subprocess.DEVNULL)
        return name

    def status(self, job_ids):
        return [JobStatus(JobState.RUNNING if self.blocks[i].poll() is None
                          else JobState.COMPLETED) for i in job_ids]

    def cancel(self, job_ids):
        for i in job_ids:
            self.blocks[i].terminate()
        return [True for _ in job_ids]

    @property
    def status_polling_interval(self):
        return 1

    @property
    def label(self):
        return "nodes"


@python_app
def where(number):
    import socket
    import time
    time.sleep(0.3)
    return number, socket.gethostname()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--nodelist")
    parser.add_argument("--job_id")
    args = parser.parse_args()
    names = args.nodelist.split(",")
    run_dir = os.environ["PARSL_RUN_DIR"]
    launch = htex.DEFAULT_LAUNCH_CMD.replace("process_worker_pool.py", POOL)
    executor = HighThroughputExecutor(
        label="htex", address=socket.gethostbyname(socket.gethostname()),
        max_workers_per_node=1, cores_per_worker=1e-6, encrypted=False,
        provider=Nodes(names), launch_cmd=launch,
        address_probe_timeout=PROBE_SECONDS,
        interchange_launch_cmd=INTERCHANGE)
    parsl.load(Config(executors=[executor], run_dir=run_dir, strategy="none"))
    while not executor.connected_managers():
        time.sleep(0.1)
    done = [f.result() for f in [where(i) for i in range(TASKS)]]
    hosts = sorted({host for _, host in done})
    print(f"job {args.job_id}: {len(set(n for n, _ in done))} tasks on",
          ",".join(hosts))
    print("runinfo of", os.path.basename(os.path.dirname(run_dir)))
    parsl.dfk().cleanup()


main()
