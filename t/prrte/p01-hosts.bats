#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# The hosts themselves: are they apart where they should be, and do PRRTE and
# MPI run over them as they do on a cluster?

load helper

# As soon as erm is to notice a lost node; with keepalive it takes 3 + 3 * 1 s.
NOTICED=10

# usage: start_dvm HOST... : prte on the head, as erm starts it; its pid: DVM.
start_dvm() {
    printf '%s slots=1000\n' "$@" >dvm-hosts
    on n0 prte --no-ready-msg --prtemca odls_base_max_threads 0 \
        --prtemca plm_ssh_args '-o ConnectTimeout=4' \
        --prtemca oob_tcp_keepalive_time 3 \
        --prtemca oob_tcp_keepalive_intvl 1 \
        --prtemca oob_tcp_keepalive_probes 3 \
        --report-uri dvm.uri --hostfile dvm-hosts >dvm.log 2>&1 </dev/null &
    DVM=$!
}

# usage: prun COUNT COMMAND... : one process on each of COUNT nodes.
prun() {
    local count=$1
    shift
    on n0 prun --dvm-uri file:dvm.uri --num-connect-retries 100 \
        -n "$count" --map-by node --bind-to none "$@"
}

end_dvm() {
    on n0 pkill -x prte
    wait "$DVM" || true
}

# usage: start_ranks: "sleep" on n1 to n4 in a new DVM; prun's pid: PRUN.
start_ranks() {
    start_dvm n1 n2 n3 n4
    prun 4 sleep 1000 >prun.log 2>&1 &
    PRUN=$!
    for host in n1 n2 n3 n4; do
        wait_until "$PATIENCE" on "$host" pgrep -x sleep -u erm
    done
}

# Both of them end soon, and not as if all were well.
dvm_notices() {
    wait_until $NOTICED is_gone "$PRUN"
    wait_until $NOTICED is_gone "$DVM"
    run wait "$PRUN"
    fails_with 195
}

@test "each host has its own name and knows the others" {
    for host in $(all_hosts); do
        run on "$host" hostname
        is "$output" "$host"
        on "$host" ping -q -c 1 -W 5 n0
        on n0 ping -q -c 1 -W 5 "$host"
    done
    run ! on n0 getent hosts n5
}

@test "everybody can log in from any host to any other without a password" {
    local all
    mapfile -t all < <(all_hosts)
    for user in erm root; do
        for host in "${all[@]}"; do
            run hosts exec -u $user "$CLUSTER" "$host" bash -c \
                'for to; do ssh -o BatchMode=yes $to "hostname; id -un"; done' \
                - "${all[@]}"
            ok
            is "$output" "$(printf "%s\n$user\n" "${all[@]}")"
        done
    done
}

@test "sshd is as Debian has it" {
    run as_root n1 /usr/sbin/sshd -T
    has "maxstartups 10:30:100"
}

@test "the ordinary user is no more than that" {
    run on n1 id -u
    is "$output" 1000
    run ! on n1 touch /etc/x
    run ! on n1 touch /usr/local/x
    run ! as_root n1 touch /usr/local/x
    on n1 unshare --user --map-current-user --keep-caps --uts \
        sh -c 'hostname other && test $(hostname) = other'
    run on n1 hostname
    is "$output" n1
}

@test "/shared is the same on all hosts, /tmp and the rest each host's own" {
    on n1 sh -c 'echo from n1 >file; touch /tmp/mine /dev/shm/mine'
    as_root n1 touch /run/mine /etc/mine
    for host in n0 n2; do
        run on "$host" cat file
        is "$output" "from n1"
        for file in /tmp/mine /dev/shm/mine /run/mine /etc/mine; do
            run ! on "$host" ls $file
            on n1 ls $file
        done
    done
    on n1 rm /tmp/mine /dev/shm/mine
}

@test "each host has its own processes, and loses those whose parent dies" {
    on n1 sleep 4321 &
    wait_until "$PATIENCE" on n1 pgrep -f 'sleep 4321'
    run ! on n2 pgrep -f 'sleep 4321'
    on n1 pkill -f 'sleep 4321'
    on n1 sh -c '(sleep 0.1; true) & sleep 0.01'
    wait_until "$PATIENCE" has_no_zombies n1
}
has_no_zombies() { ! on "$1" ps -e -o stat= | grep -q Z; }

@test "erm is there and runs as the ordinary user" {
    for host in n0 n4; do
        run on "$host" sh -c 'ldd /usr/local/bin/erm /usr/local/libexec/erm/*'
        has_not "not found"
    done
    erm start -N 2
    erm submit -- sh -c 'echo $(id -un) on $(hostname)'
    erm wait 1
    run erm log 1
    is "$output" "erm on n0"
    erm stop
}

@test "MPI runs over four hosts" {
    compile hello.c hello
    start_dvm n1 n2 n3 n4
    run prun 4 ./hello
    ok
    for rank in 0 1 2 3; do
        has "rank $rank of 4 on n$((rank + 1)): Open MPI v"
    done
    end_dvm
}

@test "prun tells how a job ended" {
    compile hello.c hello
    start_dvm n1 n2
    run prun 2 ./hello 7
    fails_with 7
    run prun 2 sh -c 'kill -SEGV $$'
    fails_with 139
    run prun 2 sh -c 'kill -KILL $$'
    fails_with 137
    run prun 2 true
    ok
    end_dvm
}

@test "power cut: silence, and after boot a host with nothing on it" {
    on n2 touch /tmp/mine
    start_ranks
    hosts crash "$CLUSTER" n2
    run hosts status "$CLUSTER"
    has "n2 off, link down" "n1 on, link up"
    run ! hosts exec "$CLUSTER" n2 true
    has "n2 is off"
    dvm_notices
    hosts boot "$CLUSTER" n2
    run on n2 ls -A /tmp
    is "$output" ""
    run on n0 ssh n2 hostname
    is "$output" n2
    run ! hosts boot "$CLUSTER" n2
    has "n2 is on"
}

@test "link down: both sides notice and end their processes" {
    start_ranks
    hosts linkdown "$CLUSTER" n3
    run hosts status "$CLUSTER"
    has "n3 on, link down"
    run ! on n0 ssh -o ConnectTimeout=1 n3 true
    dvm_notices
    for host in $(all_hosts); do
        wait_until $NOTICED is_clean "$host"
    done
    hosts linkup "$CLUSTER" n3
    run on n0 ssh n3 hostname
    is "$output" n3
}

@test "what a test leaves on a host is found, and removed" {
    on n2 sh -c 'touch /tmp/prte.mine; mkdir /dev/shm/mine'
    on n2 sleep 4321 &
    wait_until "$PATIENCE" on n2 pgrep -f 'sleep 4321'
    PATIENCE=1 run ! nothing_left
    has "left on n2" "sleep 4321" "/tmp/prte.mine" "/dev/shm/mine"
    has_not "left on n1" "sshd"
    run nothing_left
    ok
}

@test "clusters do not see each other, and each is taken down alone" {
    folder=$BATS_TEST_TMPDIR/other
    other=$(hosts up -n 1 --dir "$folder")
    has_process_of "$folder"
    run hosts status
    has "$other" "$CLUSTER"
    run hosts exec "$other" n0 ssh n1 'hostname; ls -A /shared/home'
    is "$output" $'n1\nerm'
    on n1 sleep 4321 &
    wait_until "$PATIENCE" on n1 pgrep -f 'sleep 4321'
    hosts exec "$other" n1 sh -c 'sleep 1234 & setsid sleep 1234 &'
    run ! hosts exec "$other" n1 pgrep -f 'sleep 4321'
    hosts crash "$other" n1
    on n1 pgrep -f 'sleep 4321'
    hosts down "$other"
    on n1 pkill -f 'sleep 4321'
    nothing_is_left_of "$other" "$folder"
}

# usage: nothing_is_left_of ID FOLDER: no namespace, mount, process or name.
nothing_is_left_of() {
    run ip netns
    has_not "erm-$1-"
    run cat /proc/self/mountinfo
    has_not "erm-$1-" "$2"
    wait_until "$PATIENCE" has_no_process_of "$2"
    [ ! -e "$2" ]
    run hosts status
    has_not "$1"
    run ! hosts down "$1"
    has "there is no cluster $1"
}
has_no_process_of() { ! has_process_of "$1"; }
has_process_of() { grep -qsazFx "PLACE=$1" /proc/[0-9]*/environ; }

@test "a folder that is there already is kept" {
    mkdir folder
    touch folder/file
    other=$(hosts up -n 1 --shared folder)
    run hosts exec "$other" n1 ls /shared/file
    ok
    hosts down "$other"
    [ -e folder/file ]
    run ! hosts up -n 1 --dir folder
    has "folder is not empty"
}

@test "a cluster whose making was killed can be taken down" {
    folder=$BATS_TEST_TMPDIR/half
    setsid "$HOSTS" up -n 3 --dir "$folder" >/dev/null 2>&1 3>&- &
    maker=$!
    wait_until "$PATIENCE" has_begun
    kill -9 -- "-$maker"
    wait "$maker" || true
    half=$(id_of "$folder")
    hosts down "$half"
    nothing_is_left_of "$half" "$folder"
}
has_begun() { half=$(id_of "$folder") && [ -e "/run/netns/erm-$half-sw" ]; }
# usage: id_of FOLDER
id_of() {
    local id
    for id in $(hosts status); do
        if [ "$(readlink "/var/lib/erm-hosts/$id")" = "$1" ]; then
            echo "$id"
            return 0
        fi
    done
    return 1
}

@test "a machine that is Debian 13 lends its own system" {
    # Such a machine is at hand: one of our hosts.
    cp -r "$BATS_TEST_DIRNAME" "$WORK_HERE/prrte"
    as_root n1 "$WORK/prrte/hosts" check
    run as_root n1 "$WORK/prrte/hosts" root
    is "$output" /
    inner=$(as_root n1 "$WORK/prrte/hosts" up -n 1)
    run as_root n1 "$WORK/prrte/hosts" exec -u erm "$inner" n0 \
        ssh n1 'hostname; id -un; command -v prte'
    is "$output" $'n1\nerm\n/usr/bin/prte'
    as_root n1 "$WORK/prrte/hosts" up -n 1
    as_root n1 "$WORK/prrte/hosts" down --all
    run as_root n1 sh -c 'ip netns; ls -A /var/lib/erm-hosts'
    is "$output" ""
}

@test "wrong commands say what is wrong" {
    run ! hosts exec ffff n1 true
    has "there is no cluster ffff"
    run ! hosts exec ../x n1 true
    has "there is no cluster ../x"
    for host in n5 n04 m1 n; do
        run ! hosts crash "$CLUSTER" $host
        has "has n0 to n4, not $host"
    done
    run ! hosts exec -u nobodyknows "$CLUSTER" n1 true
    has "there is no user nobodyknows"
    run ! hosts up -n 0
    has "1 to 200 nodes, not 0"
    run hosts crush
    fails_with 2
}
