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
    begin_mandelbrot -s 512 -t 32 -i 9000 -a 2
    begin_worker -n 2 && killed=$!
    begin_worker && ended=$!
    begin_worker && stopped=$!
    wait_until $PATIENCE grep -q ' tiles, 4 workers' master
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

# ---- as jobs that are resized ----

@test "the jobs files of the examples are right" {
    run -0 "$ERM" check "$SOURCE"/*.json "$SOURCE"/*/jobs.json \
        "$SOURCE"/../python/jobs.json
    has 'mandelbrot/jobs.json: good, 1 job usable'
}

# usage: submit_mandelbrot PICTURE-OPTIONS... : on all four nodes.
submit_mandelbrot() {
    "$MANDELBROT" serial "$@" >serial
    erm submit -q -e -N 1-4 --pref 4 -t 1h --worker "$MANDELBROT worker" -- \
        "$MANDELBROT master -l 600 $*"
    export MANDELBROT_ADDRESS=$STATE/mailbox/1/mandelbrot.address
    wait_until $PATIENCE test -s "$MANDELBROT_ADDRESS"
}
# A worker of our own, stopped: the picture is not done before its tile is.
hold_a_tile() {
    begin_worker
    HOLDER=$!
    wait_until $PATIENCE has_worked $HOLDER
    kill -STOP $HOLDER
}
# It works only when it has a tile.
has_worked() { [ "$(sed 's/.*) //' "/proc/$1/stat" | cut -d' ' -f12)" -gt 0 ]; }
give_the_tile_back() { kill -9 $HOLDER; }
worker_on() { cut -d' ' -f2 "$STATE/jobs/1.1.${1#n}/command"; }
has_another_worker() {
    local now
    now=$(worker_on "$1") && [ "$now" != "$2" ] && kill -0 "$now"
}

@test "mandelbrot from four nodes to one and to three, as others come and go" {
    start_nodes 4 --cooldown 0
    submit_mandelbrot -s 512 -t 16 -i 9000
    wait_until $PATIENCE has_field 1 .n_nodes 4
    hold_a_tile
    erm submit -q -N 3 -t 1m -- 'until [ -e end2 ]; do sleep 0.1; done'
    wait_runs 2
    is "$(job_field 1 .n_nodes)" 1
    erm submit -q -N 1 -t 1m -- 'until [ -e end3 ]; do sleep 0.1; done'
    touch end2
    wait_runs 3
    wait_until $PATIENCE has_field 1 .n_nodes 3
    give_the_tile_back
    wait_state 1 completed
    touch end3
    is "$(checksum erm-1.out)" "$(checksum serial)"
    file_has erm-1.out ', [1-9][0-9]* given out again'
    is "$(erm history --json --phases 1 |
        jq -c '[.jobs[0].phases[].n_nodes]')" '[4,1,3]'
}

@test "mandelbrot: a worker that is killed is started again, no tile is lost" {
    start_nodes 4 --cooldown 0
    submit_mandelbrot -s 512 -t 16 -i 9000
    hold_a_tile
    wait_until $PATIENCE worker_on n3
    killed=$(worker_on n3)
    kill -9 "$killed"
    wait_until $PATIENCE has_another_worker n3 "$killed"
    give_the_tile_back
    wait_state 1 completed
    is "$(checksum erm-1.out)" "$(checksum serial)"
}

@test "heat runs on from its state at every size, with the same result" {
    "$HEAT" -s 256 -n 30000 >whole
    start_nodes 3 --cooldown 0 --mode evolving
    erm submit -q -N 1-3 --type elastic --resize restart -t 1h -- \
        "exec $HEAT -s 256 -n 30000 -p NNODES -c \$ERM_JOB_DIR/heat.state"
    wait_until $PATIENCE file_has erm-1.out '^1 threads from step 0'
    erm resize -q --wait 1 3
    wait_until $PATIENCE file_has erm-1.out '^3 threads from step [1-9]'
    erm resize -q --wait 1 2
    wait_until $PATIENCE file_has erm-1.out '^2 threads from step [1-9]'
    wait_until 180 has_state 1 completed
    is "$(checksum erm-1.out)" "$(checksum whole)"
}

@test "a pool gets and loses helpers by its hook, and does each task once" {
    seq 40 >tasks
    start_nodes 3 --cooldown 0 --mode evolving
    erm submit -q -N 1-3 --type elastic --resize hook -t 1h \
        --hook "$SOURCE/hook/resize-pool" -- "$SOURCE/hook/pool tasks \
        'echo task \$TASK on \$ERM_NODE; until [ -e go ]; do sleep 0.1; done'"
    wait_until $PATIENCE file_has erm-1.out 'task 1 on n1'
    erm resize -q --wait 1 3
    wait_until $PATIENCE file_has erm-1.out 'on n2'
    wait_until $PATIENCE file_has erm-1.out 'on n3'
    is "$(grep -c ^task erm-1.out)" 3 # one each, until they may end
    erm shrink -q 1 2
    wait_until $PATIENCE has_state 1 shrinking
    is "$(job_field 1 .n_nodes)" 3 # its helpers have a task still
    touch go
    wait_until $PATIENCE has_field 1 .n_nodes 1
    wait_state 1 completed
    is "$(grep ^task erm-1.out | cut -d' ' -f2 | sort -n | xargs)" \
        "$(seq 40 | xargs)"
}

# ---- what others' programs find ----

# usage: discovers HOST:SLOTS... : does $ERM_JOB_DIR/discover print these lines?
discovers() { [ "$("$STATE/mailbox/1/discover")" = "$(printf '%s\n' "$@")" ]; }

@test "discover tells Horovod the hosts of now, whole, whenever it is asked" {
    printf 'n1 slots=2\nn2 slots=4\nn3\n' >hosts
    erm start -H hosts -s 0 --cooldown 0 --mode evolving >/dev/null
    erm submit -q -N 1-3 --type elastic --resize app -t 1h -- '
        while [ ! -e end ]; do
            erm app wait -t 1 >told || continue
            erm app accept; until [ -e go ]; do sleep 0.05; done; rm go
            erm app done
        done'
    wait_runs 1
    [ -x "$STATE/mailbox/1/discover" ]
    discovers n1:2
    # asked as fast as it can be: never anything but a list of its own
    until [ -e end ]; do "$STATE/mailbox/1/discover" || echo failed; done \
        >seen 2>&1 3>&- &
    asking=$!
    erm expand -q 1 2
    wait_until $PATIENCE file_has told 'grow'
    discovers n1:2 # n2 and n3 may still be refused
    touch go
    wait_until $PATIENCE discovers n1:2 n2:4 n3:1
    wait_until $PATIENCE has_field 1 .n_nodes 3
    erm shrink -q 1 1
    wait_until $PATIENCE discovers n1:2 n2:4 # accepted: to be left
    is "$(job_field 1 .n_nodes)" 3
    touch go
    wait_until $PATIENCE has_field 1 .n_nodes 2
    discovers n1:2 n2:4
    touch end
    wait $asking
    is "$(sort -u seen | xargs)" 'n1:2 n2:4 n3:1'
}

@test "discover leaves out the nodes that a hook is about to give" {
    start_nodes 2 -s 0 --cooldown 0 --mode evolving
    erm submit -q -e -N 1-2 --pref 2 -t 1h --hook 'until [ -e go ]; do
        sleep 0.05; done' -- 'until [ -e end ]; do sleep 0.1; done'
    wait_runs 1
    discovers n1:1 n2:1
    erm shrink -q 1 1
    wait_until $PATIENCE discovers n1:1
    is "$(job_field 1 .n_nodes)" 2
    touch go
    wait_until $PATIENCE has_field 1 .n_nodes 1
    touch end
    wait_state 1 completed
}

@test "torchrun's range of nodes is in a worker's environment" {
    start_nodes 3 -s 0
    erm submit -q -e -N 2-3 --launch workers -- \
        'echo "--nnodes=$ERM_MIN_NODES:$ERM_MAX_NODES --rdzv-id=$ERM_JOB_ID" \
            "--rdzv-endpoint=$(head -n 1 $ERM_JOB_DIR/nodes)"'
    wait_state 1 completed
    is "$(cat erm-1.out.n2)" '--nnodes=2:3 --rdzv-id=1 --rdzv-endpoint=n1'
}
