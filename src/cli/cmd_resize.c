/* SPDX-License-Identifier: BSD-2-Clause */
/* erm expand, shrink, resize: the size of running jobs. */
#include <ctype.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "base/hostlist.h"
#include "cli/commands.h"
#include "cli/id_list.h"
#include "cli/job_view.h"
#include "cli/number.h"
#include "cli/time_text.h"

#define LOOK_MS 100

enum { KEY_NODES = OPTION_FIRST_KEY, KEY_DEADLINE, KEY_WAIT, KEY_JSON };

static const struct option_row rows[] = {
    {KEY_NODES, "nodes", "NODES", "exactly these nodes"},
    {KEY_DEADLINE, "deadline", "SPAN", "how long the job has for it (60s)"},
    {KEY_WAIT, "wait", NULL, "until the job has done it, or not"},
    {KEY_JSON, "json", NULL, "print the answer as JSON"},
    {'q', "quiet", NULL, "print failures only"},
    {0, NULL, NULL, NULL},
};

struct resize {
    const char *op; /* "expand", "shrink", "resize" */
    struct parsed parsed;
    struct id_list ids;
    struct hostlist nodes;
    int64_t n;
    dur_us deadline; /* TIME_NEVER = not given */
};

/* The words behind the ids: "2", "+2" (expand), "-2" (shrink). */
static int read_count(struct resize *resize, const char *word, struct err *err)
{
    char sign = resize->op[0] == 'e' ? '+' : resize->op[0] == 's' ? '-' : '\0';
    if (sign != '\0' && *word == sign)
        word++;
    if (!isdigit((unsigned char)*word))
        return err_set(err, ERR_USAGE, "%s: %s is no number of nodes",
                       resize->op, word);
    return number_parse(resize->op, word, 1, UINT32_MAX, &resize->n, err);
}

/* IDs, then how many nodes; with --nodes the number may be left out. */
static int read_operands(struct resize *resize, struct err *err)
{
    const struct parsed *parsed = &resize->parsed;
    const char *nodes = parsed_value(parsed, KEY_NODES);
    const char *deadline = parsed_value(parsed, KEY_DEADLINE);
    int n = parsed->n_operands;
    if (nodes != NULL && hostlist_parse(&resize->nodes, nodes, err) < 0)
        return -1;
    resize->n = (int64_t)resize->nodes.n;
    if (deadline != NULL &&
        time_text_span("--deadline", deadline, &resize->deadline, err) < 0)
        return -1;
    if (parsed_check_operands(parsed, 1, INT_MAX, "a job's id", err) < 0)
        return -1;
    if (nodes == NULL || n > 1) {
        if (n < 2)
            return err_set(err, ERR_USAGE, "how many nodes is missing");
        if (read_count(resize, parsed->operands[--n], err) < 0)
            return -1;
    }
    if (nodes != NULL && resize->op[0] != 'r' &&
        resize->n != (int64_t)resize->nodes.n)
        return err_set(err, ERR_USAGE, "%s names %zu nodes, not %" PRId64,
                       nodes, resize->nodes.n, resize->n);
    return id_list_parse_words(&resize->ids, parsed->operands, n, err);
}

/* The body of /v1/jobs/resize. Returns owned. */
static json_t *make_body(const struct resize *resize)
{
    json_t *body = json_object();
    id_list_to_json(&resize->ids, body);
    json_object_set_new(body, "op", json_string(resize->op));
    json_object_set_new(body, "n", json_integer(resize->n));
    if (resize->nodes.n > 0) {
        json_t *list = json_array();
        for (size_t i = 0; i < resize->nodes.n; i++)
            json_array_append_new(list, json_string(resize->nodes.names[i]));
        json_object_set_new(body, "nodes", list);
    }
    if (resize->deadline != TIME_NEVER)
        json_object_set_new(body, "deadline",
                            json_real((double)resize->deadline / USEC_PER_SEC));
    return body;
}

/* Waits until job ID has no open directive, or another one than SEQ. Returns
 * the size it then has, -1 and ERR. */
static int64_t wait_for_directive(struct cli *cli, int64_t id, struct err *err)
{
    int64_t seq = 0;
    for (;; cli_sleep_ms(LOOK_MS)) {
        json_t *answer;
        if (cli_get(cli, &answer, err, "/v1/jobs/%" PRId64, id) < 0)
            return -1;
        const json_t *job = json_object_get(answer, "job");
        const json_t *directive = json_object_get(job, "directive");
        int64_t now = view_integer(directive, "seq");
        int64_t size = view_integer(job, "n_nodes");
        json_decref(answer);
        if (seq == 0)
            seq = now;
        if (now == 0 || now != seq)
            return size;
    }
}

/* The size of job ID now, -1 and ERR. */
static int64_t size_of(struct cli *cli, int64_t id, struct err *err)
{
    json_t *answer;
    if (cli_get(cli, &answer, err, "/v1/jobs/%" PRId64, id) < 0)
        return -1;
    int64_t size = view_integer(json_object_get(answer, "job"), "n_nodes");
    json_decref(answer);
    return size;
}

/* After the request was taken: did job ID get from BEFORE to where it was to
 * go? 0, 1 when not, -1 and ERR. */
static int wait_for_size(struct cli *cli, const struct resize *resize,
                         int64_t id, int64_t before, struct err *err)
{
    int64_t goal = resize->n;
    if (resize->op[0] == 'e')
        goal = before + resize->n;
    else if (resize->op[0] == 's')
        goal = before - resize->n;
    int64_t size = wait_for_directive(cli, id, err);
    if (size < 0)
        return -1;
    if (size == goal) {
        if (!parsed_has(&resize->parsed, 'q') &&
            !parsed_has(&resize->parsed, KEY_JSON))
            fprintf(cli->out, "job %" PRId64 ": now %" PRId64 " nodes\n", id,
                    size);
        return 0;
    }
    fprintf(cli->err,
            "erm: job %" PRId64 ": it was to have %" PRId64
            " nodes, but has %" PRId64 "\n",
            id, goal, size);
    fprintf(cli->err, "hint: erm show %" PRId64 " tells what happened\n", id);
    return 1;
}

/* Asks, and waits when that was wanted. The size before is needed to know
 * whether the job got where it was to go. */
static int send_resize(struct cli *cli, const struct resize *resize,
                       struct err *err)
{
    json_t *answer;
    int64_t before = 0, id = 0;
    bool is_wait = parsed_has(&resize->parsed, KEY_WAIT);
    if (is_wait && id_list_count(&resize->ids) != 1)
        return err_set(err, ERR_USAGE, "--wait is for one job");
    if (is_wait) {
        id = resize->ids.ranges[0].first;
        if ((before = size_of(cli, id, err)) < 0)
            return -1;
    }
    json_t *body = make_body(resize);
    int rc = cli_request(cli, "POST", "/v1/jobs/resize", body, &answer, err);
    json_decref(body);
    if (rc < 0)
        return -1;
    int status =
        cli_print_results(cli, answer, parsed_has(&resize->parsed, KEY_JSON),
                          parsed_has(&resize->parsed, 'q'));
    if (status != 0 || !is_wait)
        return status;
    fflush(cli->out);
    return wait_for_size(cli, resize, id, before, err);
}

/* "erm shrink 5 -2": getopt must not take -2 for an option. */
static void hide_minus(int argc, char **argv)
{
    for (int i = 2; i < argc; i++)
        if (argv[i][0] == '-' && isdigit((unsigned char)argv[i][1]) &&
            argv[i - 1][0] != '-')
            argv[i]++;
}

static int run_op(struct cli *cli, int argc, char **argv, const char *op,
                  struct err *err)
{
    struct resize resize = {.op = op, .deadline = TIME_NEVER};
    int rc = -1;
    if (op[0] == 's')
        hide_minus(argc, argv);
    if (options_read(&resize.parsed, rows, &cli->common, argc, argv, err) < 0)
        return -1;
    id_list_init(&resize.ids);
    hostlist_init(&resize.nodes);
    if (read_operands(&resize, err) == 0 &&
        id_list_resolve(&resize.ids, cli, true, err) == 0)
        rc = send_resize(cli, &resize, err);
    id_list_release(&resize.ids);
    hostlist_release(&resize.nodes);
    return rc;
}

static int run_expand(struct cli *cli, int argc, char **argv, struct err *err)
{
    return run_op(cli, argc, argv, "expand", err);
}

static int run_shrink(struct cli *cli, int argc, char **argv, struct err *err)
{
    return run_op(cli, argc, argv, "shrink", err);
}

static int run_resize(struct cli *cli, int argc, char **argv, struct err *err)
{
    return run_op(cli, argc, argv, "resize", err);
}

const struct command command_expand = {
    .name = "expand",
    .group = GROUP_RESIZE,
    .usage = "ID... [+]K\nID... --nodes NODES",
    .help = "offer running jobs more nodes",
    .options = rows,
    .run = run_expand,
};

const struct command command_shrink = {
    .name = "shrink",
    .group = GROUP_RESIZE,
    .usage = "ID... [-]K\nID... --nodes NODES",
    .help = "ask running jobs to give nodes back",
    .options = rows,
    .run = run_shrink,
};

const struct command command_resize = {
    .name = "resize",
    .group = GROUP_RESIZE,
    .usage = "ID... N",
    .help = "bring running jobs to a size",
    .options = rows,
    .run = run_resize,
};
