#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# The programs of examples/, alone and as jobs that are resized.
# EXAMPLES is where they were built.

load helper

SOURCE=$BATS_TEST_DIRNAME/../../examples
MANDELBROT=$EXAMPLES/mandelbrot/mandelbrot
HEAT=$EXAMPLES/checkpoint/heat

checksum() { grep -o 'checksum .*' "$1"; }

# usage: begin_mandelbrot OPTIONS... : a master in the background, here.
begin_mandelbrot() {
    export MANDELBROT_ADDRESS=$PWD/address
    "$MANDELBROT" serial "$@" >serial
    "$MANDELBROT" master -l 2 "$@" >master 3>&- &
    MASTER=$!
    wait_until $PATIENCE test -s address
}
begin_worker() { "$MANDELBROT" worker "$@" 3>&- & }

@test "mandelbrot alone: workers are killed, ended and stopped, no tile is lost" {
    begin_mandelbrot -s 512 -t 32 -i 2000 -a 2
    begin_worker -n 2 && killed=$!
    begin_worker && ended=$!
    begin_worker && stopped=$!
    wait_until $PATIENCE grep -q tiles master
    kill -STOP $stopped # its tile keeps the master from ending
    kill -9 $killed
    kill $ended
    wait $ended
    begin_worker
    wait $MASTER
    kill -9 $stopped
    grep -E ' by 5 workers, [1-9][0-9]* given out again' master
    is "$(checksum master)" "$(checksum serial)"
    [ ! -e address ]
}

@test "mandelbrot's master deals to nobody who does not know its secret" {
    begin_mandelbrot -s 256
    head -c 32 /dev/zero | tr '\0' x | cat - address >other
    MANDELBROT_ADDRESS=other run -1 "$MANDELBROT" worker -w 1
    has 'no master for 1 s'
    begin_worker
    wait $MASTER
    is "$(checksum master)" "$(checksum serial)"
}

@test "a mandelbrot worker goes on with the next master" {
    begin_mandelbrot -s 512 -i 4000
    begin_worker && worker=$!
    wait_until $PATIENCE grep -q tiles master
    kill -9 $MASTER
    "$MANDELBROT" master -s 512 -i 4000 >master
    wait $worker
    is "$(checksum master)" "$(checksum serial)"
}

@test "heat alone: interrupted again and again, the result is the same" {
    "$HEAT" -n 3000 >whole
    local status=85 starts=0
    while [ $status -eq 85 ]; do
        status=0
        starts=$((starts + 1))
        "$HEAT" -n 3000 -p $((starts % 3 + 1)) >>parts 3>&- &
        wait_until $PATIENCE has_lines $((2 * starts - 1)) parts
        [ $starts -gt 3 ] || kill -USR1 $!
        wait $! || status=$?
    done
    is "$status $starts" '0 4'
    is "$(checksum parts)" "$(checksum whole)"
    [ ! -e heat.state ]
}

@test "heat does not begin with a state that is not its own" {
    "$HEAT" -n 3000 >out 3>&- &
    wait_until $PATIENCE has_lines 1 out
    kill -USR1 $!
    wait $! || true
    run -1 "$HEAT" -n 3000 -s 100
    has 'heat.state is no state of this plate'
    truncate -s 100 heat.state
    run -1 "$HEAT" -n 3000
}
