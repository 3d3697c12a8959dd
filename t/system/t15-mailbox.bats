#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Jobs that are resized through their mailbox (doc/protocol.md): small shell
# programs that do as they are told, refuse, are silent, late or wrong, wish for
# nodes and leave them; and a manager that is killed between any two steps.

load helper

# Follows every directive as the functions say that a story puts before it:
# offered() is called with each new directive.
FOLLOW='
say() { # say STATUS [MEMBERS]
    printf "{\"seq\": %s, \"status\": \"%s\"%s}\n" "$seq" "$1" "${2:+, $2}" \
        >"$ERM_JOB_DIR/reply/.new" &&
        mv "$ERM_JOB_DIR/reply/.new" "$ERM_JOB_DIR/reply/$seq.json"
}
open() {
    sed -n "s/.*\"seq\":\([0-9]*\).*/\1/p" "$ERM_JOB_DIR/directive.json" \
        2>/dev/null
}
is_over() { [ "$(open)" != "$seq" ]; }
until [ -e end ]; do
    seq=$(open)
    if [ -n "$seq" ] && [ "$seq" != "$last" ]; then
        last=$seq
        echo "$seq" >>seen
        offered
    fi
    sleep 0.05
done'
# Waits for the end, and leaves the mailbox to the story.
WAIT='until [ -e end ]; do sleep 0.05; done'

# usage: start_mail NODES [OPTIONS]
start_mail() {
    local count=$1
    shift
    start_nodes "$count" --cooldown 0 "$@"
}
# usage: submit_app COMMAND [MEMBERS]: of 1 to 3 nodes; MEMBERS are jq's
submit_app() {
    local command=$1 members=${2:-}
    [ -n "$members" ] || members='{}'
    jq -n --arg command "$command" "[{
        command: \$command, type: \"elastic\", resize: \"app\", min_nodes: 1,
        max_nodes: 3, walltime: 3600} + $members]" >app.json
    erm submit -q app.json
    MAIL=$STATE/mailbox/${3:-1}
}
# The same, but it grows only when it asks.
submit_evolving() { submit_app "$1" "{type: \"evolving\"} + ${2:-{\}}"; }

directive() { jq -r "$1" "$MAIL/directive.json"; }
is_open() { [ "$(directive .seq 2>/dev/null)" = "$1" ]; }
is_empty() { [ -z "$(ls "$1")" ]; }
is_closed() { [ ! -e "$MAIL/directive.json" ]; }
has_nodes() { [ "$(xargs <"$MAIL/nodes")" = "$1" ]; }
# usage: put FILE TEXT: as a client does, by rename
put() {
    echo "$2" >"${MAIL:?}/${1%/*}/.new"
    mv "$MAIL/${1%/*}/.new" "$MAIL/$1"
}
reply() { put "reply/$1.json" "$2"; }
wish() { put "request/$1.json" "$2"; }
# usage: answered NAME STATUS
answered() { [ "$(jq -r .status "$MAIL/answer/$1.json")" = "$2" ]; }
answer() { jq -r "$2" "$MAIL/answer/$1.json"; }
# usage: has_events N JQ-CONDITION
has_events() {
    [ "$(jq -s "[.[] | select($2)] | length" "$MAIL/events.jsonl")" = "$1" ]
}
# The manager is killed, and another one comes.
another_manager() {
    crash_manager
    eval "${1:-:}"
    start_again
}
start_again() { erm start -H hosts --cooldown 0 >/dev/null; }

@test "a job accepts, does and has what it was given" {
    start_mail 3
    submit_app 'offered() {
        say accepted
        until grep -q "state.:.accepted" "$ERM_JOB_DIR/directive.json" ||
            is_over; do sleep 0.02; done
        cp "$ERM_JOB_DIR/hosts" hosts.$seq
        say done
        until is_over; do sleep 0.02; done
        (. "$ERM_JOB_DIR/env.sh" && echo "$ERM_NODES $ERM_EPOCH" >>sizes)
    }'"$FOLLOW"
    wait_until $PATIENCE has_lines 1 sizes
    is "$(cat sizes)" 'n1,n2,n3 2'
    is "$("$MAIL/discover" | xargs)" "$(xargs <"$MAIL/hosts")"
    is "$(cut -d: -f1 "$MAIL/hosts" | xargs)" 'n1 n2 n3'
    is "$(cut -d' ' -f1 "$MAIL/cpus" | xargs)" 'n1 n2 n3'
    erm submit -q -N 2 -t 1m -- "$WAIT"
    wait_runs 2
    wait_until $PATIENCE has_lines 2 sizes
    is "$(tail -n 1 sizes)" 'n1 3'
    is "$(cut -d: -f1 hosts.2)" n1 # the others leave before they are gone
    is "$(job_field 1 .nodelist) $(job_field 2 .nodelist)" 'n1 n[2-3]'
    is "$(erm show 1 --json | jq -r .job.mailbox)" "$MAIL"
    has_events 0 '.event == "ignored"'
    touch end
    wait_state 1 completed
    [ ! -e "$MAIL" ]
}

@test "the client of the documentation does" {
    sed -n '/^    #!\/bin\/sh/,/^    done/s/^    //p' \
        "$TOOLS/../../doc/protocol.md" >client.sh
    is "$(wc -l <client.sh)" 12
    start_mail 3
    submit_app "sh client.sh & $WAIT; kill \$!"
    wait_until $PATIENCE has_field 1 .n_nodes 3
    has_events 0 '.event == "ignored"'
    touch end
    wait_state 1 completed
}

@test "a job refuses and says when to ask again" {
    start_mail 3
    submit_app 'offered() {
        if [ "$seq" = 1 ]; then
            say refused "\"retry_after\": 2, \"reason\": \"in a checkpoint\""
            date +%s.%N >refused
        else
            date +%s.%N >again
        fi
    }'"$FOLLOW"
    wait_until $PATIENCE test -s again
    # 2 s from when the manager read it, so not much less on any clock
    [ "$(echo "$(cat again) - $(cat refused) > 1.5" | bc)" = 1 ]
    log_has 'job 1 refuses: in a checkpoint'
    has_events 1 '.event == "refused"'
    is "$(job_field 1 .n_nodes)" 1
}

@test "a job never answers: it keeps its nodes, or they are taken" {
    start_mail 3 -s 1
    submit_app "$WAIT" '{accept_within: 1, cooldown: 60}'
    wait_runs 1
    erm submit -q -N 2 -t 1m -- "$WAIT"
    wait_until $PATIENCE is_open 1
    is "$(directive '.op, .forced, .on_deadline' | xargs)" 'shrink false keep'
    wait_until $PATIENCE is_closed
    has_events 1 '.event == "expired"'
    is "$(job_field 1 .n_nodes)" 3
    runs 1
    touch end
    wait_state 2 completed
    rm end
    submit_app "$WAIT" '{accept_within: 1, cooldown: 60, on_deadline: "force",
        grace: 1}' 3
    wait_runs 3
    erm submit -q -N 2 -t 1m -- true
    wait_until $PATIENCE is_open 2
    is "$(directive '.forced, .on_deadline' | xargs)" 'true force'
    wait_state 4 completed
    has_nodes n1
    runs 3
    has_events 1 '.event == "forced"'
}

@test "a job accepts and never finishes" {
    start_mail 3
    submit_app 'offered() { say accepted; }'"$FOLLOW" \
        '{done_within: 1, cooldown: 60}'
    wait_runs 1
    wait_until $PATIENCE is_open 1
    wait_until $PATIENCE is_closed
    has_events 1 '.event == "accepted"'
    has_events 1 '.event == "expired"'
    is "$(job_field 1 .n_nodes)" 1
    is "$(node_state n2)" idle
}

@test "who is at it has more time" {
    start_mail 3
    submit_app 'offered() {
        say accepted
        for i in 1 2 3; do sleep 1; say progress; done
        sleep 1
        say done
    }'"$FOLLOW" '{done_within: 2}'
    wait_until $PATIENCE has_field 1 .n_nodes 3
    has_events 0 '.event == "expired"'
}

@test "answers that are late, twice, for another directive, or no JSON" {
    start_mail 3
    submit_app "$WAIT" '{cooldown: 60}'
    wait_until $PATIENCE is_open 1
    reply 7 '{"status": "done"}'
    wait_until $PATIENCE has_events 1 '.reason == "directive 7 is not open"'
    reply 1 '{"status": "done"'
    wait_until $PATIENCE has_events 1 '.file == "reply/1.json"'
    reply 1 '{"seq": 2, "status": "done"}'
    wait_until $PATIENCE has_events 2 '.file == "reply/1.json"'
    reply 1 '{"status": "accepted"}'
    wait_until $PATIENCE has_events 1 '.event == "accepted"'
    reply 1 '{"status": "accepted"}'
    wait_until $PATIENCE has_events 1 '.reason == "it was accepted before"'
    is "$(job_field 1 .n_nodes)" 1
    reply 1 '{"status": "done"}'
    wait_until $PATIENCE is_closed
    reply 1 '{"status": "failed"}'
    wait_until $PATIENCE has_events 1 '.reason == "directive 1 is not open"'
    has_events 5 '.event == "ignored"'
    is "$(manager_log | grep -c 'is ignored: ')" 5
    is "$(job_field 1 .n_nodes)" 3
    is_empty "$MAIL/reply"
}

@test "a job gives the nodes that it likes to give" {
    start_mail 3 -s 1
    submit_app 'offered() {
        [ "$seq" != 1 ] || say done "\"nodes\": [\"n1\"]"
    }'"$FOLLOW"
    wait_runs 1
    erm submit -q -t 1m -- "$WAIT"
    wait_runs 2
    is "$(job_field 1 .nodelist) $(job_field 2 .nodelist)" 'n[2-3] n1'
    has_nodes 'n2 n3'
    has_events 1 '.event == "done" and .nodes == ["n1"]'
}

@test "wishes are granted, in part, in time, or denied with a reason" {
    start_mail 4
    submit_evolving 'offered() { say done; }'"$FOLLOW"
    wait_runs 1
    wish a '{"op": "grow", "max": 1, "reason": "more tasks"}'
    wait_until $PATIENCE answered a granted
    wait_until $PATIENCE has_nodes 'n1 n2'
    is "$(answer a .granted)" 1
    erm submit -q -t 10m -- 'until [ -e end2 ]; do sleep 0.05; done'
    erm submit -q -t 10m -- 'until [ -e end3 ]; do sleep 0.05; done'
    wait_runs 2 3
    wish b '{"op": "grow", "max": 1}'
    wait_until $PATIENCE answered b denied
    is "$(answer b .reason)" '1 nodes asked for, 0 idle'
    [ "$(answer b '.retry_after > 500')" = true ]
    wish c '{"op": "grow", "max": 2}'
    wait_until $PATIENCE answered c denied
    is "$(answer c .reason)" 'job 1 has 2 nodes and max_nodes 3'
    wish d '{"op": "grow", "max": 1, "wait": 60}'
    wait_until $PATIENCE answered d queued
    touch end2
    wait_until $PATIENCE answered d granted
    wait_until $PATIENCE has_nodes 'n1 n2 n3'
    wish e '{"op": "release", "nodes": ["n2"]}'
    wait_until $PATIENCE answered e granted
    wait_until $PATIENCE has_nodes 'n1 n3'
    is "$(node_state n2)" idle
    wish f '{"op": "enlarge"}'
    wait_until $PATIENCE answered f denied
    [[ "$(answer f .reason)" == 'op: one of grow, shrink,'* ]]
    is_empty "$MAIL/request"
    touch end3
}

@test "a part of what is wished for, and a size that is set" {
    start_mail 3
    erm submit -q -t 10m -- "$WAIT"
    wait_runs 1
    submit_evolving 'offered() { say done; }'"$FOLLOW"
    MAIL=$STATE/mailbox/2
    wait_runs 2
    wish a '{"op": "grow", "min": 1, "max": 2}'
    wait_until $PATIENCE answered a partial
    is "$(answer a .granted)" 1
    wait_until $PATIENCE has_nodes 'n2 n3'
    wish b '{"op": "set", "max": 1}'
    wait_until $PATIENCE has_nodes n2
    wish c '{"op": "offers"}'
    wait_until $PATIENCE answered c granted
    is "$(answer c .granted)" 1
    [ "$(answer c '.until > now')" = true ]
    wait_until $PATIENCE test -s "$MAIL/offers.json"
    put ./progress 0.5
    wait_until $PATIENCE journal_has progress
}
journal_has() { erm events --json | grep -q "\"event\":\"$1\""; }

@test "a wish takes the time that it may have" {
    start_mail 2
    erm submit -q -t 10m -- "$WAIT"
    wait_runs 1
    submit_evolving "$WAIT"
    MAIL=$STATE/mailbox/2
    wait_runs 2
    wish a '{"op": "grow", "max": 1, "wait": 1}'
    wait_until $PATIENCE answered a queued
    wait_until $PATIENCE answered a denied
    is "$(answer a .reason)" 'it could not be granted in its time'
}

@test "the manager is killed between any two steps of a directive" {
    start_mail 3
    submit_app "$WAIT"
    wait_until $PATIENCE is_open 1
    another_manager
    is_open 1 # the same one
    another_manager 'reply 1 "{\"status\": \"accepted\"}"'
    wait_until $PATIENCE file_has "$MAIL/directive.json" '"state":"accepted"'
    another_manager
    is "$(job_field 1 .directive.state)" accepted
    another_manager 'reply 1 "{\"status\": \"done\"}"'
    wait_until $PATIENCE is_closed
    has_nodes 'n1 n2 n3'
    another_manager
    is "$(job_field 1 .n_nodes)" 3
    erm submit -q -N 2 -t 1m -- "$WAIT"
    wait_until $PATIENCE is_open 2
    another_manager 'rm "$MAIL/directive.json"'
    wait_until $PATIENCE is_open 2 # it is shown again
    reply 2 '{"status": "done"}'
    wait_runs 2
    has_nodes n1
    has_events 1 '.event == "done" and .seq == 1'
    has_events 1 '.event == "done" and .seq == 2'
    has_events 0 '.event == "ignored"'
    touch end
    wait_state 1 completed
    wait_state 2 completed
}

@test "a deadline that passes while no manager runs comes after the answer" {
    start_mail 3
    submit_app "$WAIT" '{accept_within: 2, done_within: 2, cooldown: 60}'
    wait_until $PATIENCE is_open 1
    crash_manager
    reply 1 '{"status": "done"}'
    late=$(directive .done_by)
    wait_until $PATIENCE is_past "$late"
    start_again
    wait_until $PATIENCE is_closed
    is "$(job_field 1 .n_nodes)" 3
    has_events 0 '.event == "expired"'
}
is_past() { [ "$(echo "$(date +%s.%N) > $1" | bc)" = 1 ]; }

@test "the manager is killed between any two steps of a wish" {
    start_mail 3
    submit_evolving "$WAIT"
    wait_runs 1
    another_manager 'wish a "{\"op\": \"grow\", \"max\": 1}"'
    wait_until $PATIENCE answered a granted
    wait_until $PATIENCE is_open 1
    # the grant is in the journal, the answer is not written
    taken=$MAIL/.wish.5.0.a
    another_manager 'echo "{\"op\": \"grow\", \"max\": 1}" >"$taken"
        rm "$MAIL/answer/a.json"'
    wait_until $PATIENCE answered a granted
    is "$(answer a .seq)" 1
    [ ! -e "$taken" ]
    reply 1 '{"status": "done"}'
    wait_until $PATIENCE is_closed
    is "$(job_field 1 .n_nodes)" 2
    erm submit -q -t 10m -- 'until [ -e end2 ]; do sleep 0.05; done'
    wait_runs 2
    wish b '{"op": "grow", "max": 1, "wait": 600}'
    wait_until $PATIENCE answered b queued
    another_manager
    answered b queued
    touch end2
    wait_until $PATIENCE answered b granted
    wait_until $PATIENCE is_open 2
    reply 2 '{"status": "done"}'
    wait_until $PATIENCE has_field 1 .n_nodes 3
    wish c '{"op": "release", "nodes": ["n1", "n2"]}'
    wait_until $PATIENCE answered c granted
    wait_until $PATIENCE has_nodes n3
    another_manager
    is "$(job_field 1 .nodelist)" n3
    has_events 3 '.event == "done"'
}

# Killed at any moment: in the end everything adds up.
@test "a manager that is killed again and again loses no answer" {
    start_mail 4
    submit_app 'offered() {
        say accepted
        sleep 0.$((seq * 7 % 5))
        say done
        until is_over || [ -e end ]; do sleep 0.02; done
    }'"$FOLLOW" '{max_nodes: 4}'
    wait_runs 1
    for round in 1 2 3 4 5 6; do
        erm submit -q -N $((round % 3 + 1)) -t 10s -- \
            "sleep 0.$((round * 3 % 10))"
        sleep 0.$((round * 13 % 20 / 2))
        another_manager
    done
    for job in 2 3 4 5 6 7; do wait_state $job completed; done
    wait_until $PATIENCE has_field 1 .n_nodes 4
    is "$(sort -n seen | uniq -d)" "" # each was shown once
    has_events 0 '.event == "ignored"'
    has_events 0 '.event == "expired" or .event == "failed"'
    has_nodes 'n1 n2 n3 n4'
    touch end
    wait_state 1 completed
    is "$(erm status --json | jq .nodes.idle)" 4
}

@test "a job is cancelled in the middle of a change" {
    start_mail 3
    submit_app 'offered() { say accepted; }'"$FOLLOW"
    wait_until $PATIENCE file_has "$STATE/mailbox/1/directive.json" accepted
    erm cancel -q 1
    wait_state 1 cancelled
    wait_until $PATIENCE test ! -e "$MAIL"
    is "$(erm status --json | jq .nodes.idle)" 3
    submit_app "$WAIT" '{}' 2
    wait_until $PATIENCE is_open 2
    wish a '{"op": "grow", "max": 5, "wait": 60}'
    crash_manager
    erm start -H hosts --cooldown 0 >/dev/null
    erm cancel -q 2
    wait_state 2 cancelled
    wait_until $PATIENCE test ! -e "$MAIL"
}

@test "a job saves its state and starts again on the nodes that it is given" {
    start_mail 3
    submit_app 'echo "$ERM_ATTEMPT $ERM_NODES $ERM_RESTART" >>starts
        if [ -e "$ERM_JOB_DIR/state" ]; then cat "$ERM_JOB_DIR/state" >restored
        fi
        offered() { echo "seq $seq" >"$ERM_JOB_DIR/state"; exit 85; }'"$FOLLOW"
    wait_until $PATIENCE has_lines 2 starts
    is "$(cat starts)" $'1 n1 0\n2 n1,n2,n3 1'
    wait_until $PATIENCE test -s restored
    is "$(cat restored)" 'seq 1'
    is "$(job_field 1 .attempt)" 2
    has_events 1 '.event == "done"'
    touch end
    wait_state 1 completed
}

@test "a job that fills its mailbox with nonsense harms nobody" {
    start_mail 3
    submit_app "$WAIT"
    wait_until $PATIENCE is_open 1
    mkfifo "$MAIL/reply/1.json" "$MAIL/request/a.json" "$MAIL/progress"
    ln -s /etc/passwd "$MAIL/reply/2.json"
    mkdir -p "$MAIL/reply/3.json/deep" "$MAIL/answer/a.json"
    head -c 1000000 /dev/zero >"$MAIL/reply/4.json"
    seq -f "$MAIL/reply/%g.txt" 500 | xargs touch
    rm -r "$MAIL/events.jsonl"
    ln -s "$WORK/precious" "$MAIL/events.jsonl"
    echo keep >precious
    wait_until $PATIENCE is_empty "$MAIL/reply"
    reply 1 '{"status": "done"}'
    wait_until $PATIENCE has_field 1 .n_nodes 3
    is "$(cat precious)" keep
    erm status --json >/dev/null
    touch end
    wait_state 1 completed
    [ ! -e "$MAIL" ]
    is "$(cat precious)" keep
}
