/* SPDX-License-Identifier: BSD-2-Clause */
/* Why a job waits and when it will start, from the scheduler's own data. */
#include <stdio.h>

#include "core/estimate.h"
#include "core/index.h"
#include "core/plan.h"
#include "core/sizing.h"

#define FORECAST_MAX 1000

static enum pending_reason reason_of(const struct sched *sched,
                                     const struct job *job)
{
    const struct job_request *request = &job->request;

    if (request->hold)
        return REASON_HELD;
    if (job->n_unmet > 0)
        return REASON_DEPENDENCY;
    if (request->begin > sched->now)
        return REASON_BEGIN_TIME;
    if (request->min_nodes > idset_count(&sched->pool.members))
        return REASON_TOO_LARGE;
    if (!sched_ends_in_time(sched, job))
        return REASON_ALLOCATION_END;
    if (request->min_nodes > idset_count(&sched->pool.usable))
        return REASON_UNAVAILABLE;
    if (sched->reservation.job == request->id)
        return REASON_RESERVED;
    return sched_head(sched) == job ? REASON_RESOURCES : REASON_PRIORITY;
}

static void explain_dependency(const struct job *job, struct why *why)
{
    for (uint32_t i = 0; i < job->request.n_after; i++) {
        if (job->waits[i].is_met)
            continue;
        why->depends_on = job->waits[i].on.id;
        why->depends_kind = job->waits[i].on.kind;
        return;
    }
}

static void explain_reservation(const struct sched *sched, struct why *why)
{
    const struct reservation *reservation = &sched->reservation;
    const struct job *job = sched_next_job(sched, 0);

    why->expected_start = reservation->promised;
    idset_copy(&why->reserved, &reservation->nodes);
    idset_copy(&why->coming, &reservation->nodes);
    idset_subtract(&why->coming, &sched->pool.free);
    for (; job != NULL; job = sched_next_job(sched, job->request.id)) {
        const struct directive *directive = &job->directive;

        if (!job_has_open_directive(job) ||
            directive->for_job != reservation->job)
            continue;
        /* running, or told to end because it did not shrink in time */
        if (why->n_shrinking < 8)
            why->shrinking[why->n_shrinking] = job->request.id;
        why->n_shrinking++;
        if (directive->done_by > why->shrink_by)
            why->shrink_by = directive->done_by;
    }
}

/* It could start, smaller than it prefers, but that is not worth it. */
static bool could_be_smaller(const struct sched *sched, const struct job *job,
                             const struct queue_hole *hole)
{
    const struct job_request *request = &job->request;
    uint32_t planned = sizing_planned(sched, job);
    uint32_t n = hole->n_free < planned ? hole->n_free : planned;

    if (n == planned)
        return false;
    if (estimate_at(sched, request, n) > hole->longest)
        n = hole->n_extra;
    return n >= request->min_nodes;
}

/* Why it cannot be backfilled: the rule of backfill.c, in words. */
static void explain_backfill(const struct sched *sched, const struct job *job,
                             const struct queue_hole *hole, struct why *why)
{
    const char *text = "";

    if (sched->config.backfill == BACKFILL_NONE)
        text = "backfilling is off";
    else if (job->request.min_nodes > hole->n_free)
        text = "needs more nodes than are free";
    else if (sched->config.backfill == BACKFILL_EASY &&
             could_be_smaller(sched, job, hole))
        text = "would end later on fewer nodes than it prefers";
    else if (sched->config.backfill == BACKFILL_EASY)
        text = "would still run at the promised start of the first job, and "
               "needs more nodes than that leaves over";
    else
        text = "would delay a planned start before it";
    snprintf(why->backfill, sizeof why->backfill, "%s", text);
}

static void explain_queue(const struct sched *sched, const struct job *job,
                          time_us now, struct why *why)
{
    const struct job *first = sched_head(sched);
    uint32_t n_before = sched->reservation.job != 0; /* it is in no queue */
    struct queue_hole hole = plan_hole(sched, first);
    int64_t ids[FORECAST_MAX];
    time_us starts[FORECAST_MAX];
    size_t n;

    n = queue_rank(job);
    why->position = (uint32_t)n + 1 + n_before;
    why->n_queued += n_before;
    why->first_id = first->request.id;
    why->first_start = hole.longest >= TIME_NEVER - 1
                           ? TIME_NEVER
                           : time_add(sched->now, hole.longest);
    if (why->first_start < now)
        why->first_start = now;
    why->extra = hole.n_extra;
    if (job != first)
        explain_backfill(sched, job, &hole, why);
    if (n < FORECAST_MAX &&
        sched_forecast(sched, now, ids, starts, n + 1) == n + 1)
        why->expected_start = starts[n];
}

int sched_why(const struct sched *sched, int64_t id, time_us now,
              struct why *out)
{
    const struct job *job = job_table_get(&sched->jobs, id);

    if (job == NULL || job->state != JOB_PENDING)
        return -1;
    *out = (struct why){
        .reason = reason_of(sched, job),
        .n_queued = (uint32_t)queue_count(&sched->queue),
        .needs = sizing_needed(sched, job),
        .n_free = sched_n_idle(sched),
        .n_pool = idset_count(&sched->pool.members),
        .n_usable = idset_count(&sched->pool.usable),
        .ends = sched->config.ends,
        .expected_start = TIME_NEVER,
    };
    if (out->reason == REASON_DEPENDENCY)
        explain_dependency(job, out);
    else if (out->reason == REASON_BEGIN_TIME)
        out->expected_start = job->request.begin;
    else if (out->reason == REASON_RESERVED)
        explain_reservation(sched, out);
    else if (job->is_queued)
        explain_queue(sched, job, now, out);
    /* a deadline that has passed, while nobody has looked since */
    if (out->expected_start < now)
        out->expected_start = now;
    return 0;
}

void why_release(struct why *why)
{
    if (why == NULL)
        return;
    idset_release(&why->reserved);
    idset_release(&why->coming);
}

size_t sched_forecast(const struct sched *sched, time_us now, int64_t *ids,
                      time_us *starts, size_t max)
{
    const struct job *job = queue_first(&sched->queue);
    struct plan plan;
    size_t n = 0;

    plan_init_expected(&plan, sched);
    for (; job != NULL && n < max; job = queue_next(job), n++) {
        const struct job_request *request = &job->request;
        uint32_t planned = sizing_planned(sched, job);
        dur_us walltime = estimate_at(sched, request, planned);
        time_us when = plan_earliest(&plan, planned, walltime);

        if (time_add(when, job->needs) > sched->config.ends)
            when = TIME_NEVER;
        if (when != TIME_NEVER)
            plan_take(&plan, when, walltime, planned);
        ids[n] = request->id;
        starts[n] = when < now ? now : when;
    }
    plan_release(&plan);
    return n;
}
