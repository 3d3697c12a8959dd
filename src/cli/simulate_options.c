/* SPDX-License-Identifier: BSD-2-Clause */
/* See simulate_options.h. */
#include "cli/simulate_options.h"

#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "cli/number.h"
#include "cli/sched_options.h"
#include "cli/time_text.h"

enum {
    KEY_COMPARE = OPTION_FIRST_KEY,
    KEY_FILTER,
    KEY_ORDER,
    KEY_HEAD,
    KEY_UNTIL,
    KEY_ENFORCE,
    KEY_SEED,
    KEY_SHAKE,
    KEY_MALLEABLE,
    KEY_MODEL,
    KEY_MOLDABLE,
    KEY_SERIAL,
    KEY_COST,
    KEY_ACK,
    KEY_REFUSE,
    KEY_STALL,
    KEY_DIE,
    KEY_MTBF,
    KEY_REPAIR,
    KEY_HISTORY,
    KEY_GENERATE,
    KEY_JSON,
    KEY_CSV,
    KEY_SWF,
    KEY_BATSIM,
    KEY_DECISIONS,
};

const struct option_row simulate_option_rows[] = {
    {KEY_COMPARE, "compare", "A,B...", "policies side by side: easy,elastic"},
    {'N', "nodes", "COUNT", "of the machine; default: as the trace says"},
    {KEY_HISTORY, "from-history", NULL, "the jobs that this manager ran"},
    {KEY_GENERATE, "generate", "MODEL", "lublin:JOBS or lublin:JOBS:LOAD"},
    {KEY_FILTER, "filter", "strong|none",
     "leave out jobs that cannot be replayed (strong)"},
    {KEY_HEAD, "head", "N", "the first N jobs only"},
    {KEY_ORDER, "order", "batch|pyss",
     "of what happens at one instant (batch)"},
    {KEY_UNTIL, "until", "SPAN", "stop so long after the first submit"},
    {KEY_ENFORCE, "enforce-walltime", NULL, "end jobs at their walltime"},
    SCHED_OPTION_ROWS,
    {KEY_MALLEABLE, "malleable", "PERCENT", "make so many of the jobs elastic"},
    {KEY_MODEL, "model", "MODEL", "how: L2, E80 (default), L2-shrink"},
    {KEY_SERIAL, "serial-fraction", "S", "Amdahl's, instead of the model's"},
    {KEY_MOLDABLE, "moldable", NULL, "their size is chosen at the start only"},
    {KEY_COST, "resize-cost", "SPAN", "a job stands still so long (0)"},
    {KEY_ACK, "answer-after", "SPAN", "jobs do what they are told after it"},
    {KEY_REFUSE, "refuse", "PERCENT", "of the offers are refused"},
    {KEY_STALL, "stall", "PERCENT", "of the offers are never answered"},
    {KEY_DIE, "die", "PERCENT", "of the resizes kill the job"},
    {KEY_MTBF, "node-mtbf", "SPAN", "each node fails so often in the mean"},
    {KEY_REPAIR, "node-repair", "SPAN", "and comes back after it (1 h)"},
    {KEY_SHAKE, "shake", "SECONDS", "move each submit by up to so much"},
    {KEY_SEED, "seed", "N", "of all that is by chance (0)"},
    {KEY_JSON, "json", NULL, "print the results as JSON"},
    {KEY_CSV, "csv", "FILE", "one line per job; - is standard output"},
    {KEY_SWF, "swf", "FILE", "the schedule as an SWF trace"},
    {KEY_BATSIM, "batsim", "FILE", "the schedule as Batsim's jobs.csv"},
    {KEY_DECISIONS, "decisions", "FILE", "one line per decision"},
    {0, NULL, NULL, NULL},
};

static int take_choice(const char *option, const char *value,
                       const char *const *names, size_t *out, struct err *err)
{
    for (size_t i = 0; names[i] != NULL; i++) {
        if (strcmp(value, names[i]) == 0) {
            *out = i;
            return 0;
        }
    }
    return suggest_unknown(option, value, names, err);
}

/* One word of a few; 1 when KEY is another's. */
static int take_word(struct simulate_options *options, int key,
                     const char *value, struct err *err)
{
    static const char *const filters[] = {"strong", "none", NULL};
    static const char *const orders[] = {"batch", "pyss", NULL};
    static const char *const models[] = {"L2", "E80", "L2-shrink", NULL};
    size_t at = 0;
    int rc;

    switch (key) {
    case KEY_FILTER:
        rc = take_choice("filter", value, filters, &at, err);
        options->workload.keeps_all = at == 1;
        return rc;
    case KEY_ESTIMATES: /* the others are the scheduler's own */
        options->workload.knows_run_times = strcmp(value, "actual") == 0;
        return options->workload.knows_run_times ? 0 : 1;
    case KEY_ORDER:
        rc = take_choice("order", value, orders, &at, err);
        options->sim.order = at == 1 ? SIM_PYSS : SIM_BATCH;
        return rc;
    case KEY_MODEL:
        if (malleable_model_find(value, &options->workload.model))
            return 0;
        return suggest_unknown("model", value, models, err);
    default:
        return 1;
    }
}

/* A whole number of what fits in *OUT. */
static int take_count(const char *option, const char *value, int64_t most,
                      uint64_t *out, struct err *err)
{
    int64_t n;

    if (number_parse(option, value, 0, most, &n, err) < 0)
        return -1;
    *out = (uint64_t)n;
    return 0;
}

static int take_number(struct simulate_options *options, int key,
                       const char *value, struct err *err)
{
    struct simulate_workload *workload = &options->workload;
    uint64_t n = 0;
    int rc;

    switch (key) {
    case 'N':
        rc = take_count("--nodes", value, UINT32_MAX, &n, err);
        workload->n_nodes = (uint32_t)n;
        return rc;
    case KEY_HEAD:
        rc = take_count("--head", value, INT32_MAX, &n, err);
        workload->head = n;
        return rc;
    case KEY_SEED:
        return take_count("--seed", value, INT64_MAX, &workload->seed, err);
    case KEY_SHAKE:
        rc = take_count("--shake", value, INT32_MAX, &n, err);
        workload->shake = (uint32_t)n;
        return rc;
    default:
        return 1;
    }
}

static int take_percent(struct simulate_options *options, int key,
                        const char *value, struct err *err)
{
    struct app_options *app = &options->sim.app;
    double *out = key == KEY_REFUSE  ? &app->refuses
                  : key == KEY_STALL ? &app->stalls
                  : key == KEY_DIE   ? &app->dies
                                     : NULL;
    uint64_t n = 0;

    if (out == NULL && key != KEY_MALLEABLE)
        return 1;
    if (take_count(key == KEY_REFUSE  ? "--refuse"
                   : key == KEY_STALL ? "--stall"
                   : key == KEY_DIE   ? "--die"
                                      : "--malleable",
                   value, 100, &n, err) < 0)
        return -1;
    if (out != NULL)
        *out = (double)n;
    else
        options->workload.malleable = (unsigned)n;
    return 0;
}

static int take_span(struct simulate_options *options, int key,
                     const char *value, struct err *err)
{
    struct sim_options *sim = &options->sim;

    switch (key) {
    case KEY_UNTIL:
        return time_text_span("--until", value, &sim->until, err);
    case KEY_COST:
        return time_text_span_or_none("--resize-cost", value,
                                      &sim->app.resize_cost, err);
    case KEY_ACK:
        return time_text_span_or_none("--answer-after", value,
                                      &sim->app.answer_after, err);
    case KEY_MTBF:
        return time_text_span("--node-mtbf", value, &sim->node_mtbf, err);
    case KEY_REPAIR:
        return time_text_span("--node-repair", value, &sim->node_repair, err);
    default:
        return 1;
    }
}

static int take_serial_fraction(const char *value, double *out, struct err *err)
{
    char *end;

    *out = strtod(value, &end);
    if (*value != '\0' && *end == '\0' && *out >= 0 && *out <= 1)
        return 0;
    return err_set(err, ERR_USAGE,
                   "--serial-fraction: '%.40s' is no number from 0 to 1",
                   value);
}

/* "lublin:10000" or "lublin:10000:0.9" */
static int take_generate(const char *value, struct lublin_options *out,
                         struct err *err)
{
    static const char model[] = "lublin:";
    char *end = NULL;
    long long n = 0;

    if (strncmp(value, model, strlen(model)) == 0)
        n = strtoll(value + strlen(model), &end, 10);
    if (end != NULL && *end == ':')
        out->load = strtod(end + 1, &end);
    if (end == NULL || *end != '\0' || n < 1) {
        err_set(err, ERR_USAGE, "--generate: '%.60s' is no model", value);
        return err_hint(err, "lublin:JOBS, or lublin:JOBS:LOAD as in "
                             "lublin:10000:0.8");
    }
    out->n_jobs = (size_t)n;
    return 0;
}

static int take_other(struct simulate_options *options, int key,
                      const char *value, struct err *err)
{
    struct simulate_workload *workload = &options->workload;

    switch (key) {
    case KEY_COMPARE:
        options->compare = value;
        return 0;
    case KEY_HISTORY:
        workload->is_history = true;
        return 0;
    case KEY_GENERATE:
        return take_generate(value, &workload->lublin, err);
    case KEY_ENFORCE:
        options->sim.is_killed_at_walltime = true;
        return 0;
    case KEY_MOLDABLE:
        options->is_moldable = true;
        return 0;
    case KEY_SERIAL:
        return take_serial_fraction(value, &workload->serial_fraction, err);
    case KEY_JSON:
        options->is_json = true;
        return 0;
    case KEY_CSV:
        options->csv = value;
        return 0;
    case KEY_SWF:
        options->swf = value;
        return 0;
    case KEY_BATSIM:
        options->batsim = value;
        return 0;
    default: /* KEY_DECISIONS */
        options->decisions = value;
        return 0;
    }
}

static int take(struct simulate_options *options, int key, const char *value,
                struct err *err)
{
    int rc = take_word(options, key, value, err);

    if (rc > 0)
        rc = sched_options_take(&options->sched, key, value, err);
    if (rc > 0)
        rc = take_number(options, key, value, err);
    if (rc > 0)
        rc = take_percent(options, key, value, err);
    if (rc > 0)
        rc = take_span(options, key, value, err);
    return rc > 0 ? take_other(options, key, value, err) : rc;
}

static int check(const struct simulate_options *options, struct err *err)
{
    const struct simulate_workload *workload = &options->workload;
    int n_sources = (workload->n_files > 0) + workload->is_history +
                    (workload->lublin.n_jobs > 0);

    if (n_sources == 0) {
        err_set(err, ERR_USAGE, "what is to be simulated is missing");
        return err_hint(err, "name a trace (SWF) or a jobs.json, or say "
                             "--from-history or --generate lublin:10000");
    }
    if (n_sources > 1)
        return err_set(err, ERR_USAGE,
                       "files, --from-history and --generate: only one of "
                       "them can be");
    if (options->compare != NULL &&
        (options->csv != NULL || options->swf != NULL ||
         options->batsim != NULL || options->decisions != NULL))
        return err_set(err, ERR_USAGE,
                       "--compare: what is written per job or decision needs "
                       "one policy");
    if (options->sim.app.refuses + options->sim.app.stalls +
            options->sim.app.dies >
        100)
        return err_set(err, ERR_USAGE,
                       "--refuse, --stall and --die are more than 100 %%");
    return 0;
}

int simulate_options_parse(struct simulate_options *options,
                           struct common_options *common, int argc, char **argv,
                           struct err *err)
{
    struct options parser;
    int key, rc = 0;

    memset(options, 0, sizeof(*options));
    sched_settings_init(&options->sched);
    sim_options_init(&options->sim);
    options->sim.node_repair = 3600 * USEC_PER_SEC;
    options->workload.model = MALLEABLE_E80;
    options->workload.serial_fraction = -1;
    options_init(&parser, simulate_option_rows, common, argc, argv, false);
    while (rc == 0 && (key = options_next(&parser, err)) >= 0)
        rc = take(options, key, parser.value, err);
    if (rc == 0 && key == OPTIONS_BAD)
        rc = -1;
    options->workload.files = parser.operands;
    options->workload.n_files = parser.n_operands;
    options->sim.app.seed = options->workload.lublin.seed =
        options->workload.seed;
    options_release(&parser);
    return rc == 0 ? check(options, err) : -1;
}
