#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Fuzzes one target with clang's libFuzzer and the sanitizers.
# usage: run.sh TARGET [SECONDS]    TARGET: jobs_file, hostfile...
set -eu
cd "$(dirname "$0")/../.."
target=$1
seconds=${2:-30}
work=${TMPDIR:-/tmp}/erm-fuzz-$target
mkdir -p "$work/found"
# shellcheck disable=SC2046
clang -g -O1 -D_GNU_SOURCE -std=gnu11 -Isrc -Iinclude \
    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
    "t/fuzz/fuzz_$target.c" src/base/*.c src/core/*.c src/codec/*.c src/lib/*.c \
    $(pkg-config --cflags --libs jansson) -lm -o "$work/fuzz"
# New inputs go to the work folder, the committed corpus stays small.
exec "$work/fuzz" -max_total_time="$seconds" -print_final_stats=1 \
    -timeout=10 -rss_limit_mb=2048 -artifact_prefix="$work/" \
    "$work/found" "t/fuzz/corpus/$target"
