/* SPDX-License-Identifier: BSD-2-Clause */
/* erm update: changes what a job asked for. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/duration.h"
#include "base/suggest.h"
#include "cli/commands.h"
#include "cli/id_list.h"
#include "cli/number.h"
#include "cli/time_text.h"

enum { KEY_JSON = OPTION_FIRST_KEY };

static const struct option_row rows[] = {
    {KEY_JSON, "json", NULL, "print the answer as JSON"},
    {'q', "quiet", NULL, "print failures only"},
    {0, NULL, NULL, NULL},
};

static const char *const keys[] = {"priority",  "walltime", "min_nodes",
                                   "max_nodes", "nodes",    "begin"};
#define N_KEYS (sizeof(keys) / sizeof(*keys))

/* Whole seconds as an integer; null means no limit. */
static void set_seconds(json_t *body, const char *key, dur_us span)
{
    if (span == TIME_NEVER)
        json_object_set_new(body, key, json_null());
    else if (span % USEC_PER_SEC == 0)
        json_object_set_new(body, key, json_integer(span / USEC_PER_SEC));
    else
        json_object_set_new(body, key, json_real((double)span / USEC_PER_SEC));
}

/* "1:30:00" is the new limit, "+10m" and "-10m" change it. */
static int set_walltime(json_t *body, const char *value, struct err *err)
{
    dur_us span;
    struct err cause;
    bool is_change = *value == '+' || *value == '-';
    if (duration_parse(value + is_change, DURATION_STRICT, &span, NULL,
                       &cause) < 0) {
        err_set(err, ERR_USAGE, "walltime: %s", cause.text);
        if (cause.hint[0] != '\0')
            err_hint(err, "%s", cause.hint);
        return -1;
    }
    if (is_change && span == TIME_NEVER)
        return err_set(err, ERR_USAGE, "walltime: %s is no change", value);
    set_seconds(body, is_change ? "walltime_add" : "walltime",
                *value == '-' ? -span : span);
    return 0;
}

static int set_integer(json_t *body, const char *key, const char *value,
                       int64_t min, int64_t max, struct err *err)
{
    int64_t n;
    if (number_parse(key, value, min, max, &n, err) < 0)
        return -1;
    json_object_set_new(body, key, json_integer(n));
    return 0;
}

/* "nodes=2-4": both ends. */
static int set_nodes(json_t *body, const char *value, struct err *err)
{
    const char *dash = strchr(value, '-');
    char *first = mem_strndup(value, dash != NULL ? (size_t)(dash - value)
                                                  : strlen(value));
    int rc = set_integer(body, "min_nodes", first, 1, UINT32_MAX, err);
    if (rc == 0)
        rc = set_integer(body, "max_nodes", dash != NULL ? dash + 1 : first, 1,
                         UINT32_MAX, err);
    free(first);
    return rc;
}

/* One KEY=VALUE; what cannot be changed gets the nearest key as a hint. */
static int set_key(json_t *body, const char *key, const char *value,
                   struct err *err)
{
    dur_us span;
    if (strcmp(key, "priority") == 0)
        return set_integer(body, key, value, INT32_MIN, INT32_MAX, err);
    if (strcmp(key, "min_nodes") == 0 || strcmp(key, "max_nodes") == 0)
        return set_integer(body, key, value, 1, UINT32_MAX, err);
    if (strcmp(key, "walltime") == 0)
        return set_walltime(body, value, err);
    if (strcmp(key, "nodes") == 0)
        return set_nodes(body, value, err);
    if (strcmp(key, "begin") == 0) {
        if (time_text_span("begin", value, &span, err) < 0)
            return -1;
        set_seconds(body, "begin", span);
        return 0;
    }
    const char *near = suggest(key, keys, N_KEYS);
    err_set(err, ERR_USAGE, "%s cannot be changed", key);
    if (near != NULL)
        return err_hint(err, "did you mean %s?", near);
    return err_hint(err, "keys are priority, walltime, nodes, min_nodes, "
                         "max_nodes, begin");
}

/* Words with '=' are changes, the others ids. */
static int read_word(const char *word, struct id_list *ids, json_t *body,
                     struct err *err)
{
    const char *equal = strchr(word, '=');
    if (equal == NULL)
        return id_list_parse(ids, word, err);
    char *key = mem_strndup(word, (size_t)(equal - word));
    for (char *c = key; *c != '\0'; c++)
        if (*c == '-')
            *c = '_';
    int rc = set_key(body, key, equal + 1, err);
    free(key);
    return rc;
}

static int run_update(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct parsed parsed;
    struct id_list ids;
    json_t *answer;
    if (options_read(&parsed, rows, &cli->common, argc, argv, err) < 0 ||
        parsed_check_operands(&parsed, 2, INT_MAX, "a job's id or KEY=VALUE",
                              err) < 0)
        return -1;
    json_t *body = json_object();
    id_list_init(&ids);
    int rc = 0;
    for (int i = 0; i < parsed.n_operands && rc == 0; i++)
        rc = read_word(parsed.operands[i], &ids, body, err);
    if (rc == 0 && json_object_size(body) == 0)
        rc = err_set(err, ERR_USAGE, "KEY=VALUE is missing");
    if (rc == 0)
        rc = id_list_resolve(&ids, cli, true, err);
    if (rc == 0) {
        id_list_to_json(&ids, body);
        rc = cli_request(cli, "POST", "/v1/jobs/update", body, &answer, err);
    }
    id_list_release(&ids);
    json_decref(body);
    if (rc < 0)
        return -1;
    return cli_print_results(cli, answer, parsed_has(&parsed, KEY_JSON),
                             parsed_has(&parsed, 'q'));
}

const struct command command_update = {
    .name = "update",
    .group = GROUP_JOBS,
    .usage = "ID... KEY=VALUE...",
    .help = "change what a job asked for",
    .more = "Keys: priority=P, walltime=TIME (or +TIME, -TIME), nodes=MIN-MAX, "
            "min_nodes=N,\nmax_nodes=N, begin=DELAY.",
    .options = rows,
    .run = run_update,
};
