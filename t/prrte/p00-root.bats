#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# The system of the hosts is made once and whole. Here mmdebstrap is a stand-in.

bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_TMPDIR"
    export ERM_TEST_CACHE=$PWD/cache
    mkdir bin
    PATH=$PWD/bin:$PATH
    stand_in 'mkdir "$root" && sleep 0.3 && echo made >>"$root/how-often"'
    fail() { echo "$*" && exit 1; }
    # shellcheck source-path=SCRIPTDIR source=root.bash
    . "$BATS_TEST_DIRNAME/root.bash"
    # So that the machine's own system is not taken.
    is_debian_13_with_prrte() { false; }
}

# usage: stand_in BODY: an mmdebstrap that does BODY; $root is what to make.
stand_in() {
    printf '#!/bin/bash\nfor root; do [[ $root != *.new ]] || break; done\n%s\n' \
        "$1" >bin/mmdebstrap
    chmod +x bin/mmdebstrap
}

@test "the root is made once, in the cache" {
    run ! root_ready
    root=$(root_make)
    [[ $root == "$ERM_TEST_CACHE"/trixie-* ]]
    [ "$(root_ready)" = "$root" ]
    [ "$(root_make)" = "$root" ]
    [ "$(cat "$root/how-often")" = made ]
}

@test "two at once make one" {
    root_make >first &
    root_make >second
    wait $!
    cmp first second
    [ "$(cat "$(cat first)/how-often")" = made ]
}

@test "a half-made root is never used" {
    stand_in 'mkdir "$root" && echo no network && exit 1'
    run root_make
    [ "$status" -eq 1 ]
    [[ $output == *"no network"*"could not make a Debian 13 root"* ]]
    run ! root_ready
    run ! compgen -G "$ERM_TEST_CACHE/*.new"
}

@test "what an interrupted one left is not kept" {
    root=$(root_of_recipe)
    mkdir -p "$root.new/rubbish"
    run ! root_ready
    root_make
    [ ! -e "$root/rubbish" ]
}

@test "another list of packages is another root" {
    first=$(root_make)
    RECIPE+=(--include=more)
    run ! root_ready
    [ "$(root_make)" != "$first" ]
}
