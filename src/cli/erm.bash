# SPDX-License-Identifier: BSD-2-Clause
# bash completion for erm; made by: erm completion bash
_erm() {
    local cur=${COMP_WORDS[COMP_CWORD]} words= ids=
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        words="run start stop status reload submit wait cancel hold release requeue update queue show why log attach history events expand shrink resize nodes drain resume doctor check completion version help"
    else
        case ${COMP_WORDS[1]} in
        run) words="--hostfile --jobs --nodes --nodes-from --ends-in --ends-at --end-margin --policy --requests --start --backfill --mode --expand --shrink --cooldown --accept-within --done-within --grace --default-walltime --launcher --dvm --rsh --output --log-level --verbose --quiet --until-idle --stay --foreground --state-dir --color --help";;
        start) words="--hostfile --jobs --nodes --nodes-from --ends-in --ends-at --end-margin --policy --requests --start --backfill --mode --expand --shrink --cooldown --accept-within --done-within --grace --default-walltime --launcher --dvm --rsh --output --log-level --verbose --quiet --until-idle --stay --foreground --state-dir --color --help";;
        stop) words="--cancel-jobs --json --state-dir --color --help";;
        status) words="--json --state-dir --color --help";;
        reload) words="--json --state-dir --color --help";;
        submit) words="--nodes --walltime --name --elastic --type --pref --priority --after --hold --begin --env --chdir --output --stderr --requeue --resize --launch --dvm --map-by --bind-to --slots-per-node --procs-per-node --serial-fraction --file --wait --dry-run --json --quiet --state-dir --color --help";;
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
        history|acct) words="--since --limit --phases --format --no-header --json --csv --joblog --state-dir --color --help";;
        events) words="--follow --since --lines --json --state-dir --color --help";;
        expand) words="--nodes --deadline --wait --json --quiet --state-dir --color --help" ids=1;;
        shrink) words="--nodes --deadline --wait --json --quiet --state-dir --color --help" ids=1;;
        resize) words="--nodes --deadline --wait --json --quiet --state-dir --color --help" ids=1;;
        nodes) words="--reasons --no-header --json --state-dir --color --help";;
        drain) words="--reason --json --quiet --state-dir --color --help";;
        resume) words="--json --quiet --state-dir --color --help";;
        doctor) words="--hostfile --rsh --clean --dry-run --all --json --state-dir --color --help";;
        check) words="--quiet --state-dir --color --help";;
        completion) words="--state-dir --color --help";;
        version) words="--json --state-dir --color --help";;
        help) words="--manual --state-dir --color --help";;
        esac
        case $cur in
        -*) ;;
        *) words=; [ -n "$ids" ] && words="all last $(erm queue -q 2>/dev/null)" ;;
        esac
    fi
    [ -n "$words" ] &&
        COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o bashdefault -o default -F _erm erm
