/* SPDX-License-Identifier: BSD-2-Clause */
/* erm app grow, release, offers: what a job asks for. */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/hostlist.h"
#include "cli/app.h"
#include "cli/commands.h"
#include "cli/number.h"
#include "cli/time_text.h"

#define LOOK_MS 100
#define LATE_SECONDS \
    10 /* a manager that answers later than that is not there */

enum { KEY_JSON = OPTION_FIRST_KEY, KEY_WAIT };

static const struct option_row grow_rows[] = {
    {KEY_WAIT, "wait", "SPAN", "wait so long for them to become free"},
    {KEY_JSON, "json", NULL, "print the answer as JSON"},
    {0, NULL, NULL, NULL},
};
static const struct option_row release_rows[] = {
    {'k', "keep", "N", "release the last ones, so that N are left"},
    {0, NULL, NULL, NULL},
};
static const struct option_row offers_rows[] = {
    {KEY_JSON, "json", NULL, "print the offer as JSON"},
    {0, NULL, NULL, NULL},
};

/* "4" or "2,4": at least, at most. */
static int read_range(const char *text, int64_t *min, int64_t *max,
                      struct err *err)
{
    const char *comma = strchr(text, ',');
    const char *last = comma != NULL ? comma + 1 : text;
    if (number_parse("grow", last, 1, INT_MAX, max, err) < 0)
        return -1;
    *min = *max;
    if (comma == NULL)
        return 0;
    char *first = mem_strndup(text, (size_t)(comma - text));
    int rc = number_parse("grow", first, 1, *max, min, err);
    free(first);
    return rc;
}

/* A wish that waits, until it is answered: as erm_grow(). */
static int wait_for_answer(erm_t *e, double wait)
{
    time_us end = clock_wall_us() + (dur_us)((wait + LATE_SECONDS) * 1e6);
    for (;;) {
        int rc = erm_answer(e);
        if (rc != 0)
            return rc;
        if (clock_wall_us() > end)
            return ERM_ETIME;
        cli_sleep_ms(LOOK_MS);
    }
}

static void print_answer(const struct cli *cli, erm_t *e, int rc, bool as_json)
{
    if (!as_json) {
        if (rc > 0)
            fprintf(cli->out, "%d\n", rc);
        return;
    }
    json_t *json = json_pack("{s:i, s:s, s:i, s:f, s:s}", "schema", 1, "status",
                             rc > 0 ? "granted" : "denied", "granted",
                             rc > 0 ? rc : 0, "retry_after", erm_retry_after(e),
                             "reason", rc > 0 ? "" : erm_error(e));
    cli_print_json(cli, json);
    json_decref(json);
}

static int grow(struct cli *cli, const struct parsed *parsed, int min, int max,
                double wait, struct err *err)
{
    erm_t *e;
    bool as_json = parsed_has(parsed, KEY_JSON);
    if (app_open(&e, err) < 0)
        return -1;
    int rc = erm_grow(e, min, max, wait);
    if (rc == 0)
        rc = wait_for_answer(e, wait);
    if (rc > 0 || (rc == ERM_EDENIED && as_json))
        print_answer(cli, e, rc, as_json);
    if (rc < 0) {
        double retry = erm_retry_after(e);
        app_fail(e, rc, err);
        if (retry > 0)
            err_hint(err, "ask again in %.0f s", ceil(retry));
    }
    erm_close(e);
    return rc < 0 ? -1 : 0;
}

static int run_grow(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct parsed parsed;
    int64_t min, max;
    dur_us wait = 0;
    if (options_read(&parsed, grow_rows, &cli->common, argc, argv, err) < 0 ||
        parsed_check_operands(&parsed, 1, 1, "how many nodes", err) < 0 ||
        read_range(parsed.operands[0], &min, &max, err) < 0)
        return -1;
    const char *text = parsed_value(&parsed, KEY_WAIT);
    if (text != NULL && time_text_span_or_none("--wait", text, &wait, err) < 0)
        return -1;
    return grow(cli, &parsed, (int)min, (int)max,
                (double)wait / (double)USEC_PER_SEC, err);
}

/* The names that are to go: all behind the first KEEP of the job's. */
static int names_behind(erm_t *e, int64_t keep, struct hostlist *out,
                        struct err *err)
{
    const char *const *names;
    int n = erm_nodes(e, &names);
    if (n < 0)
        return app_fail(e, n, err);
    if (keep >= n)
        return err_set(err, ERR_USAGE, "the job has %d nodes only", n);
    for (int i = (int)keep; i < n; i++)
        hostlist_add(out, names[i]);
    return 0;
}

static int release_nodes(const struct parsed *parsed, erm_t *e,
                         struct hostlist *nodes, struct err *err)
{
    int64_t keep;
    const char *text = parsed_value(parsed, 'k');
    if (text != NULL && (number_parse("-k", text, 1, INT_MAX, &keep, err) < 0 ||
                         names_behind(e, keep, nodes, err) < 0))
        return -1;
    for (int i = 0; i < parsed->n_operands; i++)
        if (hostlist_parse(nodes, parsed->operands[i], err) < 0)
            return -1;
    int rc = erm_release(e, (const char *const *)nodes->names, (int)nodes->n);
    return rc < 0 ? app_fail(e, rc, err) : 0;
}

static int run_release(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct parsed parsed;
    struct hostlist nodes;
    erm_t *e;
    if (options_read(&parsed, release_rows, &cli->common, argc, argv, err) < 0)
        return -1;
    if (parsed_has(&parsed, 'k') == (parsed.n_operands > 0))
        return err_set(err, ERR_USAGE, "release either NODEs or all but -k N");
    if (app_open(&e, err) < 0)
        return -1;
    hostlist_init(&nodes);
    int rc = release_nodes(&parsed, e, &nodes, err);
    hostlist_release(&nodes);
    erm_close(e);
    return rc;
}

static int run_offers(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct parsed parsed;
    int nodes = 0;
    double until = 0;
    erm_t *e;
    if (options_read(&parsed, offers_rows, &cli->common, argc, argv, err) < 0 ||
        parsed_check_operands(&parsed, 0, 0, "", err) < 0 ||
        app_open(&e, err) < 0)
        return -1;
    int rc = erm_offer(e, &nodes, &until);
    if (rc < 0) {
        app_fail(e, rc, err);
    } else if (parsed_has(&parsed, KEY_JSON)) {
        json_t *json = json_pack("{s:i, s:i, s:o}", "schema", 1, "nodes", nodes,
                                 "until", app_time_json(until));
        cli_print_json(cli, json);
        json_decref(json);
    } else if (until > 0) {
        fprintf(cli->out, "%d %.0f\n", nodes, until);
    } else {
        fprintf(cli->out, "%d\n", nodes);
    }
    erm_close(e);
    return rc < 0 ? -1 : rc > 0 ? 0 : 1;
}

const struct command command_app_grow = {
    .name = "app grow",
    .group = GROUP_RESIZE,
    .usage = "[MIN,]N [--wait SPAN]",
    .help = "ask for N more nodes, or at least MIN",
    .more = "Prints how many are granted; a directive to grow by them follows "
            "(erm app wait).\nExit status 75 when it was denied.",
    .options = grow_rows,
    .run = run_grow,
};

const struct command command_app_release = {
    .name = "app release",
    .group = GROUP_RESIZE,
    .usage = "NODE...\n-k N",
    .help = "give nodes back that the job has left",
    .more = "What still runs of the job there is ended. No directive follows.",
    .options = release_rows,
    .run = run_release,
};

const struct command command_app_offers = {
    .name = "app offers",
    .group = GROUP_RESIZE,
    .usage = "",
    .help = "print how many nodes could be had now, and until when",
    .more = "\"3 1763853600\": three, until then (seconds since 1970; nothing: "
            "without end). Exit\nstatus 1 when there are none.",
    .options = offers_rows,
    .run = run_offers,
};
