/* SPDX-License-Identifier: BSD-2-Clause */
/* erm history: what ran, and with --phases on which nodes when. */
#include <inttypes.h>

#include "base/duration.h"
#include "cli/commands.h"
#include "cli/history_text.h"
#include "cli/id_list.h"
#include "cli/job_view.h"
#include "cli/learned_table.h"
#include "cli/number.h"
#include "cli/observe.h"
#include "cli/phase_table.h"
#include "cli/resize_table.h"
#include "cli/time_text.h"
#include "cli/view_format.h"
#include "cli/view_sort.h"

enum {
    KEY_SINCE = OPTION_FIRST_KEY,
    KEY_PHASES,
    KEY_LEARNED,
    KEY_JSON,
    KEY_CSV,
    KEY_JOBLOG,
    KEY_LIMIT
};

static const struct option_row rows[] = {
    {KEY_SINCE, "since", "TIME", "ended after: -1d, -30m, today, ISO 8601"},
    {KEY_LIMIT, "limit", "N", "at most so many jobs"},
    {KEY_PHASES, "phases", NULL,
     "every change of size, a chart, and every resize"},
    {KEY_LEARNED, "learned", NULL, "what jobs of each name have taught"},
    {'o', "format", "FORMAT", "history or fields, as for erm queue"},
    {'n', "no-header", NULL, "rows only"},
    {KEY_JSON, "json", NULL, "print the answer as JSON"},
    {KEY_CSV, "csv", NULL, "comma separated values"},
    {KEY_JOBLOG, "joblog", NULL, "as GNU parallel's --joblog"},
    {0, NULL, NULL, NULL},
};

/* "/v1/history?..." from the options and the ids among the operands. */
static int make_path(struct cli *cli, const struct parsed *parsed,
                     struct strbuf *path, struct err *err)
{
    const char *since = parsed_value(parsed, KEY_SINCE);
    const char *limit = parsed_value(parsed, KEY_LIMIT);
    char text[TIME_TEXT_MAX];
    time_us from;
    int64_t n;
    struct id_list ids;
    strbuf_add_fmt(path, "/v1/history?phases=%d",
                   parsed_has(parsed, KEY_PHASES));
    if (since != NULL) {
        if (time_text_since(since, clock_wall_us(), &from, err) < 0)
            return -1;
        strbuf_add_fmt(path, "&since=%s", time_text_iso(from, text));
    }
    if (limit != NULL) {
        if (number_parse("--limit", limit, 1, INT32_MAX, &n, err) < 0)
            return -1;
        strbuf_add_fmt(path, "&limit=%" PRId64, n);
    }
    id_list_init(&ids);
    int rc =
        id_list_parse_words(&ids, parsed->operands, parsed->n_operands, err);
    if (rc == 0)
        rc = id_list_resolve(&ids, cli, false, err);
    if (rc == 0 && ids.n > 0 && !ids.is_all) {
        strbuf_add_str(path, "&ids=");
        id_list_format(&ids, path);
    }
    id_list_release(&ids);
    return rc;
}

/* The table of jobs, in the format of -o. */
static int print_jobs(const struct cli *cli, const struct parsed *parsed,
                      const json_t *jobs, struct err *err)
{
    const char *name = parsed_value(parsed, 'o');
    struct view_format format;
    struct view_context context = {clock_wall_us()};
    struct table_style style = {cli->width, !parsed_has(parsed, 'n'),
                                cli_has_color(cli)};
    struct table table;
    size_t i;
    const json_t *job;
    if (view_format_parse(&format, name != NULL ? name : "history", err) < 0)
        return -1;
    table_init(&table, format.columns, format.n);
    json_array_foreach(jobs, i, job)
    {
        view_format_add(&format, &table, job, &context);
    }
    table_print(&table, &style, cli->out);
    table_release(&table);
    view_format_release(&format);
    return 0;
}

/* One row per phase, the chart under them, and one row per resize. */
static void print_phases(const struct cli *cli, json_t *jobs)
{
    struct phase_table phases;
    struct table resizes;
    time_us now = clock_wall_us();
    size_t i;
    const json_t *job;
    view_sort(jobs, "id"); /* letters in the order of the jobs */
    phase_table_init(&phases);
    resize_table_init(&resizes);
    json_array_foreach(jobs, i, job)
    {
        phase_table_add(&phases, job, json_object_get(job, "phases"), now);
        resize_table_add(&resizes, job, json_object_get(job, "resizes"), now);
    }
    phase_table_print(&phases, cli);
    resize_table_print(&resizes, cli);
    phase_table_release(&phases);
    table_release(&resizes);
}

/* "9 jobs: 9 completed · makespan 05:12 · utilisation 87 % ..." */
static void print_summary(const struct cli *cli, const json_t *summary)
{
    char makespan[DURATION_TEXT_MAX], wait[DURATION_TEXT_MAX];
    if (!cli->out_is_tty || !json_is_object(summary))
        return;
    fprintf(
        cli->out,
        "%" PRId64 " jobs: %" PRId64 " completed, %" PRId64
        " failed · makespan %s · utilisation %.0f %% · mean wait %s · "
        "%" PRId64 " expands, %" PRId64 " shrinks\n",
        view_integer(summary, "jobs"), view_integer(summary, "completed"),
        view_integer(summary, "failed"),
        duration_format(
            (dur_us)(view_number(summary, "makespan") * USEC_PER_SEC),
            makespan),
        view_number(summary, "utilisation") * 100,
        duration_format(
            (dur_us)(view_number(summary, "mean_wait") * USEC_PER_SEC), wait),
        view_integer(summary, "expands"), view_integer(summary, "shrinks"));
}

/* One of the forms; the words under the table only for people. */
static int print_history(const struct cli *cli, const struct parsed *parsed,
                         const json_t *answer, struct err *err)
{
    json_t *jobs = json_object_get(answer, "jobs");
    struct strbuf text;
    int rc = 0;
    strbuf_init(&text);
    if (parsed_has(parsed, KEY_JSON))
        cli_print_json(cli, answer);
    else if (parsed_has(parsed, KEY_CSV))
        history_text_csv(jobs, &text);
    else if (parsed_has(parsed, KEY_JOBLOG))
        history_text_joblog(jobs, &text);
    else if (parsed_has(parsed, KEY_PHASES))
        print_phases(cli, jobs);
    else
        rc = print_jobs(cli, parsed, jobs, err);
    if (text.len > 0)
        fputs(text.text, cli->out);
    else if (rc == 0 && !parsed_has(parsed, KEY_JSON) &&
             !parsed_has(parsed, 'n'))
        print_summary(cli, json_object_get(answer, "summary"));
    strbuf_release(&text);
    return rc;
}

/* How long resizes took, and how fast jobs are, by name. */
static int run_learned(struct cli *cli, bool is_json, struct err *err)
{
    json_t *answer;
    if (observe_get(cli, "/v1/learned", &answer, err) < 0)
        return -1;
    if (is_json)
        cli_print_json(cli, answer);
    else
        learned_table_print(json_object_get(answer, "learned"), cli);
    json_decref(answer);
    return 0;
}

static int run_history(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct parsed parsed;
    struct strbuf path;
    json_t *answer;
    int rc = -1;
    if (options_read(&parsed, rows, &cli->common, argc, argv, err) < 0)
        return -1;
    if (parsed_has(&parsed, KEY_LEARNED))
        return run_learned(cli, parsed_has(&parsed, KEY_JSON), err);
    strbuf_init(&path);
    if (make_path(cli, &parsed, &path, err) == 0 &&
        observe_get(cli, path.text, &answer, err) == 0) {
        rc = print_history(cli, &parsed, answer, err);
        json_decref(answer);
    }
    strbuf_release(&path);
    return rc;
}

const struct command command_history = {
    .name = "history",
    .aliases = "acct",
    .group = GROUP_LOOK,
    .usage = "[ID...]",
    .help = "list the jobs that have run",
    .options = rows,
    .run = run_history,
};
