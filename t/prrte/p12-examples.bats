#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Programs of examples/ on several hosts. They run as they were built here.

load helper

checksum() { grep -o 'checksum .*' "$1"; }
# usage: has_worker HOST
has_worker() { on "$1" pgrep -u erm -f 'mandelbrot worker -n'; }

# usage: begin_mandelbrot MASTER-OPTIONS... : on all four hosts. A worker of our
# own on the head, stopped when it has a tile, keeps the picture from being done.
begin_mandelbrot() {
    local picture='-s 768 -t 16 -i 3000' host
    cp "$BUILD/examples/mandelbrot/mandelbrot" .
    ./mandelbrot serial $picture >serial
    on n0 env MANDELBROT_ADDRESS=state/mailbox/1/mandelbrot.address \
        sh -c './mandelbrot worker -w 99 >/dev/null 2>&1 &'
    erm start -H ../hosts --cooldown 1
    erm submit -q -e -N 1-4 --pref 4 -t 10m --worker './mandelbrot worker -n 2' \
        -- "./mandelbrot master $* $picture"
    wait_until $PATIENCE has_worked
    on n0 kill -STOP "$(holder)"
    wait_until $PATIENCE has_field 1 .n_nodes 4
    for host in n1 n2 n3 n4; do wait_until $PATIENCE has_worker $host; done
}
holder() { on n0 pgrep -u erm -f '^./mandelbrot worker -w 99'; }
has_worked() {
    [ "$(on n0 sed 's/.*) //' "/proc/$(holder)/stat" | cut -d' ' -f12)" -gt 0 ]
}
give_the_tile_back() { on n0 kill -9 "$(holder)"; }

@test "mandelbrot: a host crashes, and no tile is lost" {
    begin_mandelbrot -l 15
    hosts crash "$CLUSTER" n3
    wait_until $PATIENCE has_field 1 .nodelist 'n[1-2,4]'
    give_the_tile_back
    wait_until 120 has_state 1 completed
    is "$(checksum erm-1.out)" "$(checksum serial)"
    is "$(job_field 1 .attempt)" 1
    erm stop
}

@test "mandelbrot: three hosts go to an MPI job, and come back" {
    compile hello.c hello
    begin_mandelbrot -l 600
    erm submit -q -N 3 --launch mpi --procs-per-node 1 -t 2m -- ./hello
    erm wait 2
    file_has erm-2.out 'rank 2 of 3 on n'
    wait_until $PATIENCE has_field 1 .n_nodes 4
    give_the_tile_back
    wait_until 120 has_state 1 completed
    is "$(checksum erm-1.out)" "$(checksum serial)"
    erm stop
}
