/* SPDX-License-Identifier: BSD-2-Clause */
/* erm hold, release, requeue, cancel: something done to some jobs. */
#include <limits.h>
#include <string.h>
#include <strings.h>

#include "cli/commands.h"
#include "cli/id_list.h"
#include "cli/time_text.h"

enum { KEY_JSON = OPTION_FIRST_KEY, KEY_SIGNAL, KEY_GRACE, KEY_REASON };

static const struct option_row hold_rows[] = {
    {KEY_JSON, "json", NULL, "print the answer as JSON"},
    {'q', "quiet", NULL, "print failures only"},
    {0, NULL, NULL, NULL},
};

static const struct option_row cancel_rows[] = {
    {KEY_SIGNAL, "signal", "NAME", "only send this signal (USR1, INT...)"},
    {KEY_GRACE, "grace", "SPAN", "between TERM and KILL (default 10s)"},
    {KEY_REASON, "reason", "TEXT", "why, for the log"},
    {KEY_JSON, "json", NULL, "print the answer as JSON"},
    {'q', "quiet", NULL, "print failures only"},
    {0, NULL, NULL, NULL},
};

/* Sends BODY (taken) with the ids of the operands. */
static int post_ids(struct cli *cli, const char *path,
                    const struct parsed *parsed, json_t *body, struct err *err)
{
    struct id_list ids;
    json_t *answer;
    int rc = -1;
    id_list_init(&ids);
    if (parsed_check_operands(parsed, 1, INT_MAX, "a job's id", err) == 0 &&
        id_list_parse_words(&ids, parsed->operands, parsed->n_operands, err) ==
            0 &&
        id_list_resolve(&ids, cli, false, err) == 0) {
        id_list_to_json(&ids, body);
        rc = cli_request(cli, "POST", path, body, &answer, err);
    }
    id_list_release(&ids);
    json_decref(body);
    if (rc < 0)
        return -1;
    return cli_print_results(cli, answer, parsed_has(parsed, KEY_JSON),
                             parsed_has(parsed, 'q'));
}

/* hold, release and requeue differ in their path only. */
static int run_simple(struct cli *cli, int argc, char **argv, const char *path,
                      struct err *err)
{
    struct parsed parsed;
    if (options_read(&parsed, hold_rows, &cli->common, argc, argv, err) < 0)
        return -1;
    return post_ids(cli, path, &parsed, json_object(), err);
}

static int run_hold(struct cli *cli, int argc, char **argv, struct err *err)
{
    return run_simple(cli, argc, argv, "/v1/jobs/hold", err);
}

static int run_release(struct cli *cli, int argc, char **argv, struct err *err)
{
    return run_simple(cli, argc, argv, "/v1/jobs/release", err);
}

static int run_requeue(struct cli *cli, int argc, char **argv, struct err *err)
{
    return run_simple(cli, argc, argv, "/v1/jobs/requeue", err);
}

static int run_cancel(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct parsed parsed;
    dur_us grace;
    if (options_read(&parsed, cancel_rows, &cli->common, argc, argv, err) < 0)
        return -1;
    const char *signal = parsed_value(&parsed, KEY_SIGNAL);
    const char *span = parsed_value(&parsed, KEY_GRACE);
    const char *reason = parsed_value(&parsed, KEY_REASON);
    if (span != NULL && time_text_span("--grace", span, &grace, err) < 0)
        return -1;
    if (signal != NULL && strncasecmp(signal, "SIG", 3) == 0)
        signal += 3;
    json_t *body = json_object();
    if (signal != NULL)
        json_object_set_new(body, "signal", json_string(signal));
    if (span != NULL)
        json_object_set_new(body, "grace",
                            json_real((double)grace / USEC_PER_SEC));
    if (reason != NULL)
        json_object_set_new(body, "reason", json_string(reason));
    return post_ids(cli, "/v1/jobs/cancel", &parsed, body, err);
}

const struct command command_hold = {
    .name = "hold",
    .group = GROUP_JOBS,
    .usage = "ID...",
    .help = "keep waiting jobs from starting",
    .options = hold_rows,
    .run = run_hold,
};

const struct command command_release = {
    .name = "release",
    .group = GROUP_JOBS,
    .usage = "ID...",
    .help = "let held jobs start again",
    .options = hold_rows,
    .run = run_release,
};

const struct command command_requeue = {
    .name = "requeue",
    .group = GROUP_JOBS,
    .usage = "ID...",
    .help = "end running jobs and queue them again",
    .options = hold_rows,
    .run = run_requeue,
};

const struct command command_cancel = {
    .name = "cancel",
    .group = GROUP_JOBS,
    .usage = "ID...",
    .help = "end jobs: TERM, then KILL",
    .options = cancel_rows,
    .run = run_cancel,
};
