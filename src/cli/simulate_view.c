/* SPDX-License-Identifier: BSD-2-Clause */
/* See simulate_view.h. */
#include "cli/simulate_view.h"

#include <inttypes.h>

#include "base/duration.h"
#include "cli/table.h"

static double seconds(dur_us span)
{
    return (double)span / (double)USEC_PER_SEC;
}

static double percent(size_t part, size_t all)
{
    return all > 0 ? 100.0 * (double)part / (double)all : 0;
}

static const char *known_name(const struct simulate_workload *workload)
{
    return workload->knows_run_times ? "actual" : "requested";
}

static const char *order_name(const struct simulate_options *options)
{
    return options->sim.order == SIM_PYSS ? "pyss" : "batch";
}

/* ---- for people ---- */

static void view_filtered(FILE *out, const struct swf_filtered *filtered)
{
    size_t n = filtered->n_too_large + filtered->n_no_size +
               filtered->n_no_run + filtered->n_no_request +
               filtered->n_no_submit;

    if (n > 0)
        fprintf(out,
                "left out   %zu jobs: %zu too large, %zu without a size, %zu "
                "without a run time,\n           %zu without a requested "
                "time, %zu submitted before the trace begins\n",
                n, filtered->n_too_large, filtered->n_no_size,
                filtered->n_no_run, filtered->n_no_request,
                filtered->n_no_submit);
    if (filtered->n_raised > 0)
        fprintf(out,
                "changed    %zu jobs ran longer than was requested, which was "
                "raised\n",
                filtered->n_raised);
}

static void view_models(FILE *out, const struct simulate_options *options,
                        const struct simulate_load *load)
{
    const struct simulate_workload *workload = &options->workload;
    const struct app_options *app = &options->sim.app;

    if (workload->malleable > 0) {
        fprintf(out, "malleable  %zu jobs (%u %%) by the model %s",
                load->n_malleable, workload->malleable,
                malleable_model_name(workload->model));
        if (workload->serial_fraction >= 0)
            fprintf(out, ", serial fraction %g", workload->serial_fraction);
        fputc('\n', out);
    }
    fprintf(out, "resizes    cost %g s, done %g s after the offer",
            seconds(app->resize_cost), seconds(app->answer_after));
    if (app->refuses + app->stalls + app->dies > 0)
        fprintf(out, "; refused %g %%, not answered %g %%, fatal %g %%",
                app->refuses, app->stalls, app->dies);
    fputc('\n', out);
    if (options->sim.node_mtbf > 0)
        fprintf(out, "failures   each node every %g s, for %g s\n",
                seconds(options->sim.node_mtbf),
                seconds(options->sim.node_repair));
    if (workload->shake > 0)
        fprintf(out, "shaken     submits by up to %u s\n", workload->shake);
}

void simulate_view_workload(FILE *out, const struct simulate_options *options,
                            const struct simulate_load *load)
{
    fprintf(out,
            "workload   %zu jobs on %u nodes; estimates %s, order %s, "
            "seed %" PRIu64 "\n",
            load->workload.n, load->workload.n_nodes,
            known_name(&options->workload), order_name(options),
            options->workload.seed);
    view_filtered(out, &load->filtered);
    view_models(out, options, load);
}

static void add_spread(struct table *table, const char *name,
                       const struct spread *spread, int digits)
{
    table_add(table, name, TABLE_PLAIN);
    table_add_fmt(table, "%.*f", digits, spread->mean);
    table_add_fmt(table, "%.*f", digits, spread->p50);
    table_add_fmt(table, "%.*f", digits, spread->p95);
    table_add_fmt(table, "%.*f", digits, spread->p99);
    table_add_fmt(table, "%.*f", digits, spread->most);
}

static void print(const struct cli *cli, struct table *table)
{
    struct table_style style = {cli->width, true, cli_has_color(cli)};

    table_print(table, &style, cli->out);
    table_release(table);
}

static void view_spreads(const struct cli *cli, const struct job_class *class)
{
    static const struct table_column columns[] = {
        {"", false},   {"mean", true}, {"p50", true},
        {"p95", true}, {"p99", true},  {"max", true},
    };
    struct table table;

    table_init(&table, columns, 6);
    add_spread(&table, "wait (s)", &class->spreads[METRIC_WAIT], 1);
    add_spread(&table, "turnaround (s)", &class->spreads[METRIC_TURNAROUND], 1);
    add_spread(&table, "bounded slowdown", &class->spreads[METRIC_SLOWDOWN], 2);
    print(cli, &table);
}

static void view_outcomes(FILE *out, const struct simulate_run *run)
{
    const struct metrics *metrics = &run->metrics;
    const struct sim_result *result = &run->result;

    fprintf(out, "jobs         %zu completed, %zu timeout, %zu failed",
            metrics->n_completed, metrics->n_timeout, metrics->n_failed);
    if (metrics->n_running + metrics->n_waiting > 0)
        fprintf(out, "; %zu still run, %zu still wait", metrics->n_running,
                metrics->n_waiting);
    fprintf(out,
            "\nutilisation  %.2f %% allocated, %.2f %% useful; %.0f "
            "node-seconds, %.4f of rigid\n",
            100 * metrics->allocated, 100 * metrics->useful,
            metrics->node_seconds,
            metrics->rigid_node_seconds > 0
                ? metrics->node_seconds / metrics->rigid_node_seconds
                : 1.0);
    fprintf(out, "makespan     %.0f s\n", metrics->makespan);
    if (metrics->n_offers > 0)
        fprintf(out,
                "resizes      %" PRIu64 " grown, %" PRIu64
                " shrunk; of %" PRIu64 " offers %" PRIu64 " refused, %" PRIu64
                " expired, %" PRIu64 " failed, %" PRIu64 " forced\n",
                metrics->n_grows, metrics->n_shrinks, metrics->n_offers,
                result->n_refused, result->n_expired, result->n_failed,
                result->n_forced);
    if (result->n_failures > 0)
        fprintf(out, "failures     %" PRIu64 " of nodes\n", result->n_failures);
    fprintf(out, "speed        %.3f s, %.0f jobs/s\n", run->seconds,
            run->seconds > 0 ? (double)metrics->n_jobs / run->seconds : 0.0);
}

void simulate_view_run(const struct cli *cli, const struct simulate_run *run)
{
    fprintf(cli->out, "policy     %s\n\n", run->name);
    view_spreads(cli, &run->metrics.all);
    fputc('\n', cli->out);
    view_outcomes(cli->out, run);
}

static void add_changed(struct table *table, double value, double base,
                        int digits)
{
    table_add_fmt(table, "%.*f", digits, value);
    if (base == 0)
        table_add(table, "", TABLE_PLAIN);
    else
        table_add_fmt(table, "%+.1f%%", 100 * (value / base - 1));
}

void simulate_view_compare(const struct cli *cli,
                           const struct simulate_run *runs, size_t n)
{
    static const struct table_column columns[] = {
        {"POLICY", false},    {"WAIT", true},     {"", true},
        {"TURNAROUND", true}, {"", true},         {"P95", true},
        {"SLOWDOWN", true},   {"", true},         {"P95", true},
        {"USED", true},       {"MAKESPAN", true}, {"RESIZES", true},
        {"SLOWER", true},
    };
    const struct spread *base = runs[0].metrics.all.spreads;
    struct table table;

    table_init(&table, columns, 13);
    for (size_t i = 0; i < n; i++) {
        const struct metrics *metrics = &runs[i].metrics;
        const struct spread *spreads = metrics->all.spreads;

        table_add(&table, runs[i].name, TABLE_PLAIN);
        add_changed(&table, spreads[METRIC_WAIT].mean, base[METRIC_WAIT].mean,
                    0);
        add_changed(&table, spreads[METRIC_TURNAROUND].mean,
                    base[METRIC_TURNAROUND].mean, 0);
        table_add_fmt(&table, "%.0f", spreads[METRIC_TURNAROUND].p95);
        add_changed(&table, spreads[METRIC_SLOWDOWN].mean,
                    base[METRIC_SLOWDOWN].mean, 2);
        table_add_fmt(&table, "%.1f", spreads[METRIC_SLOWDOWN].p95);
        table_add_fmt(&table, "%.1f%%", 100 * metrics->allocated);
        table_add_fmt(&table, "%.0f", metrics->makespan);
        table_add_fmt(&table, "%" PRIu64,
                      metrics->n_grows + metrics->n_shrinks);
        table_add_fmt(&table, "%.1f%%",
                      percent(metrics->all.n_slower, metrics->all.n));
    }
    print(cli, &table);
    fputs("\nMeans over all jobs, in seconds, and the change against the first "
          "policy.\nUSED: of the nodes' time in the makespan. SLOWER: jobs "
          "whose turnaround is longer\nthan under the first by more than 5 % "
          "and 60 s.\n",
          cli->out);
}

/* ---- JSON ---- */

static json_t *spread_json(const struct spread *spread)
{
    return json_pack("{s:f, s:f, s:f, s:f, s:f}", "mean", spread->mean, "p50",
                     spread->p50, "p95", spread->p95, "p99", spread->p99, "max",
                     spread->most);
}

static json_t *class_json(const struct job_class *class)
{
    json_t *object = json_pack("{s:I, s:I, s:I}", "jobs", (json_int_t) class->n,
                               "resizes", (json_int_t) class->n_resizes,
                               "slower", (json_int_t) class->n_slower);

    for (enum metric metric = 0; metric < N_METRICS; metric++)
        json_object_set_new(object, metric_name(metric),
                            spread_json(&class->spreads[metric]));
    return object;
}

static json_t *resizes_json(const struct simulate_run *run)
{
    const struct metrics *metrics = &run->metrics;
    const struct sim_result *result = &run->result;

    return json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "offered",
        (json_int_t)metrics->n_offers, "grows", (json_int_t)metrics->n_grows,
        "shrinks", (json_int_t)metrics->n_shrinks, "refused",
        (json_int_t)result->n_refused, "expired", (json_int_t)result->n_expired,
        "failed", (json_int_t)result->n_failed, "forced",
        (json_int_t)result->n_forced);
}

static json_t *run_json(const struct simulate_run *run)
{
    const struct metrics *metrics = &run->metrics;
    const struct sched_config *config = &run->config;
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:s}", "policy", run->name,
        "backfill", backfill_name(config->backfill), "backfill_order",
        backfill_order_name(config->backfill_order), "backfill_depth",
        (json_int_t)config->backfill_depth, "mode",
        sched_mode_name(config->mode), "sizing", sizing_name(config->sizing),
        "estimates", estimates_name(config->estimates), "malleable_as",
        job_kind_name(run->malleable_as));
    json_t *figures = json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:f, s:f, s:f, s:I}",
        "completed", (json_int_t)metrics->n_completed, "timeout",
        (json_int_t)metrics->n_timeout, "failed", (json_int_t)metrics->n_failed,
        "running", (json_int_t)metrics->n_running, "waiting",
        (json_int_t)metrics->n_waiting, "makespan", metrics->makespan,
        "node_seconds", metrics->node_seconds, "rigid_node_seconds",
        metrics->rigid_node_seconds, "utilisation_allocated",
        metrics->allocated, "utilisation_useful", metrics->useful,
        "cpu_seconds", run->seconds, "node_failures",
        (json_int_t)run->result.n_failures);

    json_object_update(object, figures);
    json_decref(figures);
    json_object_set_new(object, "all", class_json(&metrics->all));
    json_object_set_new(object, "rigid", class_json(&metrics->rigid));
    json_object_set_new(object, "malleable", class_json(&metrics->malleable));
    json_object_set_new(object, "resizes", resizes_json(run));
    return object;
}

static json_t *workload_json(const struct simulate_options *options,
                             const struct simulate_load *load)
{
    const struct simulate_workload *workload = &options->workload;
    const struct app_options *app = &options->sim.app;
    json_t *object = json_pack(
        "{s:I, s:I, s:s, s:s, s:I, s:I, s:I, s:I, s:s}", "jobs",
        (json_int_t)load->workload.n, "nodes",
        (json_int_t)load->workload.n_nodes, "estimates", known_name(workload),
        "order", order_name(options), "seed", (json_int_t)workload->seed,
        "shake", (json_int_t)workload->shake, "malleable_percent",
        (json_int_t)workload->malleable, "malleable_jobs",
        (json_int_t)load->n_malleable, "model",
        malleable_model_name(workload->model));
    json_t *models = json_pack(
        "{s:f, s:f, s:f, s:f, s:f, s:f, s:f}", "resize_cost",
        seconds(app->resize_cost), "answer_after", seconds(app->answer_after),
        "refuse_percent", app->refuses, "stall_percent", app->stalls,
        "die_percent", app->dies, "node_mtbf", seconds(options->sim.node_mtbf),
        "node_repair", seconds(options->sim.node_repair));

    json_object_update(object, models);
    json_decref(models);
    return object;
}

json_t *simulate_view_json(const struct simulate_options *options,
                           const struct simulate_load *load,
                           const struct simulate_run *runs, size_t n)
{
    json_t *results = json_array();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(results, run_json(&runs[i]));
    return json_pack("{s:i, s:o, s:o}", "schema", 1, "workload",
                     workload_json(options, load), "results", results);
}
