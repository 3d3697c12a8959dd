# SPDX-License-Identifier: BSD-2-Clause
# What all stories share: a folder, a state directory and a runtime folder of
# their own, waiting without sleeping for luck, and a look at the end whether
# anything was left behind and every journal makes sense.
#
# ERM and ERM_SHEPHERD are the programs under test.

bats_require_minimum_version 1.5.0

TOOLS=$BATS_TEST_DIRNAME
# How long to wait for what must happen: only a hang takes so long.
PATIENCE=${TEST_PATIENCE:-60}

setup_file() {
    : "${ERM:?the program under test}" "${ERM_SHEPHERD:?its shepherd}"
    export PATH="${ERM%/*}:$PATH" ERM_SHEPHERD
}

setup() {
    WORK=$BATS_TEST_TMPDIR/work
    STATE=$BATS_TEST_TMPDIR/state
    RUN=$BATS_TEST_TMPDIR/run
    SANITIZER=$BATS_TEST_TMPDIR/sanitizer
    mkdir -p "$WORK"
    mkdir -m 700 "$RUN"
    export XDG_RUNTIME_DIR=$RUN ERM_STATE_DIR=$STATE
    # Every program of this test has it in its environment, so none can hide.
    export TEST_MARK=$BATS_TEST_TMPDIR
    export ASAN_OPTIONS=log_path=$SANITIZER
    export UBSAN_OPTIONS=print_stacktrace=1:log_path=$SANITIZER
    unset ERM_SOCKET NO_COLOR COLUMNS
    # the tests may be run inside of an allocation
    unset ERM_HOSTFILE ${!SLURM_@} ${!PBS_@} ${!LSB_@} ${!COBALT_@}
    MANAGER=
    cd "$WORK"
}

teardown() {
    local status=0
    stop_everything || status=1
    no_process_left || status=1
    journals_are_sound || status=1
    if compgen -G "$SANITIZER.*" >/dev/null; then
        cat "$SANITIZER".*
        status=1
    fi
    if [ -z "${BATS_TEST_COMPLETED:-}" ] || [ $status -ne 0 ]; then
        tail -n 40 "$STATE/erm.log" "$WORK/manager.log" 2>/dev/null || true
    fi
    return $status
}

# Waits a little, then names and kills what is left.
no_process_left() {
    local pid
    wait_until $PATIENCE has_no_process && return 0
    for pid in $(marked_processes); do
        echo "left behind: $pid: $(tr '\0' ' ' <"/proc/$pid/cmdline")"
        kill -9 "$pid"
    done
    return 1
}
has_no_process() { [ -z "$(marked_processes)" ]; }
# Those that were started with this test's mark in their environment.
marked_processes() {
    env -u TEST_MARK grep -lsazFx "TEST_MARK=$TEST_MARK" \
        /proc/[0-9]*/environ | cut -d/ -f3
}

# What the managers of this story have written, in the eyes of a checker that
# shares no code with erm. JOURNALS_ARE is what it is to be told besides
# (--allocation), or `damaged` where the story damages one.
journals_are_sound() {
    local database report status=0
    [ "${JOURNALS_ARE:-}" != damaged ] || return 0
    while read -r database; do
        if ! report=$("$TOOLS/../torture/check_journal.py" ${JOURNALS_ARE:-} \
            "${database%/*}" 2>&1); then
            echo "$database: $report"
            status=1
        fi
    done < <(find "$BATS_TEST_TMPDIR" -name erm.db)
    return $status
}

stop_everything() {
    local state
    for state in "$BATS_TEST_TMPDIR"/*/; do
        [ ! -e "$state/lock" ] || end_manager_of "$state"
    done
    [ -z "$MANAGER" ] || end_child "$MANAGER"
}

# usage: end_child PID: ends a manager of ours, leaving its jobs.
end_child() {
    kill "$1" 2>/dev/null || true
    wait "$1" || true
}

# Ends a manager and its jobs; one is started when only jobs are left.
end_manager_of() {
    if ! "$ERM" stop --cancel-jobs --state-dir "$1" >/dev/null 2>&1 3>&-; then
        if [ -n "$(ls -A "$1/jobs" 2>/dev/null)" ]; then
            "$ERM" start -N 1 --state-dir "$1" >/dev/null 2>&1 3>&- || true
            "$ERM" stop --cancel-jobs --state-dir "$1" \
                >/dev/null 2>&1 3>&- || true
        fi
    fi
}

# erm is a function so that no program gets bats's own descriptor.
erm() { "$ERM" "$@" 3>&-; }

# usage: wait_until SECONDS COMMAND... : until COMMAND succeeds.
wait_until() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        if [ $SECONDS -ge $end ]; then
            echo "waited in vain for: $*"
            return 1
        fi
        sleep 0.05
    done
}

# A manager in the background (erm start) with N nodes n1..nN.
start_nodes() {
    local count=$1
    shift
    seq -f 'n%g' "$count" >hosts
    erm start -H hosts "$@" >/dev/null
}

# A manager in the foreground, as a child of the test; its log: manager.log.
run_manager() {
    "$ERM" "$@" >manager.log 2>&1 </dev/null 3>&- &
    MANAGER=$!
    wait_until $PATIENCE erm status
}

manager_pid() { erm status --json | jq .pid; }

# kill -9 of whatever manager holds the state directory.
crash_manager() {
    local pid
    pid=$(manager_pid)
    kill -9 "$pid"
    wait_until $PATIENCE is_gone "$pid"
}

is_gone() { ! kill -0 "$1" 2>/dev/null || [ "$(state_of "$1")" = Z ]; }
state_of() { sed 's/.*) //' "/proc/$1/stat" | cut -d' ' -f1; }

# usage: job_field ID JQ-PATH   for example: job_field 3 .state
job_field() { erm show "$1" --json | jq -r "(.jobs[0]? // .job)$2"; }
# Asked for again and again: without jq, which is slow to start.
has_state() { [[ "$(erm queue -n -o state "$1")" =~ ^\ *"$2"\ *$ ]]; }
has_field() { [ "$(job_field "$1" "$2")" = "$3" ]; }
# usage: wait_state ID STATE
runs() {
    [[ "$(erm queue -n -o state "$1")" =~ ^\ *(running|growing|shrinking) ]]
}
wait_runs() {
    local id
    for id; do wait_until $PATIENCE runs "$id"; done
}
wait_state() { wait_until $PATIENCE has_state "$1" "$2"; }
# usage: node_state NAME
node_state() {
    erm nodes --json |
        jq -r --arg name "$1" '.nodes[] | select(.name == $name).state'
}
has_node_state() { [ "$(node_state "$1")" = "$2" ]; }
count_jobs() { erm queue -a --json | jq '.jobs | length'; }
has_jobs() { [ "$(count_jobs)" = "$1" ]; }
is_idle() { [ "$(erm status --json | jq .idle)" = true ]; }
# Are there N lines in FILE?
has_lines() { [ "$(wc -l <"$2")" -eq "$1" ]; }
file_has() { grep -q -- "$2" "$1"; }
# What the manager has said, wherever it runs.
manager_log() { cat "$STATE/erm.log" manager.log 2>/dev/null || true; }
log_has() { manager_log | grep -q -- "$1"; }
is_pid_file() { [ -s "$1" ] && kill -0 "$(cat "$1")"; }

# Runs a command as people see it: on a terminal.
on_terminal() { script -qec "$*" /dev/null </dev/null 3>&-; }

# Runs a command that has to obey file modes, also when root runs the tests.
obeying_modes() {
    local caps=-dac_override,-dac_read_search
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --inh-caps=$caps --bounding-set=$caps -- "$@" 3>&-
    else
        "$@" 3>&-
    fi
}

# The API by hand: usage: api METHOD PATH [BODY]. Prints body and status line.
api() {
    curl -s --max-time $PATIENCE -X "$1" -w '\n%{http_code}\n' \
        --unix-socket "$(cat "$STATE/socket")" ${3+--data-binary "$3"} \
        "http://erm$2" 3>&-
}

# Assertions on $output and $status of bats's run.
has() {
    local text
    for text; do
        [[ "$output" == *"$text"* ]] || { show "should have: $text"; return 1; }
    done
}
has_not() {
    local text
    for text; do
        [[ "$output" != *"$text"* ]] || { show "should not: $text"; return 1; }
    done
}
is() { [ "$1" = "$2" ] || { show "is '$1', should be '$2'"; return 1; }; }
fails_with() { [ "$status" -eq "$1" ] || { show "status $status, not $1"; return 1; }; }
ok() { fails_with 0; }
show() {
    echo "$1"
    echo "status ${status:-}; output: ${output:-}; errors: ${stderr:-}"
}
