#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Journals of random worlds, checked by check_journal.py.
# usage: random_journals.sh RANDOM_EVENTS CHECK_JOURNAL SEEDS EVENTS
set -eu
journal=$(mktemp)
trap 'rm -f "$journal"' EXIT
"$1" "$3" "$4" 1 "$journal"
"$2" --records "$journal" --allocation
