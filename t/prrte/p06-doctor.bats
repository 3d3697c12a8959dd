#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# erm doctor on hosts: what it finds wrong with them, and what it cleans up
# when a shepherd could not.

load helper

# usage: of_job ID NAME : pids on the head.
of_job() {
    as_root n0 sh -c '
        for p in $(grep -lsaz "^ERM_JOB_ID=$1\$" /proc/[0-9]*/environ); do
            read -r comm <"${p%environ}comm" && [ "$comm" = "$2" ] &&
                echo "$p" | cut -d/ -f3
        done; true' - "$1" "$2"
}
# usage: leave HOST KEY COUNT : what a job leaves, processes and its folder.
leave() {
    on "$1" bash -c 'mkdir -m 700 "/tmp/erm-$1"
        for ((i = 0; i < $2; i++)); do
            ERM_DVM_KEY=$1 setsid sleep 1000 </dev/null >/dev/null 2>&1 &
        done' - "$2" "$3"
}
# erm where there is no state directory.
stateless() { on n0 env -u ERM_STATE_DIR erm "$@"; }
has_sleepers() { on "$1" pgrep -u erm -x sleep >/dev/null; }

@test "hosts that are well" {
    run erm doctor -H ../hosts
    ok
    has 'HOST ' $'\n4 hosts: all well'
    run erm doctor --json -H ../hosts
    ok
    is "$(jq -c '[.hosts[] | .ok and .shared]' <<<"$output")" \
        '[true,true,true,true]'
    is "$(jq -r '.machine.prrte == .hosts[3].prrte' <<<"$output")" true
}

@test "a host without sshd, and one without a network" {
    as_root n3 pkill -x sshd
    hosts linkdown "$CLUSTER" n4
    run erm doctor -H ../hosts
    as_root n3 /usr/sbin/sshd
    hosts linkup "$CLUSTER" n4
    fails_with 1
    has 'n3: ssh: connect to host n3 port 22: Connection refused' \
        'hint: is sshd running there?' \
        'n4: ssh: connect to host n4 port 22: ' \
        $'\n4 hosts: 2 well, 2 with problems'
}

@test "an unknown name, an unknown key, no key" {
    as_root n2 mv /etc/ssh/ssh_host_ed25519_key /etc/ssh/old
    as_root n2 sh -c 'ssh-keygen -q -t ed25519 -N "" \
        -f /etc/ssh/ssh_host_ed25519_key; pkill -x sshd; /usr/sbin/sshd'
    as_root n3 sh -c 'echo "AllowUsers nobody" >>/etc/ssh/sshd_config
        pkill -x sshd; /usr/sbin/sshd'
    run erm doctor n1 n2 n3 n9
    hosts crash "$CLUSTER" n2
    hosts crash "$CLUSTER" n3
    fails_with 1
    has 'host key changed' 'no key' 'unknown name' 'hint: give it your key' \
        $'\n4 hosts: 1 well, 3 with problems'
}

@test "a noisy login script, too many slots, a folder that is not shared" {
    on n0 bash -c 'echo "echo welcome" >~/.bashrc'
    echo 'n1 slots=1000' >hostfile
    run on n0 bash -c 'cd /tmp && exec env -u ERM_STATE_DIR erm doctor -H "$1"' \
        - "$WORK/hostfile"
    on n0 rm ../.bashrc
    fails_with 1
    has 'its login scripts print 1 line over ssh: welcome' \
        'but slots=1000' 'does not see what is in /tmp here'
}

@test "it asks a manager that runs for its hosts" {
    erm start -H ../hosts -N 2
    run erm doctor
    ok
    has $'\n2 hosts: all well'
    erm stop
}

@test "what lives is not cleaned, what a killed shepherd left is" {
    erm start -H ../hosts
    erm submit -q -N 2 --launch mpi -- sleep 1000
    erm submit -q -N 1 --launch mpi -- sleep 1000
    wait_runs 1 2
    read -r hit <<<"$(erm show 1 --json | jq -r '.job.nodes[1]')"
    run erm doctor --clean --all
    ok
    has 'nothing to clean on 5 hosts'
    erm stop
    as_root n0 kill -9 $(of_job 1 erm-shepherd) $(of_job 1 erm-dvm)
    run erm doctor --clean --dry-run -H ../hosts
    ok
    has "$hit: would end" 'of job 1 (attempt 1), would remove /tmp/erm-'
    has_not 'job 2'
    has_sleepers "$hit"
    run erm doctor --clean -H ../hosts
    ok
    has "$hit: ended" 'of job 1 (attempt 1), removed /tmp/erm-'
    run ! has_sleepers "$hit"
    run erm doctor --clean -H ../hosts
    ok
    has 'nothing to clean on 5 hosts'
    erm start -H ../hosts
    wait_state 1 lost
    is "$(job_field 2 .state)" running
    erm cancel 2
    wait_state 2 cancelled
    erm stop
}

@test "another state directory's is told, and ended by --all" {
    leave n2 deadbeef.7.1 3
    run stateless doctor --clean n1 n2
    ok
    has 'n2: left alone: 3 processes of job 7 (attempt 1) of another state' \
        ', /tmp/erm-deadbeef.7.1'
    has_sleepers n2
    run stateless doctor --clean --all --dry-run n1 n2
    has 'n2: would end 3 processes'
    has_sleepers n2
    run stateless doctor --clean --all n1 n2
    ok
    has 'n2: ended 3 processes of job 7 (attempt 1) of another state' \
        ', removed /tmp/erm-deadbeef.7.1'
    run ! has_sleepers n2
}

@test "links and other users' processes are left alone" {
    on n2 bash -c 'mkdir kept && touch kept/file
        ln -s "$PWD/kept" /tmp/erm-deadbeef.8.1'
    as_root n2 sh -c 'ERM_DVM_KEY=deadbeef.9.1 setsid sleep 1000 \
        </dev/null >/dev/null 2>&1 & mkdir /tmp/erm-deadbeef.9.1'
    run stateless doctor --clean --all n2
    ok
    has 'nothing to clean on 2 hosts'
    on n2 test -e kept/file
    as_root n2 test -d /tmp/erm-deadbeef.9.1
    as_root n2 sh -c 'pkill -9 -x -u root sleep; rmdir /tmp/erm-deadbeef.9.1
        rm /tmp/erm-deadbeef.8.1'
}
