/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Event -> new state for jobs and nodes. Each function takes the job out of
 * the indexes, changes it, and puts it back; news goes to OUT when live.
 */
#include "core/apply.h"

#include <assert.h>

#include "core/attempt.h"
#include "core/depend.h"
#include "core/directive.h"
#include "core/index.h"
#include "core/loss.h"
#include "core/progress.h"
#include "core/walltime.h"
#include "core/wish.h"

/* ---- events about jobs ---- */

static void submit(struct sched *sched, const struct event *event)
{
    struct job *job = job_create(&event->request);

    job->arrival = ++sched->last_arrival;
    job->submitted = sched->now;
    job_table_add(&sched->jobs, job);
    depend_link(sched, job);
    index_add(sched, job);
    index_timers(sched, job);
}

static void update(struct sched *sched, struct job *job,
                   const struct job_update *change, struct actions *out)
{
    struct job_request *request = &job->request;

    index_remove(sched, job);
    if (change->changes & CHANGE_PRIORITY)
        request->priority = change->priority;
    if (change->changes & CHANGE_NODES) {
        request->min_nodes = change->min_nodes;
        request->max_nodes = change->max_nodes;
        request->pref_nodes = change->pref_nodes;
    }
    if (change->changes & CHANGE_BEGIN)
        request->begin = change->begin;
    if (change->changes & CHANGE_WALLTIME) {
        if (job->state != JOB_PENDING)
            job->planned_end = walltime_new_end(job, change->walltime);
        request->walltime = change->walltime;
        if (job->state != JOB_PENDING && out != NULL)
            actions_tell(out, ACT_WALLTIME, job)->duration =
                walltime_of_run(job);
    }
    index_add(sched, job);
    index_timers(sched, job);
    if (sched->reservation.job == request->id)
        reservation_end(sched);
}

static void set_hold(struct sched *sched, struct job *job, bool hold)
{
    job->request.hold = hold;
    index_renew(sched, job);
    if (sched->reservation.job == job->request.id)
        reservation_end(sched);
}

static void reserve(struct sched *sched, struct job *job,
                    const struct event *event)
{
    index_remove(sched, job);
    sched->reservation.job = event->job;
    sched->reservation.promised = event->when;
    idset_copy(&sched->reservation.nodes, &event->nodes);
    index_add(sched, job);
}

/* ---- events about nodes ---- */

static void apply_nodes(struct sched *sched, const struct event *event,
                        struct actions *out)
{
    switch (event->type) {
    case EV_NODE_UP:
        pool_set_down(&sched->pool, &event->nodes, false);
        break;
    case EV_NODE_DOWN:
        pool_set_down(&sched->pool, &event->nodes, true);
        loss_apply(sched, &event->nodes, out);
        break;
    case EV_DRAIN:
        pool_set_drained(&sched->pool, &event->nodes, true);
        break;
    case EV_UNDRAIN:
        pool_set_drained(&sched->pool, &event->nodes, false);
        break;
    default: /* EV_POOL_CHANGED */
        pool_set_members(&sched->pool, &event->nodes);
    }
    index_refresh_all(sched);
}

/* ---- all of them ---- */

static void apply_job(struct sched *sched, struct job *job,
                      const struct event *event, struct actions *out)
{
    switch (event->type) {
    case EV_UPDATE:
        update(sched, job, &event->update, out);
        break;
    case EV_HOLD:
    case EV_RELEASE:
        set_hold(sched, job, event->type == EV_HOLD);
        break;
    case EV_CANCEL:
        if (job->state == JOB_PENDING)
            attempt_finish(sched, job, JOB_CANCELLED, event, out);
        else
            attempt_kill(sched, job, ENDING_CANCEL, event->duration, out);
        break;
    case EV_REQUEUE:
        attempt_kill(sched, job, ENDING_REQUEUE, 0, out);
        break;
    case EV_START:
        attempt_start(sched, job, event, out);
        break;
    case EV_STARTED:
        attempt_started(sched, job);
        break;
    case EV_START_FAILED:
        attempt_start_failed(sched, job, event, out);
        break;
    case EV_EXITED:
        attempt_exited(sched, job, event, out);
        break;
    case EV_LOST:
        attempt_lost(sched, job, event, out);
        break;
    case EV_RESERVE:
        reserve(sched, job, event);
        break;
    case EV_PROGRESS:
        progress_apply(job, event->n, sched->now);
        break;
    case EV_WISH:
    case EV_WISH_ENDED:
        wish_apply(sched, job, event, out);
        break;
    case EV_DELAY:
        job->delayed = time_add(job->delayed, event->duration);
        break;
    default:
        index_remove(sched, job);
        directive_apply(sched, job, event, out);
        index_add(sched, job);
        if (event->type == EV_FORCE && job_is_forced_by_restart(&job->request))
            attempt_kill(sched, job, ENDING_RESTART, 0, out);
    }
}

void apply_event(struct sched *sched, const struct event *event,
                 struct actions *out)
{
    sched->recorded = sched->now;
    switch (event->type) {
    case EV_SUBMIT:
        submit(sched, event);
        return;
    case EV_NODE_UP:
    case EV_NODE_DOWN:
    case EV_DRAIN:
    case EV_UNDRAIN:
    case EV_POOL_CHANGED:
        apply_nodes(sched, event, out);
        return;
    case EV_UNRESERVE:
        reservation_end(sched);
        return;
    default:
        apply_job(sched, job_table_get(&sched->jobs, event->job), event, out);
    }
}

/* ---- restoring a snapshot ---- */

void sched_restore_job(struct sched *sched, struct job *job)
{
    job_table_add(&sched->jobs, job);
}

void sched_restore_finish(struct sched *sched)
{
    struct job *job = job_table_next(&sched->jobs, 0);

    sched->now = sched->recorded;
    for (; job != NULL; job = job_table_next(&sched->jobs, job->request.id)) {
        if (!idset_is_empty(&job->nodes))
            pool_take(&sched->pool, &job->nodes, job->request.id);
        if (job_has_open_directive(job) && job->directive.op == DIRECTIVE_GROW)
            pool_take(&sched->pool, &job->directive.delta, job->request.id);
        if (job->state == JOB_PENDING)
            depend_link(sched, job);
        wish_restore(sched, job);
        index_timers(sched, job);
    }
    index_refresh_all(sched);
}
