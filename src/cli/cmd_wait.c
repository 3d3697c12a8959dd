/* SPDX-License-Identifier: BSD-2-Clause */
/* erm wait: until jobs have ended. */
#include <limits.h>

#include "cli/commands.h"
#include "cli/time_text.h"
#include "cli/job_view.h"
#include "cli/waiting.h"

enum { KEY_JSON = OPTION_FIRST_KEY, KEY_ANY, KEY_TIMEOUT };

static const struct option_row rows[] = {
    {KEY_ANY, "any", NULL, "until one of them has ended"},
    {KEY_TIMEOUT, "timeout", "SPAN",
     "at most so long (30s, 5m...; 0: only look)"},
    {KEY_JSON, "json", NULL, "print the ended jobs as JSON"},
    {'q', "quiet", NULL, "say nothing"},
    {0, NULL, NULL, NULL},
};

/* For people only: programs have the exit status and --json. */
static void tell_ends(const struct cli *cli, const json_t *answer)
{
    size_t i;
    const json_t *job;
    json_array_foreach(json_object_get(answer, "jobs"), i, job)
    {
        cli_tell(cli, "job %d: %s (exit status %d)",
                 (int)view_integer(job, "id"), view_text(job, "state"),
                 job_view_exit_status(job));
    }
    if (!json_is_true(json_object_get(answer, "done")))
        cli_tell(cli, "timed out");
}

static int run_wait(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct parsed parsed;
    struct id_list ids;
    json_t *answer = NULL;
    dur_us timeout = TIME_NEVER;
    int rc = -1;
    if (options_read(&parsed, rows, &cli->common, argc, argv, err) < 0 ||
        parsed_check_operands(&parsed, 1, INT_MAX, "a job's id", err) < 0)
        return -1;
    const char *span = parsed_value(&parsed, KEY_TIMEOUT);
    if (span != NULL &&
        time_text_span_or_none("--timeout", span, &timeout, err) < 0)
        return -1;
    id_list_init(&ids);
    if (id_list_parse_words(&ids, parsed.operands, parsed.n_operands, err) <
            0 ||
        id_list_resolve(&ids, cli, true, err) < 0)
        goto done;
    rc = 0;
    if (ids.n == 0) /* all, and there is none */
        goto done;
    rc = waiting_for_jobs(cli, &ids, parsed_has(&parsed, KEY_ANY), timeout,
                          &answer, err);
    if (rc < 0)
        goto done;
    if (parsed_has(&parsed, KEY_JSON))
        cli_print_json(cli, answer);
    else if (!parsed_has(&parsed, 'q'))
        tell_ends(cli, answer);
    rc = waiting_exit_status(answer);
done:
    json_decref(answer);
    id_list_release(&ids);
    return rc;
}

const struct command command_wait = {
    .name = "wait",
    .group = GROUP_JOBS,
    .usage = "ID...",
    .help = "wait for the end of jobs",
    .more = "Exits with the job's own status: its code, 128 + the signal that "
            "ended it, 124 for\nits walltime (or for --timeout), 126 when it "
            "could not be started, 1 when it was\ncancelled before it ran. Of "
            "several jobs, the highest.",
    .options = rows,
    .run = run_wait,
};
