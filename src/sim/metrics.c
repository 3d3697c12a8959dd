/* SPDX-License-Identifier: BSD-2-Clause */
/* See metrics.h. */
#include "sim/metrics.h"

#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"

static double seconds(dur_us span)
{
    return (double)span / (double)USEC_PER_SEC;
}

const char *metric_name(enum metric metric)
{
    static const char *const names[] = {"wait", "turnaround", "slowdown"};

    assert((size_t)metric < N_METRICS);
    return names[metric];
}

double metrics_of_job(enum metric metric, const struct sim_job *job,
                      const struct sim_outcome *outcome)
{
    dur_us turnaround = outcome->end - job->submit;
    dur_us run = job->run > SLOWDOWN_BOUND ? job->run : SLOWDOWN_BOUND;

    if (metric == METRIC_WAIT)
        return seconds(
            (outcome->start == TIME_NEVER ? outcome->end : outcome->start) -
            job->submit);
    if (metric == METRIC_TURNAROUND)
        return seconds(turnaround);
    return turnaround > run ? (double)turnaround / (double)run : 1;
}

bool metrics_is_slower(const struct sim_job *job,
                       const struct sim_outcome *outcome,
                       const struct sim_outcome *baseline)
{
    double before = metrics_of_job(METRIC_TURNAROUND, job, baseline);

    return metrics_of_job(METRIC_TURNAROUND, job, outcome) > before * 1.05 + 60;
}

static int compare(const void *x, const void *y)
{
    const double *a = x, *b = y;

    return *a < *b ? -1 : *a > *b;
}

/* The smallest value that SHARE per cent of all do not exceed. */
static double percentile(const double *values, size_t n, size_t share)
{
    size_t rank = (n * share + 99) / 100;

    return values[rank > 0 ? rank - 1 : 0];
}

static struct spread spread_of(double *values, size_t n)
{
    struct spread spread = {0};

    if (n == 0)
        return spread;
    for (size_t i = 0; i < n; i++)
        spread.mean += values[i];
    spread.mean /= (double)n;
    qsort(values, n, sizeof *values, compare);
    spread.p50 = percentile(values, n, 50);
    spread.p95 = percentile(values, n, 95);
    spread.p99 = percentile(values, n, 99);
    spread.most = values[n - 1];
    return spread;
}

/* Which jobs make up a class. */
enum members { MEMBERS_ALL, MEMBERS_RIGID, MEMBERS_MALLEABLE };

static bool is_member(const struct sim_job *job, enum members members)
{
    bool is_malleable = job->kind >= JOB_ELASTIC;

    return members == MEMBERS_ALL ||
           is_malleable == (members == MEMBERS_MALLEABLE);
}

static bool has_ended(const struct sim_outcome *outcome)
{
    return job_state_is_terminal(outcome->state);
}

static void make_class(const struct workload *workload,
                       const struct sim_result *result,
                       const struct sim_result *baseline, enum members members,
                       struct job_class *out)
{
    double *values = mem_alloc_array(result->n, sizeof *values);

    for (enum metric metric = 0; metric < N_METRICS; metric++) {
        size_t n = 0;

        for (size_t i = 0; i < result->n; i++) {
            if (has_ended(&result->jobs[i]) &&
                is_member(&workload->jobs[i], members))
                values[n++] = metrics_of_job(metric, &workload->jobs[i],
                                             &result->jobs[i]);
        }
        out->n = n;
        out->spreads[metric] = spread_of(values, n);
    }
    free(values);
    for (size_t i = 0; i < result->n; i++) {
        const struct sim_outcome *outcome = &result->jobs[i];

        if (!has_ended(outcome) || !is_member(&workload->jobs[i], members))
            continue;
        out->n_resizes += outcome->n_grows + outcome->n_shrinks;
        out->n_slower +=
            baseline != NULL && has_ended(&baseline->jobs[i]) &&
            metrics_is_slower(&workload->jobs[i], outcome, &baseline->jobs[i]);
    }
}

static void count_state(const struct sim_outcome *outcome, struct metrics *out)
{
    if (outcome->state == JOB_COMPLETED)
        out->n_completed++;
    else if (outcome->state == JOB_TIMEOUT)
        out->n_timeout++;
    else if (has_ended(outcome))
        out->n_failed++;
    else if (outcome->state == JOB_PENDING)
        out->n_waiting++;
    else
        out->n_running++;
}

static void add_use(const struct workload *workload,
                    const struct sim_result *result, struct metrics *out)
{
    time_us last = 0;
    double capacity;

    for (size_t i = 0; i < result->n; i++) {
        const struct sim_job *job = &workload->jobs[i];
        const struct sim_outcome *outcome = &result->jobs[i];

        count_state(outcome, out);
        out->n_offers += outcome->n_offers;
        out->n_grows += outcome->n_grows;
        out->n_shrinks += outcome->n_shrinks;
        out->node_seconds += seconds(outcome->node_us);
        if (!has_ended(outcome))
            continue;
        out->rigid_node_seconds += seconds(job->run) * job->pref;
        if (outcome->end > last)
            last = outcome->end;
    }
    if (result->n == 0 || last <= workload->jobs[0].submit)
        return;
    out->makespan = seconds(last - workload->jobs[0].submit);
    capacity = out->makespan * workload->n_nodes;
    out->allocated = out->node_seconds / capacity;
    out->useful = out->rigid_node_seconds / capacity;
}

void metrics_make(const struct workload *workload,
                  const struct sim_result *result,
                  const struct sim_result *baseline, struct metrics *out)
{
    *out = (struct metrics){.n_jobs = result->n};
    make_class(workload, result, baseline, MEMBERS_ALL, &out->all);
    make_class(workload, result, baseline, MEMBERS_RIGID, &out->rigid);
    make_class(workload, result, baseline, MEMBERS_MALLEABLE, &out->malleable);
    add_use(workload, result, out);
}
