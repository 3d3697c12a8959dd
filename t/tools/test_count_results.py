#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""tools/count-results over logs of meson that are written here.

usage: test_count_results.py COUNT_RESULTS
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

COUNT_RESULTS = sys.argv.pop(1)


def entry(name, result, stdout="", stderr="", code=0):
    return {"name": name, "result": result, "stdout": stdout,
            "stderr": stderr, "returncode": code, "duration": 1.25}


class CountResults(unittest.TestCase):
    def run_on(self, *entries):
        with tempfile.TemporaryDirectory() as build:
            logs = pathlib.Path(build, "meson-logs")
            logs.mkdir()
            (logs / "testlog.json").write_text(
                "".join(json.dumps(e) + "\n" for e in entries))
            done = subprocess.run([COUNT_RESULTS, build], text=True,
                                  capture_output=True, check=False)
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout.replace(build, "BUILD")

    def test_all_passed(self):
        status, out = self.run_on(
            entry("base/err", "OK"), entry("tap", "OK", "1..2\nok 1\nok 2\n"))
        self.assertEqual((status, out), (0, "3 passed, 0 failed, 0 skipped\n"))

    def test_nothing_ran(self):
        status, out = self.run_on()
        self.assertEqual((status, out), (1, "0 passed, 0 failed, 0 skipped\n"))

    def test_skipped_ones_say_why(self):
        status, out = self.run_on(
            entry("hosts", "OK", "1..2\nok 1 - a\nok 2 - b # skip not root\n"))
        self.assertEqual(status, 0)
        self.assertEqual(out, "1 skipped in hosts: not root\n"
                              "1 passed, 0 failed, 1 skipped\n")

    def test_a_failed_program_is_named_with_its_last_lines(self):
        status, out = self.run_on(
            entry("base/err", "OK"),
            entry("manager/turn", "FAIL",
                  "".join(f"line {i}\n" for i in range(100)), "boom\n", 3))
        lines = out.splitlines()
        self.assertEqual(status, 1)
        self.assertEqual(lines[0],
                         "== FAIL in BUILD: manager/turn (1.2 s, status 3)")
        self.assertEqual(lines[1:],
                         [f"   line {i}" for i in range(40, 100)] +
                         ["   boom", "1 passed, 1 failed, 0 skipped"])

    def test_a_timeout_without_a_verdict_counts_once(self):
        status, out = self.run_on(
            entry("story", "TIMEOUT", "1..3\nok 1 - a\nok 2 - b\n"))
        self.assertEqual(status, 1)
        self.assertIn("== TIMEOUT in BUILD: story", out)
        self.assertIn("   ok 2 - b\n", out)
        self.assertTrue(out.endswith("2 passed, 1 failed, 0 skipped\n"))

    def test_of_a_story_the_failed_parts_are_shown(self):
        status, out = self.run_on(
            entry("story", "FAIL", "1..4\nok 1 - a\nnot ok 2 - b\n# in file x\n"
                  "# last of b\nok 3 - c\n# of c\nnot ok 4 - d\n# of d\n"))
        self.assertEqual(status, 1)
        self.assertEqual(out.splitlines()[1:],
                         ["   not ok 2 - b", "   # in file x",
                          "   # last of b", "   not ok 4 - d", "   # of d",
                          "2 passed, 2 failed, 0 skipped"])


if __name__ == "__main__":
    unittest.main()
