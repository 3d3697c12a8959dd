/* SPDX-License-Identifier: BSD-2-Clause */
/* erm queue: the table of jobs. */
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/id_list.h"
#include "cli/job_view.h"
#include "cli/time_text.h"
#include "cli/view_format.h"
#include "cli/view_sort.h"

enum { KEY_JSON = OPTION_FIRST_KEY, KEY_SORT, KEY_WATCH };

static const struct option_row rows[] = {
    {'a', "all", NULL, "ended jobs too"},
    {'s', "states", "STATES", "only these: PD,R or pending,running..."},
    {'o', "format", "FORMAT", "default, long, deps, why or fields; help lists"},
    {'n', "no-header", NULL, "rows only"},
    {KEY_SORT, "sort", "FIELD", "by a field of the job; -FIELD: backwards"},
    {KEY_WATCH, "watch", "[=SECONDS]", "again and again (2 s)"},
    {KEY_JSON, "json", NULL, "print the answer as JSON"},
    {'q', "quiet", NULL, "print ids only"},
    {0, NULL, NULL, NULL},
};

struct queue_view {
    struct view_format format;
    struct strbuf path;
    const char *sort;
    bool is_json, is_quiet, has_header, has_footer;
};

/* "8 nodes: 7 busy, 1 idle · 2 running, 1 pending". */
static void add_counts(const json_t *answer, struct strbuf *out)
{
    const json_t *nodes = json_object_get(answer, "nodes");
    const json_t *counts = json_object_get(answer, "counts");
    int64_t hidden = view_integer(counts, "finished_hidden");
    int64_t total = view_integer(nodes, "total");
    int64_t idle = view_integer(nodes, "idle");
    int64_t out_of_use =
        view_integer(nodes, "drained") + view_integer(nodes, "down");
    strbuf_add_fmt(out, "%" PRId64 " nodes: %" PRId64 " busy, %" PRId64 " idle",
                   total, total - idle - out_of_use, idle);
    if (out_of_use > 0)
        strbuf_add_fmt(out, ", %" PRId64 " out of use", out_of_use);
    strbuf_add_fmt(out, " · %" PRId64 " running, %" PRId64 " pending",
                   view_integer(counts, "running"),
                   view_integer(counts, "pending"));
    if (hidden > 0)
        strbuf_add_fmt(out, " · %" PRId64 " finished hidden (-a)", hidden);
}

/* Words under the table: only for a person at a terminal. */
static void print_footer(struct cli *cli, const json_t *answer)
{
    struct strbuf text;
    json_t *status;
    size_t i;
    const json_t *bad;
    strbuf_init(&text);
    add_counts(answer, &text);
    fprintf(cli->out, "%s\n", text.text);
    strbuf_release(&text);
    if (cli_get(cli, &status, NULL, "/v1/status") < 0)
        return;
    json_array_foreach(json_object_get(status, "rejected"), i, bad)
    {
        fprintf(cli->out, "rejected: %s\n", view_text(bad, "text"));
    }
    json_decref(status);
}

/* For loops in a shell: one id per line. */
static void print_ids(const struct cli *cli, const json_t *jobs)
{
    size_t i;
    const json_t *job;
    json_array_foreach(jobs, i, job)
    {
        fprintf(cli->out, "%" PRId64 "\n", view_integer(job, "id"));
    }
}

/* TIME and LEFT are the manager's, clocks are shown as of now. */
static void print_table(const struct cli *cli, const struct queue_view *view,
                        const json_t *jobs)
{
    struct table table;
    struct view_context context = {clock_wall_us()};
    struct table_style style = {cli->width, view->has_header,
                                cli_has_color(cli)};
    size_t i;
    const json_t *job;
    table_init(&table, view->format.columns, view->format.n);
    json_array_foreach(jobs, i, job)
    {
        view_format_add(&view->format, &table, job, &context);
    }
    table_print(&table, &style, cli->out);
    table_release(&table);
}

/* One request, one table. */
static int show_once(struct cli *cli, const struct queue_view *view,
                     struct err *err)
{
    json_t *answer;
    if (cli_request(cli, "GET", view->path.text, NULL, &answer, err) < 0)
        return -1;
    json_t *jobs = json_object_get(answer, "jobs");
    if (view->sort != NULL)
        view_sort(jobs, view->sort);
    if (view->is_json)
        cli_print_json(cli, answer);
    else if (view->is_quiet)
        print_ids(cli, jobs);
    else
        print_table(cli, view, jobs);
    if (view->has_footer)
        print_footer(cli, answer);
    json_decref(answer);
    return 0;
}

/* Until the manager ends, stdout is closed or Ctrl-C. */
static int watch(struct cli *cli, const struct queue_view *view, double seconds,
                 struct err *err)
{
    for (;;) {
        if (cli->out_is_tty)
            fputs("\033[H\033[2J", cli->out);
        if (show_once(cli, view, err) < 0)
            return -1;
        if (fflush(cli->out) != 0)
            return 0;
        cli_sleep_ms((unsigned)(seconds * 1000));
    }
}

/* "/v1/jobs?..." from the options and the ids among the operands. */
static int make_path(struct cli *cli, const struct parsed *parsed,
                     struct strbuf *path, struct err *err)
{
    struct id_list ids;
    struct strbuf states;
    const char *wanted = parsed_value(parsed, 's');
    int rc = 0;
    id_list_init(&ids);
    strbuf_init(&states);
    strbuf_add_fmt(path, "/v1/jobs?all=%d",
                   parsed_has(parsed, 'a') || wanted != NULL ||
                       parsed->n_operands > 0);
    rc = id_list_parse_words(&ids, parsed->operands, parsed->n_operands, err);
    if (rc == 0)
        rc = id_list_resolve(&ids, cli, false, err);
    if (rc == 0 && wanted != NULL)
        rc = job_view_parse_states(wanted, &states, err);
    if (states.len > 0)
        strbuf_add_fmt(path, "&states=%s", states.text);
    if (ids.n > 0 && !ids.is_all) {
        strbuf_add_str(path, "&ids=");
        id_list_format(&ids, path);
    }
    strbuf_release(&states);
    id_list_release(&ids);
    return rc;
}

static int run_queue(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct parsed parsed;
    struct queue_view view;
    double seconds = 2;
    int rc = -1;
    if (options_read(&parsed, rows, &cli->common, argc, argv, err) < 0)
        return -1;
    const char *format = parsed_value(&parsed, 'o');
    const char *period = parsed_value(&parsed, KEY_WATCH);
    if (format != NULL && strcmp(format, "help") == 0) {
        view_format_list(cli->out);
        return 0;
    }
    if (period != NULL && *period != '\0' && (seconds = atof(period)) < 0.1)
        return err_set(err, ERR_USAGE, "--watch: %s is less than 0.1 s",
                       period);
    strbuf_init(&view.path);
    view.sort = parsed_value(&parsed, KEY_SORT);
    view.is_json = parsed_has(&parsed, KEY_JSON);
    view.is_quiet = parsed_has(&parsed, 'q');
    view.has_header = !parsed_has(&parsed, 'n');
    view.has_footer = cli->out_is_tty && view.has_header && !view.is_json &&
                      !view.is_quiet && format == NULL;
    if (view_format_parse(&view.format, format != NULL ? format : "default",
                          err) < 0)
        return -1;
    if (make_path(cli, &parsed, &view.path, err) == 0)
        rc = period != NULL ? watch(cli, &view, seconds, err)
                            : show_once(cli, &view, err);
    strbuf_release(&view.path);
    view_format_release(&view.format);
    return rc;
}

const struct command command_queue = {
    .name = "queue",
    .aliases = "jobs squeue",
    .group = GROUP_LOOK,
    .usage = "[ID...]",
    .help = "list the jobs",
    .more = "States: PD pending, ST starting, R running, R> growing, R< "
            "shrinking, CG completing,\nCD completed, F failed, TO timeout, CA "
            "cancelled, NF node failure, LO lost.",
    .options = rows,
    .run = run_queue,
};
