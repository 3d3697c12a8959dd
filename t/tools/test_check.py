#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What ./check says to options. Run in an empty folder, where it would fail to
install, build or test anything.

usage: test_check.py CHECK
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

CHECK = sys.argv.pop(1)


class Check(unittest.TestCase):
    def run_with(self, *options):
        with tempfile.TemporaryDirectory() as folder:
            copy = shutil.copy(CHECK, folder)
            done = subprocess.run([copy, *options], text=True,
                                  capture_output=True, check=False)
            left = [path.name for path in pathlib.Path(folder).iterdir()]
        self.assertEqual(left, ["check"])
        return done

    def test_help_prints_the_usage_and_runs_nothing(self):
        for option in "-h", "--help":
            done = self.run_with(option)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertTrue(done.stdout.startswith("usage: ./check\n"))

    def test_what_it_does_not_know_is_refused(self):
        for word in "--fast", "all":
            done = self.run_with(word)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertEqual(done.stderr, f"check: unknown option {word} "
                                          "(see ./check --help)\n")


if __name__ == "__main__":
    unittest.main()
