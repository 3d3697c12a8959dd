/* SPDX-License-Identifier: BSD-2-Clause */
/* See app.h. */
#include "sim/app.h"

#include <math.h>

#include "sim/random.h"

/* What all of JOB's work takes at N_NODES. Exact where it is known. */
static double time_at(const struct sim_job *job, uint32_t n_nodes)
{
    struct job_request curve = {.serial_fraction = job->serial_fraction,
                                .n_runtimes = job->n_runtimes,
                                .runtimes = job->runtimes};

    if (n_nodes == job->pref)
        return (double)job->run;
    return (double)job->run * job_relative_time(&curve, n_nodes) /
           job_relative_time(&curve, job->pref);
}

/* Until NOW it has worked, or stood still, at its size. */
static void settle(struct app *app, const struct sim_job *job, time_us now)
{
    time_us from =
        app->since > app->still_until ? app->since : app->still_until;

    app->node_us += (now - app->since) * app->n_nodes;
    if (now >= app->done_at)
        app->left = 0;
    else if (now > from)
        app->left -= (double)(now - from) / time_at(job, app->n_nodes);
    if (app->left < 0)
        app->left = 0;
    app->since = now;
}

static void plan(struct app *app, const struct sim_job *job, time_us now)
{
    time_us from = now > app->still_until ? now : app->still_until;

    app->done_at = from + llround(app->left * time_at(job, app->n_nodes));
}

void app_start(struct app *app, const struct sim_job *job, uint32_t n_nodes,
               time_us now)
{
    app->left = 1;
    app->since = now;
    app->still_until = now;
    app->n_nodes = n_nodes;
    plan(app, job, now);
}

void app_resize(struct app *app, const struct sim_job *job, uint32_t n_nodes,
                dur_us cost, time_us now)
{
    settle(app, job, now);
    app->n_nodes = n_nodes;
    app->still_until = time_add(now, cost);
    plan(app, job, now);
}

void app_stop(struct app *app, const struct sim_job *job, time_us now)
{
    if (app->n_nodes == 0)
        return;
    settle(app, job, now);
    app->n_nodes = 0;
}

enum app_answer app_answer(const struct app_options *options, int64_t id,
                           uint32_t n)
{
    struct random random = {options->seed + (uint64_t)id * 1000003 +
                            ((uint64_t)n << 32)};
    double cent;

    if (options->refuses + options->stalls + options->dies == 0)
        return APP_DOES_IT;
    cent = 100 * random_unit(&random);
    if (cent <= options->refuses)
        return APP_REFUSES;
    if (cent <= options->refuses + options->stalls)
        return APP_STALLS;
    if (cent <= options->refuses + options->stalls + options->dies)
        return APP_DIES;
    return APP_DOES_IT;
}
