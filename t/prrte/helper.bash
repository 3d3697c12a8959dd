# SPDX-License-Identifier: BSD-2-Clause
# What stories on several hosts share: a cluster for each file, with erm from
# the build tree in /usr/local; commands on its hosts; and a look after each
# test whether anything was left on any of them. Waiting and assertions are
# those of the other stories.
#
# BUILD is the build folder. See hosts for what a cluster is.

load ../system/helper

HOSTS=$BATS_TEST_DIRNAME/hosts
# How many nodes; n0 is the head.
NODES=${NODES:-4}
# /shared as the machine sees it. /shared/home/erm is the user's home.
SHARED=$BATS_FILE_TMPDIR/shared

setup_file() {
    need_hosts || return
    [ -z "$NO_HOSTS" ] || return 0
    : "${BUILD:?the build folder}"
    CLUSTER=$(hosts up -n "$NODES" --shared "$SHARED")
    export CLUSTER
    hosts install "$CLUSTER" "$BUILD"
}

teardown_file() { [ -z "${CLUSTER:-}" ] || hosts down "$CLUSTER"; }

# A folder on all hosts for each test: WORK as they see it, WORK_HERE as we do.
setup() {
    [ -z "$NO_HOSTS" ] || skip "$NO_HOSTS"
    local folder=home/erm/test-$BATS_TEST_NUMBER
    WORK=/shared/$folder
    WORK_HERE=$SHARED/$folder
    STATE=$WORK_HERE/state
    on n0 mkdir "$WORK"
    cd "$WORK_HERE"
    umask 000 # what the test makes here, the user may change
}

teardown() {
    [ -z "$NO_HOSTS" ] || return 0
    local status=0
    if [ -z "${BATS_TEST_COMPLETED:-}" ]; then # the fault is known
        for host in $(all_hosts); do clean "$host"; done
    fi
    nothing_left || status=1
    if [ -z "${BATS_TEST_COMPLETED:-}" ] || [ $status -ne 0 ]; then
        show_logs
    fi
    all_well
    return $status
}

# Sets NO_HOSTS to why there can be none, for setup to skip with: setup_file
# cannot. But in CI what can be installed is to be installed.
need_hosts() {
    local reason status=0
    export NO_HOSTS=
    reason=$("$HOSTS" check) || status=$?
    if [ $status -eq 0 ]; then
        reason=$(hosts root 2>&1) || status=3
    fi
    [ $status -ne 0 ] || return 0
    if [ $status -eq 3 ] && [ "${CI:-}" = true ]; then
        echo "$reason"
        return 1
    fi
    NO_HOSTS=${reason##*$'\n'}
}

# No program on a host gets bats's own descriptor.
hosts() { (umask 022 && exec "$HOSTS" "$@" 3>&-); }

# usage: on HOST COMMAND... : as the ordinary user, in the test's folder once
# there is one, with a state directory of the test's own.
on() {
    local host=$1
    shift
    hosts exec -u erm "$CLUSTER" "$host" \
        env ${WORK:+"ERM_STATE_DIR=$WORK/state"} \
        bash -c 'cd "$1" 2>/dev/null; shift; exec "$@"' - "${WORK:-.}" "$@"
}

as_root() {
    local host=$1
    shift
    hosts exec "$CLUSTER" "$host" "$@"
}

# What the other helpers call: erm as a user of the head types it.
erm() { on n0 erm "$@"; }

all_hosts() { seq -f 'n%g' 0 "$NODES"; }
is_on() { hosts status "$CLUSTER" | grep -q "^$1 on"; }
is_linked() { hosts status "$CLUSTER" | grep -q "^$1 .*link up"; }

# Power and network for all, whatever a test has done to them.
all_well() {
    local host
    for host in $(all_hosts); do
        is_on "$host" || hosts boot "$CLUSTER" "$host"
        is_linked "$host" || hosts linkup "$CLUSTER" "$host"
    done
}

# Waits a little, then shows and removes what the user has left on the hosts.
nothing_left() {
    local host status=0
    for host in $(all_hosts); do
        is_on "$host" || continue
        if ! wait_until "$PATIENCE" is_clean "$host"; then
            echo "left on $host:"
            left_on "$host"
            clean "$host"
            status=1
        fi
    done
    return $status
}

is_clean() { [ -z "$(left_on "$1")" ]; }

# The user's processes but for ssh sessions, and all files in temporary
# folders; the folder of erm's sockets may stay when it is empty.
left_on() {
    as_root "$1" sh -c '
        ps -u erm -o pid=,comm=,args= |
            awk "\$2 !~ /^sshd(-session|-auth)?$/"
        find /tmp /var/tmp /dev/shm -mindepth 1 \
            ! \( -path "/tmp/erm-*" -type d -empty \)'
}

clean() {
    as_root "$1" sh -c 'pkill -9 -u erm
        find /tmp /var/tmp /dev/shm -mindepth 1 -delete' || true
}

show_logs() {
    find "$WORK_HERE" \( -name '*.log' -o -name '*.out' -o -name '*.err' \) \
        -type f -size +0 -exec tail -n 40 {} +
}

# usage: compile SOURCE PROGRAM: an MPI program, on the head.
compile() {
    cp "$BATS_TEST_DIRNAME/mpi/$1" .
    on n0 mpicc -O1 -o "$2" "$1"
}
