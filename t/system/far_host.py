#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""As ssh to another host: what it starts is apart, in a session of its own, and
hears of this process by its standard input alone; its exit code comes back.
usage: far_host.py NAME COMMAND...; appends NAME to $FAR_HOST_LOG.
"""
import os
import subprocess
import sys
import threading


def pump(to):
    while data := os.read(0, 4096):
        to.write(data)
        to.flush()
    to.close()


with open(os.environ["FAR_HOST_LOG"], "a", encoding="utf-8") as log:
    log.write(sys.argv[1] + "\n")
there = subprocess.Popen(["sh", "-c", " ".join(sys.argv[2:])],
                         stdin=subprocess.PIPE, start_new_session=True)
threading.Thread(target=pump, args=[there.stdin], daemon=True).start()
code = there.wait()
os._exit(code if code >= 0 else 128 - code)
