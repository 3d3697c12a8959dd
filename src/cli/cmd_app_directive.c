/* SPDX-License-Identifier: BSD-2-Clause */
/* erm app wait, poll, accept, refuse, busy, done, fail: directives. */
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "base/hostlist.h"
#include "cli/app.h"
#include "cli/commands.h"
#include "cli/number.h"
#include "cli/time_text.h"

#define SETTLE_LIMIT (60 * USEC_PER_SEC)

enum { KEY_JSON = OPTION_FIRST_KEY, KEY_SEQ };

static const struct option_row wait_rows[] = {
    {'t', "timeout", "SPAN", "at most so long (30s, 5m...)"},
    {KEY_JSON, "json", NULL, "print the whole directive as JSON"},
    {0, NULL, NULL, NULL},
};
static const struct option_row poll_rows[] = {
    {KEY_JSON, "json", NULL, "print the whole directive as JSON"},
    {0, NULL, NULL, NULL},
};
static const struct option_row answer_rows[] = {
    {KEY_SEQ, "seq", "SEQ", "the directive's number (default: the open one)"},
    {0, NULL, NULL, NULL},
};
static const struct option_row fail_rows[] = {
    {'m', "message", "WHY", "a reason, for people"},
    {KEY_SEQ, "seq", "SEQ", "the directive's number (default: the open one)"},
    {0, NULL, NULL, NULL},
};
static const struct option_row refuse_rows[] = {
    {'r', "retry-after", "SPAN", "ask again after that"},
    {'m', "message", "WHY", "a reason, for people"},
    {KEY_SEQ, "seq", "SEQ", "the directive's number (default: the open one)"},
    {0, NULL, NULL, NULL},
};
static const struct option_row done_rows[] = {
    {'t', "timeout", "SPAN", "wait at most so long for the end (60s; 0: not)"},
    {KEY_SEQ, "seq", "SEQ", "the directive's number (default: the open one)"},
    {0, NULL, NULL, NULL},
};

static const char *op_name(const erm_directive *d)
{
    return d->op == ERM_GROW ? "grow" : "shrink";
}

static void print_directive(const struct cli *cli, const erm_directive *d,
                            bool as_json)
{
    if (!as_json) {
        fprintf(cli->out, "%s %d ", op_name(d), d->seq);
        app_print_names(cli->out, d->delta, d->n_delta, ",");
        fputc('\n', cli->out);
        return;
    }
    json_t *json = json_pack(
        "{s:i, s:i, s:s, s:b, s:b, s:o, s:o, s:o, s:o, s:o, s:s}", "schema", 1,
        "seq", d->seq, "op", op_name(d), "forced", d->forced, "choice",
        d->choice, "current", app_names_json(d->cur, d->n_cur), "delta",
        app_names_json(d->delta, d->n_delta), "target",
        app_names_json(d->target, d->n_target), "accept_by",
        app_time_json(d->accept_by), "done_by", app_time_json(d->done_by),
        "reason", d->reason);
    cli_print_json(cli, json);
    json_decref(json);
}

static int run_wait(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct parsed parsed;
    erm_directive d;
    erm_t *e;
    dur_us span = TIME_NEVER;
    if (options_read(&parsed, wait_rows, &cli->common, argc, argv, err) < 0 ||
        parsed_check_operands(&parsed, 0, 0, "", err) < 0)
        return -1;
    const char *text = parsed_value(&parsed, 't');
    if (text != NULL &&
        time_text_span_or_none("--timeout", text, &span, err) < 0)
        return -1;
    if (app_open(&e, err) < 0)
        return -1;
    double timeout =
        span == TIME_NEVER ? -1 : (double)span / (double)USEC_PER_SEC;
    int rc = erm_wait(e, &d, timeout);
    if (rc == 1)
        print_directive(cli, &d, parsed_has(&parsed, KEY_JSON));
    int status = rc < 0 ? app_fail(e, rc, err) : rc == 1 ? 0 : 124;
    erm_close(e);
    return status;
}

static int run_poll(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct parsed parsed;
    erm_directive d;
    erm_t *e;
    if (options_read(&parsed, poll_rows, &cli->common, argc, argv, err) < 0 ||
        parsed_check_operands(&parsed, 0, 0, "", err) < 0 ||
        app_open(&e, err) < 0)
        return -1;
    int rc = erm_poll(e, &d);
    if (rc == 1)
        print_directive(cli, &d, parsed_has(&parsed, KEY_JSON));
    int status = rc < 0 ? app_fail(e, rc, err) : rc == 1 ? 0 : 1;
    erm_close(e);
    return status;
}

/* ---- answers ---- */

struct answer {
    struct parsed parsed;
    erm_t *e;
    erm_directive d;
};

/* The directive that is meant; -1 and ERR (ERR_NOT_FOUND when it is not open),
 * nothing is open then. */
static int begin(struct answer *answer, struct cli *cli,
                 const struct option_row *rows, int max_operands, int argc,
                 char **argv, struct err *err)
{
    int64_t seq = 0;
    struct parsed *parsed = &answer->parsed;
    if (options_read(parsed, rows, &cli->common, argc, argv, err) < 0 ||
        parsed_check_operands(parsed, 0, max_operands, "", err) < 0)
        return -1;
    const char *text = parsed_value(parsed, KEY_SEQ);
    if (text != NULL && number_parse("--seq", text, 1, INT_MAX, &seq, err) < 0)
        return -1;
    if (app_open(&answer->e, err) < 0)
        return -1;
    int rc = erm_poll(answer->e, &answer->d);
    if (rc == 1 && (seq == 0 || seq == answer->d.seq))
        return 0;
    if (rc < 0)
        app_fail(answer->e, rc, err);
    else if (seq == 0)
        err_set(err, ERR_NOT_FOUND, "no directive is open");
    else
        err_set(err, ERR_NOT_FOUND, "directive %" PRId64 " is not open", seq);
    erm_close(answer->e);
    return -1;
}

static int end(struct answer *answer, int rc, struct err *err)
{
    int status = rc < 0 ? app_fail(answer->e, rc, err) : 0;
    erm_close(answer->e);
    return status;
}

static int run_accept(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct answer answer;
    if (begin(&answer, cli, answer_rows, 0, argc, argv, err) < 0)
        return -1;
    return end(&answer, erm_accept(answer.e, answer.d.seq), err);
}

static int run_busy(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct answer answer;
    if (begin(&answer, cli, answer_rows, 0, argc, argv, err) < 0)
        return -1;
    return end(&answer, erm_busy(answer.e, answer.d.seq), err);
}

static int run_fail(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct answer answer;
    if (begin(&answer, cli, fail_rows, 0, argc, argv, err) < 0)
        return -1;
    return end(
        &answer,
        erm_fail(answer.e, answer.d.seq, parsed_value(&answer.parsed, 'm')),
        err);
}

static int run_refuse(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct answer answer;
    dur_us retry = 0;
    if (begin(&answer, cli, refuse_rows, 0, argc, argv, err) < 0)
        return -1;
    const char *text = parsed_value(&answer.parsed, 'r');
    if (text != NULL &&
        time_text_span_or_none("--retry-after", text, &retry, err) < 0) {
        erm_close(answer.e);
        return -1;
    }
    return end(&answer,
               erm_refuse(answer.e, answer.d.seq,
                          (double)retry / (double)USEC_PER_SEC,
                          parsed_value(&answer.parsed, 'm')),
               err);
}

static bool has_node(erm_t *e, const char *name)
{
    const char *const *names;
    int n = erm_nodes(e, &names);
    for (int i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* Once the directive has ended: did the nodes come (WANTED), or go? */
static int check_nodes(erm_t *e, const struct hostlist *nodes, bool is_wanted,
                       struct err *err)
{
    for (size_t i = 0; i < nodes->n; i++)
        if (has_node(e, nodes->names[i]) != is_wanted)
            return err_set(err, ERR_REQUEST, "it was too late: the job %s %s",
                           is_wanted ? "has not got" : "still has",
                           nodes->names[i]);
    return 0;
}

/* Waits for what the manager makes of it. NODES: those that come or go. */
static int settle(struct answer *answer, const struct hostlist *nodes,
                  dur_us limit, struct err *err)
{
    int seq = answer->d.seq;
    bool is_grow = answer->d.op == ERM_GROW;
    int rc = erm_settled(answer->e, seq, (double)limit / (double)USEC_PER_SEC);
    if (rc < 0)
        return app_fail(answer->e, rc, err);
    if (rc == 0) {
        err_set(err, ERR_TIMEOUT, "the manager has not closed directive %d yet",
                seq);
        return err_hint(err, "the answer was given; it need not be repeated");
    }
    return check_nodes(answer->e, nodes, is_grow, err);
}

/* NODES: the operands, or the directive's own when there are none. */
static int read_done_nodes(const struct answer *answer, struct hostlist *nodes,
                           struct err *err)
{
    const struct parsed *parsed = &answer->parsed;
    for (int i = 0; i < parsed->n_operands; i++)
        if (hostlist_parse(nodes, parsed->operands[i], err) < 0)
            return -1;
    for (int i = 0; parsed->n_operands == 0 && i < answer->d.n_delta; i++)
        hostlist_add(nodes, answer->d.delta[i]);
    return 0;
}

static int run_done(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct answer answer;
    struct hostlist nodes;
    dur_us limit = SETTLE_LIMIT;
    if (begin(&answer, cli, done_rows, INT_MAX, argc, argv, err) < 0)
        return -1;
    hostlist_init(&nodes);
    const char *text = parsed_value(&answer.parsed, 't');
    int rc = read_done_nodes(&answer, &nodes, err);
    if (rc == 0 && text != NULL)
        rc = time_text_span_or_none("--timeout", text, &limit, err);
    if (rc == 0) {
        int n = answer.parsed.n_operands > 0 ? (int)nodes.n : 0;
        rc = erm_done(answer.e, answer.d.seq,
                      n > 0 ? (const char *const *)nodes.names : NULL, n);
        if (rc < 0)
            app_fail(answer.e, rc, err);
        else if (limit > 0)
            rc = settle(&answer, &nodes, limit, err);
    }
    hostlist_release(&nodes);
    erm_close(answer.e);
    return rc < 0 ? -1 : 0;
}

const struct command command_app_wait = {
    .name = "app wait",
    .group = GROUP_RESIZE,
    .usage = "[-t SPAN]",
    .help = "wait for a directive and print it",
    .more = "Prints what is to be done, the directive's number and the nodes: "
            "shrink 7 n3,n4.\nExit status 124 when there was none in time.",
    .options = wait_rows,
    .run = run_wait,
};

const struct command command_app_poll = {
    .name = "app poll",
    .group = GROUP_RESIZE,
    .usage = "",
    .help = "print the directive that is open",
    .more = "As erm app wait, but without waiting: exit status 1 when none is "
            "open.",
    .options = poll_rows,
    .run = run_poll,
};

const struct command command_app_accept = {
    .name = "app accept",
    .group = GROUP_RESIZE,
    .usage = "",
    .help = "say that the job will do it",
    .options = answer_rows,
    .run = run_accept,
};

const struct command command_app_refuse = {
    .name = "app refuse",
    .group = GROUP_RESIZE,
    .usage = "[-r SPAN] [-m WHY]",
    .help = "say that the job will not do it now",
    .options = refuse_rows,
    .run = run_refuse,
};

const struct command command_app_busy = {
    .name = "app busy",
    .group = GROUP_RESIZE,
    .usage = "",
    .help = "say that the job is still at it, and may need more time",
    .options = answer_rows,
    .run = run_busy,
};

const struct command command_app_done = {
    .name = "app done",
    .group = GROUP_RESIZE,
    .usage = "[NODE...]",
    .help = "say that the job has done it, and wait for the manager",
    .more = "A shrink: nothing of the job that matters runs on the nodes any "
            "more; what is left\nthere is ended. Where there is a choice, "
            "NODEs may be given instead of those named.\nExit status 1 when "
            "it was too late: the directive had been taken back.",
    .options = done_rows,
    .run = run_done,
};

const struct command command_app_fail = {
    .name = "app fail",
    .group = GROUP_RESIZE,
    .usage = "[-m WHY]",
    .help = "say that the job could not do it",
    .options = fail_rows,
    .run = run_fail,
};
