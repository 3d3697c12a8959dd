#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Holds the code to its budgets: length of functions and files, public
headers documented, licence lines. usage: budgets.py SOURCE_ROOT. Prints TAP.
"""
import json
import pathlib
import subprocess
import sys

MAX_FUNCTION, MAX_CORE_FUNCTION, MAX_FILE = 150, 100, 900
MEDIAN_FUNCTION, P95_FUNCTION = 16, 70


def functions(root):
    out = subprocess.run(
        ["ctags", "--languages=C", "--kinds-C=f", "--fields=+ne",
         "--output-format=json", "-f", "-", "-R", str(root / "src")],
        capture_output=True, text=True, check=True).stdout
    for line in out.splitlines():
        tag = json.loads(line)
        if "end" in tag:
            yield tag["end"] - tag["line"] + 1, tag["path"], tag["name"]


def check_functions(root):
    found = sorted(functions(root))
    sizes = [size for size, _, _ in found]
    problems = [f"{path}: {name} has {size} lines" for size, path, name in found
                if size > (MAX_CORE_FUNCTION if "/core/" in path
                           else MAX_FUNCTION)]
    if sizes[len(sizes) // 2] > MEDIAN_FUNCTION:
        problems.append(f"median function {sizes[len(sizes) // 2]} lines")
    if sizes[len(sizes) * 95 // 100] > P95_FUNCTION:
        problems.append("p95 of function lengths is too high")
    return problems


def check_files(root):
    return [f"{path}: over {MAX_FILE} lines"
            for path in (root / "src").rglob("*.[ch]")
            if path.read_text().count("\n") > MAX_FILE]


def check_licences(root):
    return [str(path) for folder in ("src", "t", "examples", "bench", "python")
            for path in (root / folder).rglob("*")
            if path.suffix in (".c", ".h", ".py", ".sh", ".bats")
            and "SPDX-License-Identifier: BSD-2-Clause"
            not in path.read_text(errors="replace")[:200]]


def main():
    root = pathlib.Path(sys.argv[1])
    checks = [("functions are short", check_functions(root)),
              ("files are short", check_files(root)),
              ("every file names the licence", check_licences(root))]
    print(f"1..{len(checks)}")
    for i, (what, problems) in enumerate(checks, 1):
        print(f"{'not ok' if problems else 'ok'} {i} - {what}")
        for problem in problems:
            print(f"# {problem}")
    return 1 if any(problems for _, problems in checks) else 0


sys.exit(main())
