/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Event -> new state for jobs and nodes. Each function takes the job out of
 * the indexes, changes it, and puts it back; news goes to OUT when live.
 */
#include "core/apply.h"

#include <assert.h>

#include "core/directive.h"
#include "core/index.h"
#include "core/progress.h"
#include "core/wish.h"

#define MAX_START_FAILURES 5

static void reindex(struct sched *sched, struct job *job)
{
    if (job == NULL)
        return;
    index_remove(sched, job);
    index_add(sched, job);
}

/* ---- dependencies ---- */

static bool is_satisfied(enum dependency_kind kind, enum job_state outcome)
{
    return kind == AFTER_ANY ||
           (kind == AFTER_OK) == (outcome == JOB_COMPLETED);
}

/* Settles one edge now that the job it waits for has ended. */
static void settle(struct sched *sched, struct waiter *waiter,
                   enum job_state outcome)
{
    if (is_satisfied(waiter->on.kind, outcome)) {
        waiter->is_met = true;
        waiter->job->n_unmet--;
    } else {
        index_timer(sched, TIMER_IMPOSSIBLE, sched->now,
                    waiter->job->request.id, 0);
    }
}

/* Links JOB to the live jobs that it comes after. */
static void link_waits(struct sched *sched, struct job *job)
{
    job->n_unmet = job->request.n_after;
    for (uint32_t i = 0; i < job->request.n_after; i++) {
        struct waiter *waiter = &job->waits[i];
        struct job *target;
        enum job_state outcome;

        *waiter = (struct waiter){.job = job, .on = job->request.after[i]};
        target = job_table_get(&sched->jobs, waiter->on.id);
        if (target != NULL) {
            waiter->next = target->waiters;
            target->waiters = waiter;
        } else if (job_table_outcome(&sched->jobs, waiter->on.id, &outcome)) {
            settle(sched, waiter, outcome);
        }
    }
}

/* Takes JOB's edges out of the lists of jobs that still live. */
static void unlink_waits(struct sched *sched, struct job *job)
{
    for (uint32_t i = 0; i < job->request.n_after; i++) {
        struct job *target = job_table_get(&sched->jobs, job->waits[i].on.id);
        struct waiter **link;

        if (target == NULL)
            continue;
        for (link = &target->waiters; *link != NULL; link = &(*link)->next) {
            if (*link == &job->waits[i]) {
                *link = job->waits[i].next;
                break;
            }
        }
    }
}

static void settle_waiters(struct sched *sched, struct job *job,
                           enum job_state outcome)
{
    struct waiter *next;

    for (struct waiter *waiter = job->waiters; waiter != NULL; waiter = next) {
        next = waiter->next;
        settle(sched, waiter, outcome);
        reindex(sched, waiter->job);
    }
    job->waiters = NULL;
}

/* ---- the end of an attempt ---- */

static struct action *news(struct actions *out, enum action_type type,
                           const struct job *job)
{
    struct action *action = actions_add(out, type);

    action->job = job->request.id;
    action->attempt = job->attempt;
    return action;
}

/* What open shrinks give is then for everybody. */
static void end_reservation(struct sched *sched)
{
    int64_t id = sched->reservation.job;

    idset_release(&sched->reservation.nodes);
    sched->reservation = (struct reservation){.job = 0};
    reindex(sched, job_table_get(&sched->jobs, id));
}

/* Gives all nodes of JOB back and forgets its attempt. JOB is unindexed. */
static void leave_nodes(struct sched *sched, struct job *job,
                        struct actions *out)
{
    directive_abandon(sched, job, out);
    wish_abandon(sched, job, out);
    if (idset_is_empty(&job->nodes))
        return;
    pool_give_back(&sched->pool, &job->nodes);
    if (out != NULL)
        idset_copy(&news(out, ACT_RELEASE, job)->nodes, &job->nodes);
    idset_release(&job->nodes);
}

static void finish(struct sched *sched, struct job *job, enum job_state outcome,
                   const struct event *event, struct actions *out)
{
    index_remove(sched, job);
    leave_nodes(sched, job, out);
    unlink_waits(sched, job);
    job_table_end(&sched->jobs, job->request.id, outcome);
    if (sched->reservation.job == job->request.id)
        end_reservation(sched);
    settle_waiters(sched, job, outcome);
    if (out != NULL) {
        struct action *action = news(out, ACT_FINISHED, job);

        action->state = outcome;
        action->code = event->code;
        action->signal = event->signal;
    }
    job_destroy(job);
}

/* Back to the queue at its old place. JOB is indexed. */
static void go_back(struct sched *sched, struct job *job, struct actions *out)
{
    index_remove(sched, job);
    leave_nodes(sched, job, out);
    if (out != NULL)
        news(out, ACT_REQUEUED, job);
    job->state = JOB_PENDING;
    job->ending = ENDING_NOT;
    job->started = job->planned_end = job->no_resize_before = 0;
    job->attempt_started = 0;
    job->progress = 0;
    job->progressed = 0;
    progress_measure_anew(job);
    job->directive.state = DIRECTIVE_NONE;
    index_add(sched, job);
    index_timers(sched, job);
}

/* Ends the attempt as its ending says, or runs it again. */
static void end_attempt(struct sched *sched, struct job *job,
                        enum job_state outcome, const struct event *event,
                        struct actions *out)
{
    bool again = job->ending == ENDING_REQUEUE ||
                 (job->request.requeue &&
                  (outcome == JOB_NODE_FAIL || outcome == JOB_LOST));

    if (!again || outcome == JOB_CANCELLED) {
        finish(sched, job, outcome, event, out);
        return;
    }
    go_back(sched, job, out);
    job->attempt++;
}

/* ---- events about jobs ---- */

static void submit(struct sched *sched, const struct event *event)
{
    struct job *job = job_create(&event->request);

    job->arrival = ++sched->last_arrival;
    job->submitted = sched->now;
    job_table_add(&sched->jobs, job);
    link_waits(sched, job);
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
        request->walltime = change->walltime;
        if (job->state != JOB_PENDING)
            job->planned_end = time_add(job->started, change->walltime);
        if (job->state != JOB_PENDING && out != NULL)
            news(out, ACT_WALLTIME, job)->duration = change->walltime;
    }
    index_add(sched, job);
    index_timers(sched, job);
    if (sched->reservation.job == request->id)
        end_reservation(sched);
}

static void set_hold(struct sched *sched, struct job *job, bool hold)
{
    job->request.hold = hold;
    reindex(sched, job);
    if (sched->reservation.job == job->request.id)
        end_reservation(sched);
}

/* Tells an active job to end. The strongest ending counts. */
static void end_job(struct sched *sched, struct job *job,
                    enum job_ending ending, dur_us grace, struct actions *out)
{
    index_remove(sched, job);
    if (ending > job->ending)
        job->ending = ending;
    job->state = JOB_COMPLETING;
    index_add(sched, job);
    if (out != NULL) {
        struct action *action = news(out, ACT_KILL, job);

        action->duration = grace;
        action->ending = job->ending;
    }
}

static void start(struct sched *sched, struct job *job,
                  const struct event *event, struct actions *out)
{
    struct action *action;

    if (sched->reservation.job == job->request.id)
        end_reservation(sched);
    index_remove(sched, job);
    pool_take(&sched->pool, &event->nodes, job->request.id);
    idset_copy(&job->nodes, &event->nodes);
    job->state = JOB_STARTING;
    job->started = sched->now;
    job->planned_end = time_add(sched->now, job->request.walltime);
    job->attempt_started = sched->now;
    index_add(sched, job);
    if (out == NULL)
        return;
    action = news(out, ACT_START, job);
    idset_copy(&action->nodes, &job->nodes);
    action = news(out, ACT_PHASE, job);
    action->why = PHASE_START;
    idset_copy(&action->nodes, &job->nodes);
}

static void started(struct sched *sched, struct job *job)
{
    index_remove(sched, job);
    job->state = JOB_RUNNING;
    job->n_start_failures = 0;
    index_add(sched, job);
}

/* Not the job's fault: try again, later each time, as the same attempt. */
static void start_failed(struct sched *sched, struct job *job,
                         const struct event *event, struct actions *out)
{
    if (job->ending == ENDING_CANCEL) {
        finish(sched, job, JOB_CANCELLED, event, out);
        return;
    }
    if (event->is_final || ++job->n_start_failures >= MAX_START_FAILURES) {
        finish(sched, job, JOB_FAILED, event, out);
        return;
    }
    job->request.begin =
        time_add(sched->now, USEC_PER_SEC << job->n_start_failures);
    go_back(sched, job, out);
}

static void exited(struct sched *sched, struct job *job,
                   const struct event *event, struct actions *out)
{
    enum job_state outcome = JOB_FAILED;

    switch (event->exit) {
    case EXITED_BY_ITSELF:
        job->ending = ENDING_NOT;
        if (event->code == 0 && event->signal == 0)
            outcome = JOB_COMPLETED;
        break;
    case EXITED_AT_WALLTIME:
        job->ending = ENDING_NOT;
        outcome = JOB_TIMEOUT;
        break;
    case EXITED_ON_REQUEST:
        outcome =
            job->ending == ENDING_NODE_FAIL ? JOB_NODE_FAIL : JOB_CANCELLED;
        if (job->ending == ENDING_REQUEUE)
            outcome = JOB_NODE_FAIL;
        break;
    case EXITED_NODE_LOST:
        outcome = job->ending == ENDING_CANCEL ? JOB_CANCELLED : JOB_NODE_FAIL;
        break;
    }
    end_attempt(sched, job, outcome, event, out);
}

static void lost(struct sched *sched, struct job *job,
                 const struct event *event, struct actions *out)
{
    enum job_state outcome = JOB_LOST;

    if (job->ending == ENDING_CANCEL)
        outcome = JOB_CANCELLED;
    else if (job->ending == ENDING_NODE_FAIL)
        outcome = JOB_NODE_FAIL;
    end_attempt(sched, job, outcome, event, out);
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

/* The jobs that have a node of NODES end; an offer of one is over. */
static void fail_jobs_on(struct sched *sched, const struct idset *nodes,
                         struct actions *out)
{
    IDSET_EACH (nodes, node) {
        struct job *job =
            job_table_get(&sched->jobs, pool_owner(&sched->pool, node));

        if (job == NULL)
            continue;
        if (idset_has(&job->nodes, node)) {
            if (job->ending < ENDING_NODE_FAIL)
                end_job(sched, job, ENDING_NODE_FAIL, 0, out);
        } else {
            index_remove(sched, job);
            directive_abandon(sched, job, out);
            index_add(sched, job);
            index_timers(sched, job);
        }
    }
}

static void apply_nodes(struct sched *sched, const struct event *event,
                        struct actions *out)
{
    switch (event->type) {
    case EV_NODE_UP:
        pool_set_down(&sched->pool, &event->nodes, false);
        break;
    case EV_NODE_DOWN:
        pool_set_down(&sched->pool, &event->nodes, true);
        fail_jobs_on(sched, &event->nodes, out);
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
            finish(sched, job, JOB_CANCELLED, event, out);
        else
            end_job(sched, job, ENDING_CANCEL, event->duration, out);
        break;
    case EV_REQUEUE:
        end_job(sched, job, ENDING_REQUEUE, 0, out);
        break;
    case EV_START:
        start(sched, job, event, out);
        break;
    case EV_STARTED:
        started(sched, job);
        break;
    case EV_START_FAILED:
        start_failed(sched, job, event, out);
        break;
    case EV_EXITED:
        exited(sched, job, event, out);
        break;
    case EV_LOST:
        lost(sched, job, event, out);
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
        end_reservation(sched);
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
            link_waits(sched, job);
        wish_restore(sched, job);
        index_timers(sched, job);
    }
    index_refresh_all(sched);
}
