/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One scheduling pass: what is due, then the queue in order, then the rest.
 * Priority, then first come first served; doc/elastic.md has it in words.
 */
#include <assert.h>

#include "core/index.h"
#include "core/sizing.h"
#include "core/step.h"

/* ---- what is due ---- */

/* A directive is past its deadline: by on_deadline, and only a shrink that
 * somebody still waits for is worth ending or forcing a job. */
static void pass_deadline(struct sched *sched, struct job *job,
                          struct actions *out)
{
    bool is_needed = job->directive.for_job != 0 &&
                     job->directive.for_job == sched->reservation.job;
    enum event_type type = EV_WITHDRAW;
    struct event event;

    if (is_needed && job->request.on_deadline == DEADLINE_FORCE)
        type = EV_FORCE;
    else if (is_needed && job->request.on_deadline == DEADLINE_REQUEUE)
        type = EV_REQUEUE;
    else if (is_needed && job->request.on_deadline == DEADLINE_CANCEL)
        type = EV_CANCEL;
    event_init(&event, type, sched->now);
    event.job = job->request.id;
    event.seq = job->directive.seq;
    step_decide(sched, &event, out);
}

static bool is_past_deadline(const struct sched *sched,
                             const struct directive *directive)
{
    switch (directive->state) {
    case DIRECTIVE_OFFERED:
        return directive->accept_by <= sched->now ||
               directive->done_by <= sched->now;
    case DIRECTIVE_ACCEPTED:
        return directive->done_by <= sched->now;
    default:
        return false;
    }
}

/* Stale timers are common (lazy deletion): each looks at what is so now. */
static void take_timer(struct sched *sched, const struct heap_entry *timer,
                       struct actions *out)
{
    struct job *job = job_table_get(&sched->jobs, timer->id);
    struct event event;

    if (job == NULL)
        return;
    switch ((enum timer_kind)timer->kind) {
    case TIMER_BEGIN:
        index_renew(sched, job);
        break;
    case TIMER_IMPOSSIBLE:
        if (job->state != JOB_PENDING || job->n_unmet == 0)
            break;
        event_init(&event, EV_CANCEL, sched->now);
        event.job = timer->id;
        event.is_dependency = true;
        step_decide(sched, &event, out);
        break;
    case TIMER_DEADLINE:
        if (job->state == JOB_RUNNING && job->directive.seq == timer->seq &&
            is_past_deadline(sched, &job->directive))
            pass_deadline(sched, job, out);
        break;
    case TIMER_COOLDOWN:
    case TIMER_WISH:
        break;
    case TIMER_ESTIMATE:
        if (job_is_active(job) && job->estimated_end <= sched->now)
            index_renew(sched, job);
        break;
    }
}

static void take_due_timers(struct sched *sched, struct actions *out)
{
    const struct heap_entry *top = heap_top(&sched->timers);
    struct heap_entry timer;

    for (; top != NULL && top->when <= sched->now;
         top = heap_top(&sched->timers)) {
        heap_pop(&sched->timers, &timer);
        take_timer(sched, &timer, out);
    }
}

/* Jobs for which the allocation has become too short: out of the way. */
static void set_aside_late(struct sched *sched)
{
    time_us ends = sched->config.ends;
    struct job *job;

    if (ends == TIME_NEVER)
        return;
    while ((job = queue_find_longer(&sched->queue, ends - sched->now))) {
        index_remove(sched, job);
        index_add(sched, job);
    }
}

/* When that will next be so; nothing else may happen until then. */
static time_us next_late(const struct sched *sched)
{
    const struct job *waiting =
        job_table_get(&sched->jobs, sched->reservation.job);
    dur_us needs = queue_max_needs(&sched->queue);

    if (waiting != NULL && sched_needs(sched, waiting) > needs)
        needs = sched_needs(sched, waiting);
    if (sched->config.ends == TIME_NEVER || needs < 0)
        return TIME_NEVER;
    return sched->config.ends - needs + 1;
}

/* A node of the reservation that is neither free nor being given back can no
 * longer be promised, nor can a start from which the allocation is too short.
 */
static void check_reservation(struct sched *sched, struct actions *out)
{
    const struct reservation *reservation = &sched->reservation;
    const struct job *waiting = job_table_get(&sched->jobs, reservation->job);
    struct event event;
    bool is_sound = true;

    if (waiting == NULL)
        return;
    is_sound &= sched_ends_in_time(sched, waiting);
    IDSET_EACH (&reservation->nodes, node) {
        const struct job *job =
            job_table_get(&sched->jobs, pool_owner(&sched->pool, node));

        if (idset_has(&sched->pool.free, node))
            continue;
        if (job == NULL || !idset_has(&sched->pool.usable, node) ||
            !job_has_open_directive(job) ||
            job->directive.for_job != reservation->job)
            is_sound = false;
    }
    if (is_sound)
        return;
    event_init(&event, EV_UNRESERVE, sched->now);
    event.job = reservation->job;
    step_decide(sched, &event, out);
}

/* ---- starting ---- */

void step_start(struct sched *sched, struct job *job, uint32_t n,
                struct actions *out)
{
    const struct reservation *reservation = &sched->reservation;
    struct idset from;
    struct event event;

    event_init(&event, EV_START, sched->now);
    event.job = job->request.id;
    event.attempt = job->attempt;
    idset_init(&from);
    if (reservation->job == job->request.id) {
        idset_copy(&from, &sched->pool.free);
        idset_intersect(&from, &reservation->nodes);
        idset_take_first(&from, n < idset_count(&from) ? n : idset_count(&from),
                         &event.nodes);
        n -= idset_count(&event.nodes);
    }
    if (n > 0) {
        sched_idle(sched, &from);
        idset_take_first(&from, n, &event.nodes);
    }
    idset_release(&from);
    step_decide(sched, &event, out);
}

/* The job with the reservation starts as soon as what it was to have is there.
 */
static void start_reserved(struct sched *sched, struct actions *out)
{
    struct job *job = job_table_get(&sched->jobs, sched->reservation.job);
    uint32_t n;

    if (job == NULL)
        return;
    n = sizing_start(sched, job, sched_n_kept(sched) + sched_n_idle(sched));
    if (n > 0)
        step_start(sched, job, n, out);
}

/* Starts from the head while it fits; returns the head that does not. */
static struct job *start_in_order(struct sched *sched, struct actions *out)
{
    struct job *head;

    while ((head = queue_first(&sched->queue)) != NULL) {
        uint32_t n = sizing_start(sched, head, sched_n_idle(sched));

        if (n == 0)
            return head;
        step_start(sched, head, n, out);
    }
    return NULL;
}

static void wake_at(struct sched *sched, struct actions *out)
{
    const struct heap_entry *top = heap_top(&sched->timers);
    time_us when = next_late(sched);

    if (top != NULL && top->when < when)
        when = top->when;
    if (when != TIME_NEVER)
        actions_add(out, ACT_WAKE_AT)->when = when;
}

void step_schedule(struct sched *sched, struct actions *out)
{
    bool is_elastic = sched->config.mode == MODE_ELASTIC;
    struct job *first;
    const struct job *head;
    uint32_t n_claimed;

    take_due_timers(sched, out);
    set_aside_late(sched);
    check_reservation(sched, out);
    start_reserved(sched, out);
    while (sched->reservation.job == 0) {
        first = start_in_order(sched, out);
        if (first == NULL || !step_admit(sched, first, out))
            break;
    }
    /* While jobs shrink for it, the one with the reservation is the head: they
     * may refuse, and it must not have lost its place. */
    head = sched_head(sched);
    n_claimed = step_wishes(sched, out);
    if (head != NULL)
        step_backfill(sched, head, out);
    if (head != NULL && is_elastic)
        step_admit_behind(sched, head, out);
    if (is_elastic)
        step_grow(sched, head, n_claimed, out);
    wake_at(sched, out);
}
