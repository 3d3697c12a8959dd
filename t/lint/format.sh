#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Is every C file as clang-format 14 would write it? Other versions differ in
# small things, so only that one judges.
cd "$1" || exit 1
if ! command -v clang-format-14 >/dev/null; then
    echo "1..0 # SKIP needs clang-format 14 (Debian 12's clang-format)"
    exit 0
fi
echo 1..1
if problems=$(clang-format-14 --dry-run -Werror $(git ls-files '*.c' '*.h') \
    2>&1); then
    echo "ok 1 - every C file is formatted"
else
    echo "not ok 1 - every C file is formatted"
    echo "$problems" | grep 'error:' | sed 's/^/# /'
    exit 1
fi
