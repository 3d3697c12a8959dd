#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# erm app exec, run and pool in a job whose manager is the test: it moves files
# into the mailbox as doc/protocol.md has them.

load helper

# usage: enter_job NODE...: from now on this is a job on these nodes.
enter_job() {
    export ERM_JOB_DIR=$WORK/box ERM_MIN_NODES=1
    mkdir -p box/reply box/request box/answer
    give_nodes "$@"
}
# The job has these nodes now, two slots each.
give_nodes() {
    printf '%s\n' "$@" >box/.nodes
    printf '%s:2\n' "$@" >box/.hosts
    mv box/.hosts box/hosts
    mv box/.nodes box/nodes
}
# usage: direct SEQ OP CURRENT DELTA TARGET [MEMBERS]: lists with commas.
direct() {
    jq -nc --arg op "$2" --arg current "$3" --arg delta "$4" --arg target "$5" \
        "{v: 1, seq: $1, op: \$op, current: (\$current | split(\",\")),
          delta: (\$delta | split(\",\")), target: (\$target | split(\",\"))
          ${6:+, $6}}" >box/.directive
    mv box/.directive box/directive.json
}
replied() { [ "$(jq -r .status "box/reply/$1.json")" = "$2" ]; }
# The directive has ended, and these are the nodes now.
close_directive() {
    give_nodes "$@"
    rm box/directive.json
}
# usage: begin VERB...: erm app in the background; what it tells: told.
begin() {
    "$ERM" app "$@" 2>told 3>&- &
    APP=$!
}
ends_with() {
    local status=0
    wait $APP || status=$?
    is $status "$1"
}
far() {
    export ERM_RSH="$TOOLS/far_host.py" FAR_HOST_LOG=$WORK/far.log
    : >far.log
}

@test "exec runs on a slice with its processors" {
    enter_job n1 n2
    printf 'n1 0\nn2 1\n' >box/cpus
    run -0 erm app exec -n n2 -- \
        sh -c 'echo $ERM_NODE; grep Cpus_allowed_list /proc/self/status'
    is "$output" $'n2\nCpus_allowed_list:\t1'
    run -4 erm app exec -n n3 -- true
    has 'n3 is not a node of this job'
    run -0 erm app exec -- 'echo one line on $ERM_NODE'
    is "$output" 'one line on n1'
    run -127 erm app exec -n n1 -- no-such-program x
}

@test "exec --all runs on each node and tells the highest status" {
    enter_job n1 n2 n3
    run -3 erm app exec --all -- sh -c 'echo $ERM_NODE; exit ${ERM_NODE#n}'
    is "$(sort <<<"$output")" $'n1\nn2\nn3'
}

@test "exec reaches another host in the same folder, and its code comes back" {
    enter_job far1 far2
    far
    export ERM_DVM_KEY=key.1.1
    run -7 erm app exec -n far2 -- \
        sh -c 'echo "$ERM_NODE $ERM_DVM_KEY $PWD $1"; exit 7' sh "it's"
    is "$output" "far2 key.1.1 $WORK it's"
    is "$(cat far.log)" far2
}

@test "a command on another host hears signals, and ends when exec is killed" {
    enter_job far1
    far
    begin exec -- "trap 'echo >warned' USR1; trap 'exit 9' TERM; echo >on
                     while :; do sleep 0.05; done"
    wait_until $PATIENCE test -e on
    kill -USR1 $APP
    wait_until $PATIENCE test -e warned
    kill $APP
    ends_with 9

    rm on
    begin exec -- "trap '' TERM; echo \$\$ >on; sleep 100 & wait; wait"
    wait_until $PATIENCE test -s on
    kill -9 $APP
    wait_until $PATIENCE is_gone "$(cat on)"
    # all of it: has_no_process at the end looks for the sleep
}

@test "run passes the code and signals on" {
    run -5 erm app run -- sh -c 'exit 5'
    run -137 erm app run -- sh -c 'kill -9 $$'
    begin run -- sh -c 'trap "exit 8" USR2; echo >on; while :; do sleep 0.05; done'
    wait_until $PATIENCE test -e on
    kill -USR2 $APP
    ends_with 8
}

@test "run makes a checkpoint at a directive and says: run me again" {
    enter_job n1
    begin run --checkpoint 'env | grep ^ERM_RESIZE_ | sort >saved' -- \
        sh -c 'echo >on; sleep 100'
    wait_until $PATIENCE test -e on
    direct 3 grow n1 n2,n3 n1,n2,n3
    ends_with 85
    is "$(cat saved)" $'ERM_RESIZE_EVENT=grow\nERM_RESIZE_NODES=n2,n3\nERM_RESIZE_SEQ=3'
    # 85 is the answer
    is "$(ls box/reply)" ''
}

@test "run refuses when no checkpoint could be made, and the program goes on" {
    enter_job n1 n2
    begin run --checkpoint 'exit 4' -- sh -c 'echo >on; until test -e end; do sleep 0.05; done'
    wait_until $PATIENCE test -e on
    direct 3 shrink n1,n2 n2 n1
    wait_until $PATIENCE replied 3 refused
    is "$(jq -r .reason box/reply/3.json)" 'the checkpoint command failed: 4'
    : >end
    ends_with 0
}

@test "run makes a checkpoint at a warning, and the program goes on" {
    enter_job n1
    begin run --checkpoint 'echo $ERM_RESIZE_EVENT >saved' -- \
        sh -c 'echo >on; until test -e end; do sleep 0.05; done; exit 6'
    wait_until $PATIENCE test -e on
    kill -USR1 $APP
    wait_until $PATIENCE file_has saved warning
    : >end
    ends_with 6
}

@test "pool runs each line once, on the slots of all nodes" {
    enter_job n1 n2
    seq 40 >tasks
    run -0 --separate-stderr erm app pool -f tasks -- \
        sh -c 'echo "$1 $ERM_TASK_ID $ERM_NODE"' sh {}
    is "$(wc -l <<<"$output")" 40
    is "$(cut -d' ' -f1 <<<"$output" | sort -nu | wc -l)" 40
    is "$(cut -d' ' -f3 <<<"$output" | sort -u)" $'n1\nn2'
    [ "$stderr" = "erm: 40 tasks: 40 done, 0 failed, 0 not run; 0 runs repeated; 2 nodes used" ]
    is "$(cat box/progress)" 1.000000
}

@test "pool tells failures, tries again, and goes on only when told" {
    enter_job n1
    seq 5 >tasks
    run -1 --separate-stderr erm app pool -f tasks -j 1 -- 'echo {}; [ {} != 2 ]'
    is "$output" $'1\n2'
    [[ $stderr == *'task 2 on n1: exit status 1: 2'* ]]
    [[ $stderr == *'5 tasks: 1 done, 1 failed, 3 not run'* ]]
    run -1 --separate-stderr erm app pool --again -f tasks -j 1 --retries 1 --keep-going \
        -- 'echo {}.$ERM_TASK_TRY; [ {} != 2 ]'
    is "$output" $'1.1\n2.1\n3.1\n4.1\n5.1\n2.2'
    [[ $stderr == *'5 tasks: 4 done, 1 failed, 0 not run; 1 runs repeated'* ]]
}

@test "pool does not run again what an attempt before has done" {
    enter_job n1
    seq 6 >tasks
    run -1 erm app pool -f tasks -j 1 -- 'test -e fixed || [ {} != 4 ]'
    : >fixed
    run -0 --separate-stderr erm app pool -f tasks -j 1 -- 'test -e fixed || [ {} != 4 ]'
    [[ $stderr == *'6 tasks: 6 done'* ]]
    # other tasks are other tasks
    run -0 erm app pool -f tasks -j 1 -- 'echo {} >>second'
    is "$(wc -l <second)" 6
}

@test "pool uses nodes that come, and refuses those it has no use for" {
    enter_job n1
    seq 200 >tasks
    begin pool -f tasks -- 'echo {} $ERM_NODE >>log; sleep 0.1'
    wait_until $PATIENCE test -s log
    direct 1 grow n1 n2,n3 n1,n2,n3
    wait_until $PATIENCE replied 1 done
    close_directive n1 n2 n3
    wait_until $PATIENCE grep -q 'n3$' log
    ends_with 0
    is "$(cut -d' ' -f1 log | sort -nu | wc -l)" 200
    is "$(wc -l <log)" 200
    file_has told '200 tasks: 200 done, 0 failed, 0 not run; 0 runs repeated; 3 nodes used'

    seq 2 >two
    begin pool -f two -- 'echo {} >on; until test -e end; do sleep 0.05; done'
    wait_until $PATIENCE test -e on
    direct 2 grow n1 n2 n1,n2
    wait_until $PATIENCE replied 2 refused
    : >end
    ends_with 0
}

@test "pool finishes what runs on a node that is to go, and says so then" {
    enter_job n1 n2
    seq 60 >tasks
    begin pool -f tasks -- \
        'test $ERM_NODE = n1 || until test -e end; do sleep 0.05; done
         echo {} $ERM_NODE >>log; sleep 0.05'
    wait_until $PATIENCE test -s log
    direct 1 shrink n1,n2 n2 n1
    wait_until $PATIENCE replied 1 accepted
    # as long as they run it is not done
    wait_until $PATIENCE grep -q '^2[0-9] n1' log
    replied 1 accepted
    : >end
    wait_until $PATIENCE replied 1 done
    close_directive n1
    ends_with 0
    is "$(cut -d' ' -f1 log | sort -n)" "$(seq 60)"
    is "$(grep -c n2 log)" 2
    file_has told '60 tasks: 60 done, 0 failed, 0 not run; 0 runs repeated'
}

@test "pool gives, where it may choose, the node that has least to do" {
    enter_job n1 n2 n3
    seq 5 >tasks
    # the two of n2 and the first of n1 are long
    begin pool -f tasks --keep-nodes -- 'until test $ERM_NODE = n3 || test -e end; do sleep 0.05; done; : {}'
    wait_until $PATIENCE test -s box/progress
    wait_until $PATIENCE grep -q '^0\.[24]' box/progress
    direct 1 shrink n1,n2,n3 n2 n1,n3 'choice: true'
    wait_until $PATIENCE replied 1 done
    is "$(jq -c .nodes box/reply/1.json)" '["n3"]'
    close_directive n1 n2
    : >end
    ends_with 0
    file_has told '5 tasks: 5 done, 0 failed, 0 not run; 0 runs repeated'
}

@test "pool cuts off what does not finish in time, and runs it elsewhere" {
    enter_job n1 n2
    seq 12 >tasks
    begin pool -f tasks --grace 0.2s -- \
        'echo {} $ERM_NODE >>begun; test $ERM_NODE = n1 || sleep 100; echo {} >>log; sleep 0.05'
    wait_until $PATIENCE grep -q n2 begun
    direct 1 shrink n1,n2 n2 n1 "done_by: $(($(date +%s) + 2))"
    wait_until $PATIENCE replied 1 done
    close_directive n1
    ends_with 0
    is "$(sort -n log)" "$(seq 12)"
    file_has told '12 tasks: 12 done, 0 failed, 0 not run; 2 runs repeated'
}

two_on_n2() { [ "$(grep -c n2 begun)" = 2 ]; }

@test "pool goes on without a node that is lost" {
    enter_job n1 n2
    seq 12 >tasks
    begin pool -f tasks --grace 0.2s -- \
        'echo $$ >on-$ERM_NODE.{}; echo {} $ERM_NODE >>begun; test $ERM_NODE = n1 || exec sleep 100; echo {} >>log; sleep 0.05'
    wait_until $PATIENCE two_on_n2
    # its tasks die first, then the manager hears of it
    kill -9 $(cat on-n2.*)
    give_nodes n1
    ends_with 0
    is "$(sort -n log)" "$(seq 12)"
    file_has told 'n2 is gone'
    file_has told '12 tasks: 12 done, 0 failed, 0 not run'
}

# Grants every release until only the first node is left.
grant_releases() {
    local name left='n1 n2 n3' node
    while [ "$left" != n1 ]; do
        wait_until $PATIENCE compgen -G 'box/request/*.json' || return
        name=$(basename box/request/*.json)
        [ "$(jq -r .op "box/request/$name")" = release ] || return
        for node in $(jq -r '.nodes[]' "box/request/$name"); do
            left=${left/ $node/}
        done
        rm "box/request/$name"
        echo '{"status":"granted","granted":1}' >"box/answer/.$name"
        mv "box/answer/.$name" "box/answer/$name"
        give_nodes $left
    done
}

@test "pool gives idle nodes back at the end" {
    enter_job n1 n2 n3
    seq 3 >tasks
    begin pool -f tasks -j 1 -- 'test {} != 1 || until test -e end; do sleep 0.05; done'
    grant_releases
    : >end
    ends_with 0
    is "$(ls box/request)" ''
    file_has told '3 tasks: 3 done'
}

@test "pool keeps its nodes when it is told to, or when they are not taken" {
    enter_job n1 n2
    echo 1 >tasks
    begin pool -f tasks -j 1 --keep-nodes -- 'until test -e end; do sleep 0.05; done; : {}'
    wait_until $PATIENCE test -s box/progress
    : >end
    ends_with 0
    [ ! -e box/request/*.json ]

    rm end
    begin pool --again -f tasks -j 1 -- 'until test -e end; do sleep 0.05; done; : {}'
    wait_until $PATIENCE compgen -G 'box/request/*.json'
    name=$(basename box/request/*.json)
    rm "box/request/$name"
    echo '{"status":"denied","reason":"below min_nodes"}' >"box/answer/.$name"
    mv "box/answer/.$name" "box/answer/$name"
    wait_until $PATIENCE file_has told 'below min_nodes'
    : >end
    ends_with 0
    is "$(ls box/request)" ''
}

@test "pool ends in order when it is told to" {
    enter_job n1
    seq 9 >tasks
    begin pool -f tasks --grace 0.2s -- 'trap "" TERM; echo {} >>begun; sleep 100 & wait; wait'
    wait_until $PATIENCE has_lines 2 begun
    kill $APP
    ends_with 143
    file_has told '9 tasks: 0 done, 0 failed, 9 not run'
}
