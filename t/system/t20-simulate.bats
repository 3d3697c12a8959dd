#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# erm simulate: traces, jobs files and the history under other policies.

load helper

HEADER='; MaxProcs: 4'

# usage: refuses TEXT MESSAGE...: a trace of TEXT is no good, and why.
refuses() {
    printf '%b' "$1" >trace.swf
    shift
    run -1 erm simulate trace.swf
    has "$@"
}

# usage: figure JSON-PATH: of the first result in $output
figure() {
    python3 -c 'import json, sys
at = json.loads(sys.argv[1])
for key in sys.argv[2].split("."):
    at = at[int(key) if key.isdigit() else key]
print(at)' "$output" "$1"
}

@test "a trace, plain or packed: the table, and what was left out" {
    printf '%b' "$HEADER\n" '1 0 -1 10 4 -1 -1 4 20 \n' \
        '2 5 -1 10 2 -1 -1 2 20\n' '3 6 -1 10 9 -1 -1 9 20\n' \
        '4 7 -1 0 1 -1 -1 1 20\n' >trace.swf
    gzip -k trace.swf
    for file in trace.swf trace.swf.gz; do
        run -0 erm simulate $file
        has 'workload   2 jobs on 4 nodes' 'left out   2 jobs: 1 too large' \
            '2 completed' 'makespan     20 s'
    done
    run -0 erm simulate trace.swf --csv -
    is "${lines[2]}" '2,5,10,20,2,10,20,2,2,0,0,20,completed'
    run -1 erm simulate --filter none trace.swf
    has 'trace.swf:4: job 3 needs more processors than the machine has'
}

@test "hostile traces: the line, the column and what was expected" {
    refuses 'hello\n' "trace.swf:1:1: field 1 (job number)"
    refuses "$HEADER\n1 0 -1 10 2 -1 -1 2\n" 'trace.swf:2:20: 8 fields'
    refuses "$HEADER\n1 0 -1 99999999999999999999 1 -1 -1 1 9\n" \
        'trace.swf:2:8: field 4 (run time): at most 100000000'
    refuses '' 'there is no job in it'
    printf '%b' "$HEADER\n1 0 -1 10 4 -1 -1 4 20\n" | gzip | head -c 40 \
        >trace.swf
    run -1 erm simulate trace.swf
    has 'truncated'
    run -1 erm simulate nothing.swf
    has 'cannot open nothing.swf'
    echo '1 0 -1 10 1 -1 -1 1 20' >trace.swf
    run -2 erm simulate trace.swf
    has 'how large its machine is' '--nodes'
}

@test "negative fields are left out, time that goes backwards is sorted" {
    printf '%b' "$HEADER\n" '1 -5 -1 10 2 -1 -1 2 20\n' \
        '2 9 -1 -7 2 -1 -1 2 20\n' '3 9 -1 7 -2 -1 -1 -2 20\n' \
        '4 9 -1 5 1 -1 -1 1 20\n' '5 3 -1 5 1 -1 -1 1 20\n' >trace.swf
    run -0 erm simulate trace.swf --csv -
    is "${#lines[@]}" 3
    is "${lines[1]}" '5,3,3,8,1,5,20,1,1,0,0,5,completed'
    is "${lines[2]}" '4,9,9,14,1,5,20,1,1,0,0,5,completed'
}

@test "policies side by side, and the same as JSON" {
    run -0 erm simulate --generate lublin:500:1.1 -N 64 --malleable 50 \
        --compare easy,easy+sjf,moldable,elastic
    has 'POLICY' 'easy+sjf' 'moldable' 'elastic' 'SLOWER'
    run -0 erm simulate --generate lublin:500:1.1 -N 64 --json \
        --compare fcfs,easy,elastic
    is "$(figure workload.jobs)" "$(figure results.0.completed)"
    is "$(figure results.1.all.turnaround)" "$(figure results.2.all.turnaround)"
    [ "$(figure results.0.all.wait.mean)" != "$(figure results.1.all.wait.mean)" ]
    run -2 erm simulate --generate lublin:500 --compare easy,elastik
    has "there is no 'elastik'" "did you mean 'elastic'?"
}

@test "sizes and estimates: each policy decides by its own" {
    run -0 erm simulate --generate lublin:2000:0.9 --nodes 64 --malleable 100 \
        --model E80 --resize-cost 30 --cooldown 600 --json --compare \
        easy,elastic,elastic+sizing=min,elastic+expand=fcfs+shrink=fcfs
    is "$(jq -c '[.results[] | .sizing]' <<<"$output")" \
        '["preferred","preferred","min","preferred"]'
    # every one another schedule, and the default better than rigid jobs
    is "$(jq '[.results[].all.turnaround.mean] | unique | length' <<<"$output")" 4
    is "$(jq '.results | .[1].all.turnaround.mean < .[0].all.turnaround.mean' \
        <<<"$output")" true
    run -2 erm simulate --generate lublin:10 --sizing most
    has '--sizing: there is no'
    run -2 erm simulate --generate lublin:10 --estimates guessed
    has '--estimates: there is no'
}

@test "run times are foretold from the jobs of the same user" {
    # two short ones of user 7, who asks for 1000 s; the third fits before the head
    {
        echo '; MaxProcs: 4'
        echo '1 0 -1 10 1 -1 -1 1 1000 -1 1 7 -1 -1 -1 -1 -1 -1'
        echo '2 0 -1 10 1 -1 -1 1 1000 -1 1 7 -1 -1 -1 -1 -1 -1'
        echo '3 20 -1 100 3 -1 -1 3 100 -1 1 8 -1 -1 -1 -1 -1 -1'
        echo '4 21 -1 100 4 -1 -1 4 100 -1 1 8 -1 -1 -1 -1 -1 -1'
        echo '5 22 -1 10 1 -1 -1 1 1000 -1 1 7 -1 -1 -1 -1 -1 -1'
    } >users.swf
    start_of() { awk -F, '$1 == 5 { print $3 }' "$1"; }
    run -0 erm simulate users.swf --csv requested.csv
    run -0 erm simulate users.swf --estimates predicted --csv predicted.csv
    has 'predicted run times'
    is "$(start_of requested.csv) $(start_of predicted.csv)" '220 22'
}

@test "linear speed-up at no cost uses what the rigid jobs use" {
    run -0 erm simulate --generate lublin:500:1.1 --malleable 100 --model L2
    has '1.0000 of rigid' 'grown' 'shrunk'
    run -0 erm simulate --generate lublin:500:1.1 --malleable 100 --model E80
    [[ "$output" != *'1.0000 of rigid'* ]]
}

@test "without a malleable job elastic is EASY, job by job" {
    run -0 erm simulate --generate lublin:500:1.1 --mode rigid --csv -
    local rigid=$output
    run -0 erm simulate --generate lublin:500:1.1 --mode elastic --csv -
    is "$output" "$rigid"
}

@test "conservative with one promise is EASY, job by job; with all it is not" {
    local load=(--generate lublin:2000:0.9 --mode rigid)
    erm simulate "${load[@]}" --csv easy.csv
    erm simulate "${load[@]}" --backfill conservative --backfill-depth 1 \
        --csv one.csv
    erm simulate "${load[@]}" --backfill conservative --csv all.csv
    cmp easy.csv one.csv
    run -1 cmp -s easy.csv all.csv
    run -2 erm simulate "${load[@]}" --backfill-depth some
    has '--backfill-depth: some is not a whole number'
}

@test "the same seed, the same result; another one, another" {
    local words=(--generate lublin:300:1.1 --malleable 50 --refuse 10 --stall 5
        --die 2 --node-mtbf 5d --shake 60 --resize-cost 30 --csv -)
    run -0 erm simulate "${words[@]}" --seed 1
    local first=$output
    run -0 erm simulate "${words[@]}" --seed 1
    is "$output" "$first"
    run -0 erm simulate "${words[@]}" --seed 2
    [ "$output" != "$first" ]
}

@test "a jobs file with dependencies, and one whose run time nobody knows" {
    cat >jobs.json <<'EOF'
[{"name": "a", "command": "x", "walltime": 10},
 {"command": "y", "type": "elastic", "max_nodes": 4, "after": ["a"],
  "runtimes": {"1": 100, "4": 25}, "walltime": 200, "cooldown": 0}]
EOF
    run -0 erm simulate jobs.json --nodes 4 --decisions -
    is "${lines[0]}" '0.000000 start 1 0'
    is "${lines[1]}" '10.000000 end 1 -'
    is "${lines[2]}" '10.000000 start 2 0'
    run -2 erm simulate jobs.json
    has 'on how many nodes' '--nodes'
    echo '[{"command": "x"}]' >jobs.json
    run -1 erm simulate jobs.json -N 4
    has 'job 1 has neither runtimes nor a walltime'
}

@test "yesterday, under another policy" {
    start_nodes 2
    erm submit -N 2 -t 60s -- sleep 0.5
    erm submit -N 2 -t 60s -- sleep 0.3
    erm wait 1 2
    run -0 erm simulate --from-history --csv -
    is "${#lines[@]}" 3
    [[ "${lines[1]}" == 1,0,0,0.* ]]
    erm stop
    run -0 erm simulate --from-history --compare fcfs,elastic
    has 'workload   2 jobs on 2 nodes'
}
