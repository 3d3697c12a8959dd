#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# planted.sh SOURCE PLANTED NAME TEST [ARG...]: a bug was planted by leaving out
# one statement of SOURCE. TEST, built with it, has to find it and to call it
# NAME (an invariant of doc/invariants.md); a test that finds nothing is none.
source=$1 planted=$2 name=$3
shift 3
echo 1..2
if [ "$(diff "$source" "$planted" | grep -c '^[<>]')" = 2 ]; then
    echo "ok 1 - one statement is left out of ${source##*/}"
else
    echo "not ok 1 - the line to leave out of ${source##*/} is gone: plant anew"
fi
said=$("$@" 2>&1)
status=$?
# a crash (128 and more) is no finding
if [ $status -gt 0 ] && [ $status -lt 99 ] && echo "$said" | grep -q "\<$name\>"; then
    echo "ok 2 - found: $(echo "$said" | grep "\<$name\>" | head -1)"
else
    echo "not ok 2 - $name not found"
    echo "$said" | tail -3 | sed 's/^/# /'
fi
