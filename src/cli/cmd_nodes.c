/* SPDX-License-Identifier: BSD-2-Clause */
/* erm nodes, drain, resume: the pool. */
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "base/hostlist.h"
#include "base/strbuf.h"
#include "cli/commands.h"
#include "cli/job_view.h"
#include "cli/table.h"
#include "cli/time_text.h"

enum { KEY_JSON = OPTION_FIRST_KEY, KEY_REASON };

static const struct option_row nodes_rows[] = {
    {'R', "reasons", NULL, "only nodes that have a reason to be out of use"},
    {'n', "no-header", NULL, "rows only"},
    {KEY_JSON, "json", NULL, "print the answer as JSON"},
    {0, NULL, NULL, NULL},
};
static const struct option_row drain_rows[] = {
    {KEY_REASON, "reason", "TEXT", "why; shown by erm nodes"},
    {KEY_JSON, "json", NULL, "print the answer as JSON"},
    {'q', "quiet", NULL, "print failures only"},
    {0, NULL, NULL, NULL},
};
static const struct option_row resume_rows[] = {
    {KEY_JSON, "json", NULL, "print the answer as JSON"},
    {'q', "quiet", NULL, "print failures only"},
    {0, NULL, NULL, NULL},
};

static const struct table_column columns[] = {
    {"NODES", false}, {"STATE", false}, {"SLOTS", true},
    {"JOB", true},    {"SINCE", false}, {"REASON", false},
};

/* Neighbours that differ in name only share a row. */
static bool is_alike(const json_t *a, const json_t *b)
{
    return strcmp(view_text(a, "state"), view_text(b, "state")) == 0 &&
           strcmp(view_text(a, "reason"), view_text(b, "reason")) == 0 &&
           view_integer(a, "slots") == view_integer(b, "slots") &&
           view_integer(a, "job") == view_integer(b, "job");
}

/* What needs somebody's hand is red. */
static enum table_color color_of(const char *state)
{
    if (strcmp(state, "idle") == 0)
        return TABLE_GREEN;
    if (strcmp(state, "down") == 0 || strcmp(state, "drained") == 0)
        return TABLE_RED;
    return TABLE_PLAIN;
}

/* One row for the nodes NAMES, which are all like NODE. */
static void add_row(struct table *table, const struct hostlist *names,
                    const json_t *node)
{
    struct strbuf list;
    char text[TIME_TEXT_MAX];
    time_us since;
    const char *state = view_text(node, "state");
    strbuf_init(&list);
    hostlist_format(names, &list);
    table_add(table, list.text, TABLE_PLAIN);
    table_add(table, state, color_of(state));
    table_add_fmt(table, "%" PRId64, view_integer(node, "slots"));
    if (view_is_null(node, "job"))
        table_add(table, NULL, TABLE_PLAIN);
    else
        table_add_fmt(table, "%" PRId64, view_integer(node, "job"));
    if (time_text_parse(view_text(node, "since"), &since) == 0)
        table_add(table, time_text_clock(since, clock_wall_us(), text),
                  TABLE_PLAIN);
    else
        table_add(table, NULL, TABLE_PLAIN);
    table_add(table, view_text(node, "reason"), TABLE_PLAIN);
    strbuf_release(&list);
}

/* Groups neighbours in the order of the pool; names need not be in order. */
static void print_nodes(const struct cli *cli, const json_t *nodes,
                        bool only_reasons, bool has_header)
{
    struct table table;
    struct hostlist names;
    struct table_style style = {cli->width, has_header, cli_has_color(cli)};
    const json_t *node, *first = NULL;
    size_t i;
    table_init(&table, columns, sizeof(columns) / sizeof(*columns));
    hostlist_init(&names);
    json_array_foreach(nodes, i, node)
    {
        if (only_reasons && *view_text(node, "reason") == '\0')
            continue;
        if (first != NULL && !is_alike(first, node)) {
            add_row(&table, &names, first);
            hostlist_release(&names);
            first = NULL;
        }
        if (first == NULL)
            first = node;
        hostlist_add(&names, view_text(node, "name"));
    }
    if (first != NULL)
        add_row(&table, &names, first);
    table_print(&table, &style, cli->out);
    hostlist_release(&names);
    table_release(&table);
}

/* The names in WORDS, one by one; NULL and ERR when one is bad. */
static json_t *list_names(char *const *words, int n, struct err *err)
{
    struct hostlist names;
    json_t *list = json_array();
    int rc = 0;
    hostlist_init(&names);
    for (int i = 0; i < n && rc == 0; i++)
        rc = hostlist_parse(&names, words[i], err);
    for (size_t i = 0; i < names.n && rc == 0; i++)
        json_array_append_new(list, json_string(names.names[i]));
    hostlist_release(&names);
    if (rc == 0)
        return list;
    json_decref(list);
    return NULL;
}

/* WORDS as lines of a hostfile: "slots=4" belongs to the word before it. */
static json_t *list_lines(char *const *words, int n)
{
    json_t *list = json_array();
    struct strbuf line;
    strbuf_init(&line);
    for (int i = 0; i < n; i++) {
        strbuf_add_fmt(&line, "%s%s", line.len > 0 ? " " : "", words[i]);
        if (i + 1 < n && strncmp(words[i + 1], "slots=", 6) == 0)
            continue;
        json_array_append_new(list, json_string(line.text));
        strbuf_reset(&line);
    }
    strbuf_release(&line);
    return list;
}

/* POSTs LIST (taken; NULL: ERR says why there is none). */
static int post_nodes(struct cli *cli, const char *path, json_t *list,
                      const struct parsed *parsed, struct err *err)
{
    json_t *answer, *body = json_object();
    const char *reason =
        parsed->rows == drain_rows ? parsed_value(parsed, KEY_REASON) : NULL;
    int rc = -1;
    json_object_set_new(body, "nodes", list);
    if (reason != NULL)
        json_object_set_new(body, "reason", json_string(reason));
    if (list != NULL && json_array_size(list) == 0)
        err_set(err, ERR_USAGE, "the nodes' names are missing");
    else if (list != NULL)
        rc = cli_request(cli, "POST", path, body, &answer, err);
    json_decref(body);
    if (rc < 0)
        return -1;
    return cli_print_results(cli, answer, parsed_has(parsed, KEY_JSON),
                             parsed->rows != nodes_rows &&
                                 parsed_has(parsed, 'q'));
}

static int run_nodes(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct parsed parsed;
    json_t *answer;
    if (options_read(&parsed, nodes_rows, &cli->common, argc, argv, err) < 0)
        return -1;
    const char *verb = parsed.operands[0];
    if (verb != NULL && strcmp(verb, "add") == 0)
        return post_nodes(
            cli, "/v1/nodes/add",
            list_lines(parsed.operands + 1, parsed.n_operands - 1), &parsed,
            err);
    if (verb != NULL && strcmp(verb, "remove") == 0)
        return post_nodes(
            cli, "/v1/nodes/remove",
            list_names(parsed.operands + 1, parsed.n_operands - 1, err),
            &parsed, err);
    if (verb != NULL)
        return err_set(err, ERR_USAGE, "%s: add or remove is expected", verb);
    if (cli_get(cli, &answer, err, "/v1/nodes") < 0)
        return -1;
    if (parsed_has(&parsed, KEY_JSON))
        cli_print_json(cli, answer);
    else
        print_nodes(cli, json_object_get(answer, "nodes"),
                    parsed_has(&parsed, 'R'), !parsed_has(&parsed, 'n'));
    json_decref(answer);
    return 0;
}

static int run_drain(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct parsed parsed;
    if (options_read(&parsed, drain_rows, &cli->common, argc, argv, err) < 0)
        return -1;
    return post_nodes(cli, "/v1/nodes/drain",
                      list_names(parsed.operands, parsed.n_operands, err),
                      &parsed, err);
}

static int run_resume(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct parsed parsed;
    if (options_read(&parsed, resume_rows, &cli->common, argc, argv, err) < 0)
        return -1;
    return post_nodes(cli, "/v1/nodes/resume",
                      list_names(parsed.operands, parsed.n_operands, err),
                      &parsed, err);
}

const struct command command_nodes = {
    .name = "nodes",
    .group = GROUP_NODES,
    .usage = "[-R]\nadd NODES [slots=N]...\nremove NODES...",
    .help = "list the nodes, or change which there are",
    .more = "Nodes are written as node[01-04,7],rack1; those to add as in a "
            "hostfile.",
    .options = nodes_rows,
    .run = run_nodes,
};

const struct command command_drain = {
    .name = "drain",
    .group = GROUP_NODES,
    .usage = "NODES... [--reason TEXT]",
    .help = "give nodes no more jobs",
    .options = drain_rows,
    .run = run_drain,
};

const struct command command_resume = {
    .name = "resume",
    .group = GROUP_NODES,
    .usage = "NODES...",
    .help = "use drained nodes again",
    .options = resume_rows,
    .run = run_resume,
};
