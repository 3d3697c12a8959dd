#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Checks who may include whom, and that the core stays pure.

usage: layers.py SOURCE_ROOT LIBCORE LIBBASE LIBSIM

Prints TAP. The table is that of doc/layers.md: a layer may include itself and
what is listed.
"""
import pathlib
import re
import subprocess
import sys

ALLOWED = {
    "lib": set(),
    "base": set(),
    "core": {"base"},
    "codec": {"base", "core"},
    "sim": {"base", "core", "codec"},
    "store": {"base", "core"},
    "shepherd": set(),
    "dvm": {"base", "shepherd"},
    "launch": {"base", "shepherd"},
    "manager": {"base", "core", "codec", "store", "shepherd", "launch"},
    "client": {"base"},
    "doctor": {"base", "store", "shepherd", "dvm", "launch"},
    "cli": {"base", "codec", "sim", "client", "doctor"},
}
# Doors of the command line: it runs a manager, finds its folder, and tells
# slices from other machines as a manager does. And what erm-dvm and the
# launcher share: a text that both send to hosts, and which hosts are others.
EXCEPTIONS = {("cli", "manager/manager.h"), ("cli", "manager/offline.h"),
              ("cli", "store/state_dir.h"), ("cli", "dvm/place.h"),
              ("client", "store/state_dir.h"),
              ("launch", "dvm/host_script.h"), ("manager", "dvm/place.h")}
# Headers outside a layer's libraries: the core, the shepherd and base use
# libc alone, JSON is codec's, SQLite is store's.
FOREIGN = {"erm.h": {"lib", "cli"},
           "jansson.h": {"codec", "manager", "client", "cli"},
           "sqlite3.h": {"store"}, "zlib.h": {"sim"}, "hwloc.h": {"launch"},
           "event2/": {"launch", "manager"},
           "uthash.h": {"launch", "manager", "sim"}}
# What the simulator may call of the core: the one door, what goes in and comes
# out of it, and what a job says of itself. Nothing that decides.
DOOR = re.compile(
    r"^(sched_(config_init|create|destroy|job|step)|actions_\w+"
    r"|event_(init|release)|job_(relative_time|request_\w+|\w+_name"
    r"|state_is_terminal))$")
# What the core may call outside itself and base's pure part.
PURE = re.compile(
    r"^(mem(cpy|move|set|cmp|chr)|str(len|cmp|ncmp|chr|rchr|dup|ndup|spn|cspn"
    r"|casecmp|tol|toll|toul)|__isoc\d+_strto\w+|qsort|v?snprintf"
    r"|__(v?snprintf|memcpy|memmove|memset|strcpy|strcat)_chk"
    r"|sqrt|__assert_fail|abort|malloc|calloc|realloc|free|__stack_chk_fail"
    r"|__(asan|ubsan|tsan)_\w+|__errno_location|__ctype_\w+"
    r"|_GLOBAL_OFFSET_TABLE_|__popcountdi2)$")


def includes(path):
    text = path.read_text(errors="replace")
    return re.findall(r'^[ \t]*#[ \t]*include[ \t]+["<]([^">]+)[">]', text,
                      re.M)


def check_includes(root):
    problems = []
    for path in sorted((root / "src").rglob("*.[ch]")):
        layer = path.relative_to(root / "src").parts[0]
        for name in includes(path):
            other = name.split("/")[0]
            if other in ALLOWED and other != layer and \
                    other not in ALLOWED[layer] and \
                    (layer, name) not in EXCEPTIONS:
                problems.append(f"{path}: {layer} may not include {name}")
            for prefix, layers in FOREIGN.items():
                if name.startswith(prefix) and layer not in layers:
                    problems.append(f"{path}: {layer} may not use {name}")
    return problems


def symbols(library, kinds):
    """Symbols of these nm kinds; None for a thin archive that nm cannot read."""
    out = subprocess.run(["nm", library], capture_output=True, text=True,
                         check=True).stdout
    return {m[1] for m in re.findall(r"\s([A-Za-z]) (\S+)$", out, re.M)
            if m[0] in kinds}


def check_purity(libcore, libbase):
    needed = symbols(libcore, "U") - symbols(libcore, "TDBRrtdb")
    base = symbols(libbase, "T")
    own = needed & base
    problems = [f"libcore calls {name}" for name in sorted(needed - base)
                if not PURE.match(name)]
    problems += [f"libcore uses base's impure {name}" for name in sorted(own)
                 if name.startswith(("log_", "clock_"))]
    return problems


def check_door(libsim, libcore):
    used = symbols(libsim, "U") & symbols(libcore, "T")
    problems = [f"libsim decides by itself: it calls {name}"
                for name in sorted(used) if not DOOR.match(name)]
    if "sched_step" not in used:
        problems.append("libsim does not call sched_step")
    return problems


def check_state(root):
    """No mutable variable outside functions in the core."""
    out = subprocess.run(
        ["ctags", "--languages=C", "--kinds-C=v", "-x", "-R",
         str(root / "src" / "core")], capture_output=True, text=True,
        check=True).stdout
    return [line for line in out.splitlines() if "const" not in line]


def main():
    root = pathlib.Path(sys.argv[1])
    checks = [("include lines follow the layers", check_includes(root)),
              ("the core is pure (nm -u)", check_purity(*sys.argv[2:4])),
              ("the simulator uses the one door (nm -u)",
               check_door(sys.argv[4], sys.argv[2])),
              ("the core has no mutable globals", check_state(root))]
    print(f"1..{len(checks)}")
    for i, (what, problems) in enumerate(checks, 1):
        print(f"{'not ok' if problems else 'ok'} {i} - {what}")
        for problem in problems:
            print(f"# {problem}")
    return 1 if any(problems for _, problems in checks) else 0


sys.exit(main())
