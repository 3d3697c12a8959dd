# SPDX-License-Identifier: BSD-2-Clause
# bash completion for erm; made by: erm completion bash
_erm() {
    local cur=${COMP_WORDS[COMP_CWORD]} words= ids= verbs=
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        words="run start stop status reload submit wait cancel hold release requeue update queue show why log attach history events expand shrink resize app nodes drain resume simulate doctor check completion version help"
    else
        case ${COMP_WORDS[1]} in
        run) words="--hostfile --jobs --nodes --nodes-from --ends-in --ends-at --end-margin --policy --requests --start --backfill --backfill-order --backfill-depth --mode --sizing --estimates --expand --shrink --cooldown --evolving-delay --accept-within --done-within --grace --default-walltime --launcher --dvm --rsh --output --log-level --verbose --quiet --until-idle --stay --foreground --state-dir --color --help";;
        start) words="--hostfile --jobs --nodes --nodes-from --ends-in --ends-at --end-margin --policy --requests --start --backfill --backfill-order --backfill-depth --mode --sizing --estimates --expand --shrink --cooldown --evolving-delay --accept-within --done-within --grace --default-walltime --launcher --dvm --rsh --output --log-level --verbose --quiet --until-idle --stay --foreground --state-dir --color --help";;
        stop) words="--cancel-jobs --json --state-dir --color --help";;
        status) words="--json --state-dir --color --help";;
        reload) words="--json --state-dir --color --help";;
        submit) words="--nodes --walltime --walltime-scales --name --elastic --type --pref --priority --after --hold --begin --env --chdir --output --stderr --requeue --resize --hook --resize-signal --expected-time --resize-cost --on-deadline --on-node-loss --worker --launch --dvm --map-by --bind-to --slots-per-node --procs-per-node --serial-fraction --file --wait --dry-run --json --quiet --state-dir --color --help";;
        wait) words="--any --timeout --json --quiet --state-dir --color --help" ids=1;;
        cancel) words="--signal --grace --reason --json --quiet --state-dir --color --help" ids=1;;
        hold) words="--json --quiet --state-dir --color --help" ids=1;;
        release) words="--json --quiet --state-dir --color --help" ids=1;;
        requeue) words="--json --quiet --state-dir --color --help" ids=1;;
        update) words="--json --quiet --state-dir --color --help" ids=1;;
        queue|jobs|squeue) words="--all --states --format --no-header --sort --watch --json --quiet --state-dir --color --help";;
        show) words="--json --state-dir --color --help" ids=1;;
        why) words="--json --state-dir --color --help" ids=1;;
        log) words="--follow --lines --stderr --state-dir --color --help" ids=1;;
        attach) words="--stderr --state-dir --color --help" ids=1;;
        history|acct) words="--since --limit --phases --learned --format --no-header --json --csv --joblog --state-dir --color --help";;
        events) words="--follow --since --lines --json --state-dir --color --help";;
        expand) words="--nodes --deadline --wait --json --quiet --state-dir --color --help" ids=1;;
        shrink) words="--nodes --deadline --wait --json --quiet --state-dir --color --help" ids=1;;
        resize) words="--nodes --deadline --wait --json --quiet --state-dir --color --help" ids=1;;
        app)
            if [ "$COMP_CWORD" -eq 2 ]; then
                verbs="wait poll accept refuse busy done fail grow release offers nodes hostfile time-left progress run exec pool"
            fi
            case ${COMP_WORDS[2]} in
            wait) words="--timeout --json --state-dir --color --help";;
            poll) words="--json --state-dir --color --help";;
            accept) words="--seq --state-dir --color --help";;
            refuse) words="--retry-after --message --seq --state-dir --color --help";;
            busy) words="--seq --state-dir --color --help";;
            done) words="--timeout --seq --state-dir --color --help";;
            fail) words="--message --seq --state-dir --color --help";;
            grow) words="--wait --json --state-dir --color --help";;
            release) words="--keep --state-dir --color --help";;
            offers) words="--json --state-dir --color --help";;
            nodes) words="--delimiter --json --state-dir --color --help";;
            hostfile) words="--state-dir --color --help";;
            time-left) words="--state-dir --color --help";;
            progress) words="--state-dir --color --help";;
            run) words="--checkpoint --warn --grace --state-dir --color --help";;
            exec) words="--node --all --state-dir --color --help";;
            pool) words="--file --slots --retries --keep-going --keep-nodes --grace --again --state-dir --color --help";;
            esac;;
        nodes) words="--reasons --no-header --json --state-dir --color --help";;
        drain) words="--reason --json --quiet --state-dir --color --help";;
        resume) words="--json --quiet --state-dir --color --help";;
        simulate|sim) words="--compare --nodes --from-history --generate --filter --head --order --until --enforce-walltime --start --backfill --backfill-order --backfill-depth --mode --sizing --estimates --expand --shrink --cooldown --evolving-delay --accept-within --done-within --malleable --model --serial-fraction --moldable --resize-cost --answer-after --refuse --stall --die --node-mtbf --node-repair --shake --seed --json --csv --swf --batsim --decisions --state-dir --color --help";;
        doctor) words="--hostfile --rsh --clean --dry-run --all --json --state-dir --color --help";;
        check) words="--quiet --state-dir --color --help";;
        completion) words="--state-dir --color --help";;
        version) words="--json --state-dir --color --help";;
        help) words="--manual --state-dir --color --help";;
        esac
        case $cur in
        -*) ;;
        *) words=$verbs; [ -n "$ids" ] && words="all last $(erm queue -q 2>/dev/null)" ;;
        esac
    fi
    [ -n "$words" ] &&
        COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o bashdefault -o default -F _erm erm
