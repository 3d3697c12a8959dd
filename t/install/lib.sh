#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Installs into a folder and builds small programs with what is there, as a user
# of liberm would. usage: lib.sh BUILD. Prints TAP.
set -u
build=$1
here=$(cd "$(dirname "$0")" && pwd)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
cd "$root" || exit 1
unset ERM_JOB_DIR
export ERM_NODES=n1,n2

n=0
# usage: check WHAT COMMAND...: the command succeeds
check() {
    what=$1
    shift
    n=$((n + 1))
    if "$@" >log 2>&1; then
        echo "ok $n - $what"
    else
        echo "not ok $n - $what"
        sed 's/^/# /' log
        failed=1
    fi
}
failed=0
prints() { # WORDS COMMAND...
    words=$1
    shift
    printed=$("$@" 2>&1) || { echo "$printed" && return 1; }
    [ "$printed" = "$words" ] || { echo "printed: $printed" && return 1; }
}

meson install -C "$build" --no-rebuild --quiet --destdir "$root/dest" \
    >log 2>&1 || { sed 's/^/# /' log && exit 1; }
pc=$(find dest -name erm.pc)
[ -n "$pc" ] || { echo "Bail out! no erm.pc" && exit 1; }
export PKG_CONFIG_PATH="$root/${pc%/*}" PKG_CONFIG_SYSROOT_DIR="$root/dest"
flags=$(pkg-config --cflags --libs erm) || exit 1
include=$(dirname "$(find "$root/dest" -name erm.h)")
source=$(find "$root/dest" -name erm.c)
folder=$(dirname "$(find "$root/dest" -name liberm.so.0)")
archive=$(find "$root/dest" -name liberm.a)
export LD_LIBRARY_PATH="$folder"
strict='-std=c99 -Wall -Wextra -Werror'

# The calls of the header, a line each.
grep -oE '\berm_[a-z_]+\(' "$include/erm.h" | tr -d '(' | sort -u >calls

echo 1..12
check "a program is built by pkg-config" cc $strict -o app "$here/app.c" $flags
check "and runs with the shared library" prints "2 nodes, first n1" ./app
check "and asks for liberm.so.0" \
    sh -c 'objdump -p app | grep -q "NEEDED *liberm.so.0"'
check "a program is built with the archive" \
    cc $strict -I "$include" -o app_static "$here/app.c" "$archive"
check "and runs without the library" \
    env -u LD_LIBRARY_PATH ./app_static
check "a program is built with the one file" \
    cc $strict -O2 -I "$include" -o app_one "$here/app.c" "$source"
check "and runs" prints "2 nodes, first n1" ./app_one
check "nothing but erm.h's calls is visible" sh -c '
    nm -D --defined-only "$1" | sed -n "s/.* T \([a-z_]*\).*/\1/p" | sort >seen
    diff calls seen' sh "$folder/liberm.so.0"
check "erm(3) has them all" sh -c '
    while read -r call; do grep -qF "*$call*" "$1" || echo "$call"; done \
        <calls >missing && diff missing /dev/null' sh "$here/../../doc/man/erm.3.scd"
check "so has the Fortran module" sh -c '
    sed -n "s/^ *\(function\|subroutine\) \(erm_[a-z_]*\)(.*bind(C).*/\2/p" \
        "$1" | sort >seen; diff calls seen' sh "$(find dest -name erm.f90)"
if command -v c++ >/dev/null; then
    check "the header is C++ as well" sh -c \
        'c++ -Wall -Wextra -Werror -o app_cxx -x c++ "$@" && ./app_cxx' sh \
        "$here/app.c" $flags
else
    echo "ok 11 - the header is C++ as well # SKIP no C++ compiler"
fi
if command -v gfortran >/dev/null; then
    check "a program in Fortran is built and runs" sh -c '
        gfortran -std=f2008 -Wall -Werror -o waves "$1" "$2/waves.f90" \
            $(pkg-config --libs erm) && ./waves 100 >said && cat said &&
        grep -q "begins on 2 nodes, the first is n1" said' sh \
        "$(find dest -name erm.f90)" "$here/../../examples/fortran"
else
    echo "ok 12 - a program in Fortran is built and runs # SKIP no gfortran"
fi
exit $failed
