/* SPDX-License-Identifier: BSD-2-Clause */
/* See submit_options.h. */
#include "cli/submit_options.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/duration.h"
#include "cli/number.h"
#include "cli/time_text.h"

enum {
    KEY_TYPE = OPTION_FIRST_KEY,
    KEY_PREF,
    KEY_AFTER,
    KEY_HOLD,
    KEY_BEGIN,
    KEY_ENV,
    KEY_REQUEUE,
    KEY_WAIT,
    KEY_DRY_RUN,
    KEY_JSON,
    KEY_FILE,
    KEY_RESIZE,
    KEY_HOOK,
    KEY_WORKER,
    KEY_RESIZE_SIGNAL,
    KEY_RESIZE_COST,
    KEY_EXPECTED,
    KEY_ON_DEADLINE,
    KEY_ON_NODE_LOSS,
    KEY_LAUNCH,
    KEY_DVM,
    KEY_MAP,
    KEY_BIND,
    KEY_SLOTS,
    KEY_PROCS,
    KEY_SERIAL,
    KEY_WALLTIME_SCALES,
};

const struct option_row submit_option_rows[] = {
    {'N', "nodes", "MIN[-MAX]", "how many nodes (default 1)"},
    {'t', "walltime", "TIME", "its limit: 1:30:00, 90s, 30m, 1.5h, 2d, inf"},
    {KEY_WALLTIME_SCALES, "walltime-scales", NULL,
     "that is meant at --pref, and follows the size"},
    {'J', "name", "NAME", "its name (default: the program's)"},
    {'e', "elastic", NULL, "erm may resize it between MIN and MAX"},
    {KEY_TYPE, "type", "KIND", "rigid, moldable, elastic or evolving"},
    {KEY_PREF, "pref", "N", "the size it likes best"},
    {'p', "priority", "P", "higher starts earlier (default 0)"},
    {KEY_AFTER, "after", "ID[:ok|any|notok]",
     "wait for the end of another job (more: repeat, or commas)"},
    {KEY_HOLD, "hold", NULL, "do not start before erm release"},
    {KEY_BEGIN, "begin", "DELAY", "do not start before DELAY has passed"},
    {KEY_ENV, "env", "NAME[=VALUE]", "set a variable (or pass yours on)"},
    {'D', "chdir", "DIR", "where it runs (default: here)"},
    {'o', "output", "FILE", "its output (%j id, %a attempt, %x name)"},
    {'E', "stderr", "FILE", "its errors (default: with the output)"},
    {KEY_REQUEUE, "requeue", NULL, "run again after the loss of a node"},
    {KEY_RESIZE, "resize", "HOW",
     "how it is told: policy, app, hook, restart, workers"},
    {KEY_HOOK, "hook", "COMMAND", "run at each resize, with resize: hook"},
    {KEY_RESIZE_SIGNAL, "resize-signal", "SIGNAL",
     "tells it of a resize, with resize: app or restart"},
    {KEY_EXPECTED, "expected-time", "TIME", "how long it is expected to run"},
    {KEY_RESIZE_COST, "resize-cost", "TIME", "how long a resize takes it"},
    {KEY_ON_DEADLINE, "on-deadline", "WHAT",
     "a resize is late: keep, force, requeue, cancel"},
    {KEY_ON_NODE_LOSS, "on-node-loss", "WHAT",
     "some of its nodes are lost: end, shrink, restart"},
    {KEY_WORKER, "worker", "COMMAND", "one worker per node, beside COMMAND"},
    {KEY_LAUNCH, "launch", "HOW", "how it starts: shell, mpi, workers"},
    {KEY_DVM, "dvm", "job|pool", "whose PRRTE daemons it uses"},
    {KEY_MAP, "map-by", "HOW", "prun's --map-by, for MPI programs"},
    {KEY_BIND, "bind-to", "WHAT", "prun's --bind-to, for MPI programs"},
    {KEY_SLOTS, "slots-per-node", "N", "slots used on each node"},
    {KEY_PROCS, "procs-per-node", "N", "processes on each node"},
    {KEY_SERIAL, "serial-fraction", "F", "for Amdahl's law (default 0.1)"},
    {KEY_FILE, "file", "FILE", "submit the entries of a JSON file"},
    {KEY_WAIT, "wait", NULL, "wait for its end, exit with its status"},
    {KEY_DRY_RUN, "dry-run", NULL, "show what would run, submit nothing"},
    {KEY_JSON, "json", NULL, "print the answer as JSON"},
    {'q', "quiet", NULL, "print ids only"},
    {0, NULL, NULL, NULL},
};

void submit_options_init(struct submit_options *submit)
{
    memset(submit, 0, sizeof(*submit));
    submit->spec = json_object();
}

void submit_options_release(struct submit_options *submit)
{
    json_decref(submit->spec);
    submit->spec = NULL;
}

static void set_integer(json_t *spec, const char *key, int64_t value)
{
    json_object_set_new(spec, key, json_integer(value));
}

/* jansson takes UTF-8 only, and so does every reader of the API. */
static int set_string(json_t *spec, const char *key, const char *value,
                      struct err *err)
{
    json_t *string = json_string(value);
    if (string == NULL)
        return err_set(err, ERR_USAGE, "%s: the value is not UTF-8", key);
    json_object_set_new(spec, key, string);
    return 0;
}

/* A number of something, at least one. */
static int set_count(json_t *spec, const char *key, const char *option,
                     const char *value, struct err *err)
{
    int64_t n;
    if (number_parse(option, value, 1, UINT32_MAX, &n, err) < 0)
        return -1;
    set_integer(spec, key, n);
    return 0;
}

/* "3" or "2-4" */
static int set_nodes(json_t *spec, const char *value, struct err *err)
{
    int64_t min, max;
    const char *dash = strchr(value, '-');
    char *first = mem_strndup(value, dash != NULL ? (size_t)(dash - value)
                                                  : strlen(value));
    int rc = number_parse("--nodes", first, 1, UINT32_MAX, &min, err);
    free(first);
    max = min;
    if (rc == 0 && dash != NULL)
        rc = number_parse("--nodes", dash + 1, 1, UINT32_MAX, &max, err);
    if (rc < 0)
        return err_hint(err, "nodes are written 3 or 2-4");
    if (max < min)
        return err_set(err, ERR_USAGE,
                       "--nodes %s: the most is less than the least", value);
    set_integer(spec, "min_nodes", min);
    set_integer(spec, "max_nodes", max);
    return 0;
}

/* Seconds, whole ones as an integer. */
static void set_seconds(json_t *spec, const char *key, dur_us span)
{
    if (span % USEC_PER_SEC == 0)
        set_integer(spec, key, span / USEC_PER_SEC);
    else
        json_object_set_new(spec, key, json_real((double)span / USEC_PER_SEC));
}

/* Sent with its unit, so that no reader can take it for something else. */
static int set_walltime(json_t *spec, const char *value, struct err *err)
{
    dur_us walltime;
    struct err cause;
    if (duration_parse(value, DURATION_STRICT, &walltime, NULL, &cause) < 0) {
        err_set(err, ERR_USAGE, "--walltime: %s", cause.text);
        if (cause.hint[0] != '\0')
            err_hint(err, "%s", cause.hint);
        return -1;
    }
    if (walltime == TIME_NEVER)
        return set_string(spec, "walltime", "inf", err);
    char text[48];
    dur_us fraction = walltime % USEC_PER_SEC;
    if (fraction == 0)
        snprintf(text, sizeof(text), "%" PRId64 "s", walltime / USEC_PER_SEC);
    else
        snprintf(text, sizeof(text), "%" PRId64 ".%06" PRId64 "s",
                 walltime / USEC_PER_SEC, fraction);
    return set_string(spec, "walltime", text, err);
}

/* "3", "3:ok", "name:any": one entry of `after`. */
static int add_after(json_t *after, const char *part, struct err *err)
{
    static const char *const kinds[] = {"ok", "any", "notok"};
    const char *colon = strrchr(part, ':');
    const char *kind = colon != NULL ? colon + 1 : "ok";
    size_t len = colon != NULL ? (size_t)(colon - part) : strlen(part);
    bool is_known = false;
    for (size_t i = 0; i < 3; i++)
        is_known = is_known || strcmp(kind, kinds[i]) == 0;
    if (len == 0 || !is_known) {
        err_set(err, ERR_USAGE, "--after: %s is not understood", part);
        return err_hint(err, "write ID, ID:ok, ID:any or ID:notok");
    }
    json_array_append_new(after, json_sprintf("%.*s:%s", (int)len, part, kind));
    return 0;
}

/* Adds the parts of "3:any,4" to what is there. */
static int set_after(json_t *spec, const char *value, struct err *err)
{
    int rc = 0;
    char *copy = mem_strdup(value), *save = NULL;
    json_t *after = json_object_get(spec, "after");
    if (after == NULL) {
        after = json_array();
        json_object_set_new(spec, "after", after);
    }
    for (char *part = strtok_r(copy, ",", &save); part != NULL && rc == 0;
         part = strtok_r(NULL, ",", &save))
        rc = add_after(after, part, err);
    free(copy);
    return rc;
}

/* NAME alone passes the caller's own value on. */
static int set_env(json_t *spec, const char *value, struct err *err)
{
    size_t len = strcspn(value, "=");
    char *name = mem_strndup(value, len);
    const char *text = value[len] == '=' ? value + len + 1 : getenv(name);
    json_t *env = json_object_get(spec, "env");
    int rc = 0;
    if (env == NULL) {
        env = json_object();
        json_object_set_new(spec, "env", env);
    }
    if (len == 0 || isdigit((unsigned char)*name))
        rc = err_set(err, ERR_USAGE, "--env %s: write NAME=VALUE", value);
    else if (text == NULL)
        rc = err_set(err, ERR_USAGE, "--env %s: not set here", name);
    else
        rc = set_string(env, name, text, err);
    free(name);
    return rc;
}

/* A time that has an end. */
static int set_limited(json_t *spec, const char *key, const char *option,
                       const char *value, struct err *err)
{
    dur_us span;
    if (time_text_span(option, value, &span, err) < 0)
        return -1;
    if (span == TIME_NEVER)
        return err_set(err, ERR_USAGE, "%s: a limited time is expected",
                       option);
    set_seconds(spec, key, span);
    return 0;
}

/* Numbers and spans. */
static int take_number(json_t *spec, int key, const char *value,
                       struct err *err)
{
    int64_t n;
    dur_us span;
    char *end;
    switch (key) {
    case 'N':
        return set_nodes(spec, value, err);
    case 't':
        return set_walltime(spec, value, err);
    case 'p':
        if (number_parse("--priority", value, INT32_MIN, INT32_MAX, &n, err) <
            0)
            return -1;
        set_integer(spec, "priority", n);
        return 0;
    case KEY_PREF:
        return set_count(spec, "pref_nodes", "--pref", value, err);
    case KEY_SLOTS:
        return set_count(spec, "slots_per_node", "--slots-per-node", value,
                         err);
    case KEY_PROCS:
        return set_count(spec, "procs_per_node", "--procs-per-node", value,
                         err);
    case KEY_BEGIN:
        if (time_text_span("--begin", value, &span, err) < 0)
            return -1;
        set_seconds(spec, "start_time", span == TIME_NEVER ? 0 : span);
        return 0;
    case KEY_RESIZE_COST:
        return set_limited(spec, "resize_cost", "--resize-cost", value, err);
    case KEY_EXPECTED:
        return set_limited(spec, "expected_time", "--expected-time", value,
                           err);
    case KEY_SERIAL:
        json_object_set_new(spec, "serial_fraction",
                            json_real(strtod(value, &end)));
        if (*value == '\0' || *end != '\0')
            return err_set(err, ERR_USAGE, "--serial-fraction: %s is no number",
                           value);
        return 0;
    default:
        return 1;
    }
}

/* Options whose value is that of a key as it stands. */
static const struct {
    int option;
    const char *key;
} texts[] = {
    {'J', "name"},
    {KEY_TYPE, "type"},
    {'D', "cwd"},
    {'o', "stdout"},
    {'E', "stderr"},
    {KEY_RESIZE, "resize"},
    {KEY_HOOK, "hook"},
    {KEY_RESIZE_SIGNAL, "resize_signal"},
    {KEY_ON_DEADLINE, "on_deadline"},
    {KEY_ON_NODE_LOSS, "on_node_loss"},
    {KEY_WORKER, "worker"},
    {KEY_LAUNCH, "launch"},
    {KEY_DVM, "dvm"},
    {KEY_MAP, "map_by"},
    {KEY_BIND, "bind_to"},
};

/* Texts and switches; a switch of the command itself is not the job's. */
static int take_text(struct submit_options *submit, int key, const char *value,
                     struct err *err)
{
    json_t *spec = submit->spec;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (texts[i].option == key)
            return set_string(spec, texts[i].key, value, err);
    }
    switch (key) {
    case 'e':
        return json_object_set_new(spec, "elastic", json_true());
    case KEY_AFTER:
        return set_after(spec, value, err);
    case KEY_HOLD:
        return json_object_set_new(spec, "hold", json_true());
    case KEY_ENV:
        return set_env(spec, value, err);
    case KEY_REQUEUE:
        return json_object_set_new(spec, "requeue", json_true());
    case KEY_WALLTIME_SCALES:
        return json_object_set_new(spec, "walltime_scales", json_true());
    default:
        return 1;
    }
}

/* What the command itself does with the job. */
static void take_switch(struct submit_options *submit, int key,
                        const char *value)
{
    submit->is_wait = submit->is_wait || key == KEY_WAIT;
    submit->is_dry_run = submit->is_dry_run || key == KEY_DRY_RUN;
    submit->is_json = submit->is_json || key == KEY_JSON;
    submit->is_quiet = submit->is_quiet || key == 'q';
    if (key == KEY_FILE)
        submit->file = value;
}

int submit_options_parse(struct submit_options *submit,
                         struct common_options *common, int argc, char **argv,
                         struct err *err)
{
    struct options options;
    int key, rc = 0;
    options_init(&options, submit_option_rows, common, argc, argv, true);
    while ((key = options_next(&options, err)) >= 0) {
        rc = take_number(submit->spec, key, options.value, err);
        if (rc > 0)
            rc = take_text(submit, key, options.value, err);
        if (rc < 0)
            break;
        take_switch(submit, key, options.value);
    }
    if (key == OPTIONS_BAD)
        rc = -1;
    if (key == OPTIONS_END) {
        rc = 0;
        submit->operands = options.operands;
        submit->n_operands = options.n_operands;
        submit->is_command = options.operands > argv + 1 &&
                             strcmp(options.operands[-1], "--") == 0;
    }
    options_release(&options);
    return rc;
}

void submit_options_set_command(struct submit_options *submit,
                                const char *command)
{
    json_object_set_new(submit->spec, "command", json_string(command));
    if (json_object_get(submit->spec, "name") != NULL)
        return;
    const char *start = command + strspn(command, " \t'\"");
    size_t len = strcspn(start, " \t\n'\";|&<>");
    for (size_t i = len; i-- > 0;) {
        if (start[i] != '/')
            continue;
        start += i + 1;
        len -= i + 1;
        break;
    }
    if (len > 0)
        json_object_set_new(submit->spec, "name", json_stringn(start, len));
}
