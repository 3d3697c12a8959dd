/* SPDX-License-Identifier: BSD-2-Clause */
/* What the core's decisions do to the applications, and what those answer. */
#include <assert.h>

#include "sim/sim_state.h"

void sim_coming(struct sim *sim, enum sim_coming kind, time_us when,
                uint32_t id, uint64_t seq)
{
    heap_push(
        &sim->coming,
        (struct heap_entry){.when = when, .kind = kind, .id = id, .seq = seq});
}

/* When its launcher would end it, in the time of the workload. */
static time_us limit_of(const struct sim *sim, int64_t id)
{
    time_us planned_end;

    if (!sim->options->is_killed_at_walltime)
        return TIME_NEVER;
    planned_end = sched_job(sim->sched, id)->planned_end;
    return time_between(SIM_ORIGIN, planned_end);
}

/* Says when the job will end, as it is now. */
static void expect_end(struct sim *sim, int64_t id)
{
    struct app *app = &sim->apps[id - 1];
    time_us limit = limit_of(sim, id);

    app->expected = ++sim->n_expected;
    sim_coming(sim, COMING_END, app->done_at < limit ? app->done_at : limit,
               (uint32_t)(id - 1), app->expected);
}

/* Only jobs that the core may resize need to be known to run. */
static bool is_told(const struct sim *sim, const struct sim_job *job)
{
    return sim->options->sched.mode != MODE_RIGID && job->kind >= JOB_ELASTIC;
}

static void begin(struct sim *sim, const struct action *action)
{
    size_t i = (size_t)(action->job - 1);
    const struct sim_job *job = &sim->workload->jobs[i];
    struct sim_outcome *outcome = &sim->result->jobs[i];
    uint32_t n = idset_count(&action->nodes);

    if (outcome->start == TIME_NEVER) {
        outcome->start = sim->now;
        outcome->n_nodes = n;
    }
    outcome->state = JOB_RUNNING;
    sim->n_running++;
    app_start(&sim->apps[i], job, n, sim->now);
    sim->apps[i].attempt = action->attempt;
    expect_end(sim, action->job);
    if (is_told(sim, job))
        sim_coming(sim, COMING_STARTED, sim->now, (uint32_t)i, action->attempt);
}

/* The job has other nodes from now on: all that it has done is kept, in place
 * or in its checkpoint. */
static void resize(struct sim *sim, const struct action *action)
{
    size_t i = (size_t)(action->job - 1);
    const struct sim_job *job = &sim->workload->jobs[i];
    struct sim_outcome *outcome = &sim->result->jobs[i];
    struct app *app = &sim->apps[i];
    uint32_t n = idset_count(&action->nodes);

    outcome->n_grows += n > app->n_nodes;
    outcome->n_shrinks += n < app->n_nodes;
    app_resize(app, job, n, sim->options->app.resize_cost, sim->now);
    expect_end(sim, action->job);
    if (action->why == PHASE_RESTART) {
        app->attempt = action->attempt;
        sim_coming(sim, COMING_STARTED, sim->now, (uint32_t)i, action->attempt);
    }
}

static void stop(struct sim *sim, int64_t id)
{
    size_t i = (size_t)(id - 1);
    struct app *app = &sim->apps[i];

    if (app->n_nodes == 0)
        return;
    sim->n_running--;
    app->expected = 0;
    sim->result->jobs[i].last_nodes = app->n_nodes;
    app_stop(app, &sim->workload->jobs[i], sim->now);
    sim->result->jobs[i].node_us = app->node_us;
}

static void finish(struct sim *sim, const struct action *action)
{
    struct sim_outcome *outcome = &sim->result->jobs[action->job - 1];

    stop(sim, action->job);
    outcome->end = sim->now;
    outcome->state = action->state;
    sim->result->n_ended++;
}

/* The job's own way with an offer. */
static void offer(struct sim *sim, const struct action *action)
{
    static const enum sim_coming answers[] = {
        [APP_DOES_IT] = COMING_DONE,
        [APP_REFUSES] = COMING_REFUSED,
        [APP_DIES] = COMING_DEATH,
    };
    uint32_t i = (uint32_t)(action->job - 1);
    const struct app_options *options = &sim->options->app;
    enum app_answer answer = app_answer(options, sim->workload->jobs[i].id,
                                        sim->result->jobs[i].n_offers++);

    if (answer != APP_STALLS)
        sim_coming(sim, answers[answer],
                   time_add(sim->now, options->answer_after), i, action->seq);
}

static void count(struct sim_result *result, enum directive_state state)
{
    result->n_done += state == DIRECTIVE_DONE;
    result->n_refused += state == DIRECTIVE_REFUSED;
    result->n_failed += state == DIRECTIVE_FAILED;
    result->n_expired += state == DIRECTIVE_EXPIRED;
    result->n_forced += state == DIRECTIVE_FORCED;
}

static void carry_out(struct sim *sim, const struct action *action)
{
    uint32_t i = (uint32_t)(action->job - 1);

    switch (action->type) {
    case ACT_PHASE:
        if (action->why == PHASE_START)
            begin(sim, action);
        else
            resize(sim, action);
        break;
    case ACT_FINISHED:
        finish(sim, action);
        break;
    case ACT_REQUEUED:
        stop(sim, action->job);
        sim->result->jobs[i].state = JOB_PENDING;
        break;
    case ACT_OFFER:
        offer(sim, action);
        break;
    case ACT_WITHDRAW:
        sim_coming(sim, COMING_WITHDRAWN, sim->now, i, action->seq);
        break;
    case ACT_FORCE:
        sim_coming(sim, COMING_FORCED, sim->now, i, action->seq);
        break;
    case ACT_KILL:
        sim_coming(sim, COMING_KILLED, sim->now, i, action->attempt);
        break;
    case ACT_WALLTIME:
        if (sim->options->is_killed_at_walltime)
            expect_end(sim, action->job);
        break;
    case ACT_DIRECTIVE:
        count(sim->result, action->directive);
        break;
    case ACT_WAKE_AT:
        sim->wake_at = action->when - SIM_ORIGIN;
        break;
    case ACT_START: /* its phase tells the same */
    case ACT_RELEASE:
    case ACT_RESTARTED:
    case ACT_ANSWER:
    case ACT_RECORD:
        break;
    }
}

void sim_carry_out(struct sim *sim)
{
    for (size_t i = 0; i < sim->actions.n; i++) {
        const struct action *action = &sim->actions.items[i];

        if (sim->options->decided != NULL)
            sim->options->decided(sim->options->context, sim->now, action);
        carry_out(sim, action);
    }
}
