/* SPDX-License-Identifier: BSD-2-Clause */
/* Keeps queue, aside list, elastic list and profile in step with the jobs. */
#include "core/index.h"

#include <assert.h>

#include "core/donors.h"
#include "core/estimate.h"
#include "core/sizing.h"
#include "core/walltime.h"

static void push(struct job **list, struct job *job)
{
    job->prev = NULL;
    job->next = *list;
    if (*list != NULL)
        (*list)->prev = job;
    *list = job;
}

static void unlink_job(struct job **list, struct job *job)
{
    if (job->prev != NULL)
        job->prev->next = job->next;
    else
        *list = job->next;
    if (job->next != NULL)
        job->next->prev = job->prev;
    job->prev = job->next = NULL;
}

/* Pending jobs: into the queue when they may start, aside when they are too
 * large or too long now, nowhere when they wait for something else. */
static void index_pending(struct sched *sched, struct job *job)
{
    const struct job_request *request = &job->request;

    if (request->hold || job->n_unmet > 0 || request->begin > sched->now ||
        sched->reservation.job == request->id)
        return;
    job->needs = sched_needs(sched, job);
    job->length = estimate_preferred(sched, request);
    job->shortest = estimate_shortest(
        sched, request, job_start_size(request, sched->config.start_at_max));
    if (request->min_nodes > idset_count(&sched->pool.usable) ||
        !sched_ends_in_time(sched, job)) {
        push(&sched->aside, job);
        job->is_aside = true;
    } else {
        queue_add(&sched->queue, job);
    }
}

/* What comes back when: all nodes at the estimated end. That a shrink may give
 * some of them earlier is no promise to build on: the job may refuse. */
static void index_releases(struct sched *sched, struct job *job)
{
    const struct idset *usable = &sched->pool.usable;
    uint32_t n = idset_count_common(&job->nodes, usable);

    if (job_has_open_directive(job) && job->directive.op == DIRECTIVE_GROW)
        n += idset_count_common(&job->directive.delta, usable);
    job->estimated_end = estimate_end(sched, job);
    profile_add(&sched->profile, &job->end_release, job->estimated_end,
                job->request.id, n);
    if (job->estimated_end < job->planned_end)
        index_timer(sched, TIMER_ESTIMATE, job->estimated_end, job->request.id,
                    0);
}

static void index_elastic(struct sched *sched, struct job *job)
{
    struct elastic_entry entry = {
        .job = job,
        .no_resize_before = job->no_resize_before,
        .n_nodes = idset_count(&job->nodes),
        .spare = donors_spare(sched, job),
        .most_awaited = sizing_limit(sched, job, true),
        .most = sizing_limit(sched, job, false),
    };

    entry.above = donors_above(job, entry.spare);
    elastic_list_add(&sched->elastic, &entry);
}

void index_add(struct sched *sched, struct job *job)
{
    if (job->state == JOB_PENDING) {
        index_pending(sched, job);
        return;
    }
    assert(job_is_active(job));
    index_releases(sched, job);
    if (job->state == JOB_RUNNING && job->request.kind == JOB_ELASTIC)
        index_elastic(sched, job);
    job->is_giving = job_has_open_directive(job) && job->directive.for_job != 0;
    sched->n_giving += job->is_giving;
}

void index_remove(struct sched *sched, struct job *job)
{
    if (job->is_queued)
        queue_remove(&sched->queue, job);
    if (job->is_aside)
        unlink_job(&sched->aside, job);
    if (job->is_listed)
        elastic_list_remove(&sched->elastic, job);
    sched->n_giving -= job->is_giving;
    job->is_aside = job->is_giving = false;
    profile_remove(&sched->profile, &job->end_release);
}

void index_renew(struct sched *sched, struct job *job)
{
    if (job == NULL)
        return;
    index_remove(sched, job);
    index_add(sched, job);
}

void reservation_end(struct sched *sched)
{
    int64_t id = sched->reservation.job;

    idset_release(&sched->reservation.nodes);
    sched->reservation = (struct reservation){.job = 0};
    index_renew(sched, job_table_get(&sched->jobs, id));
}

void index_refresh_all(struct sched *sched)
{
    struct job *job = job_table_next(&sched->jobs, 0);

    for (; job != NULL; job = job_table_next(&sched->jobs, job->request.id)) {
        index_remove(sched, job);
        index_add(sched, job);
    }
}

void index_timer(struct sched *sched, enum timer_kind kind, time_us when,
                 int64_t id, uint64_t seq)
{
    if (when == TIME_NEVER)
        return;
    heap_push(&sched->timers,
              (struct heap_entry){
                  .when = when, .kind = kind, .id = (uint32_t)id, .seq = seq});
}

void index_timers(struct sched *sched, struct job *job)
{
    const struct directive *directive = &job->directive;
    int64_t id = job->request.id;

    if (job->state == JOB_PENDING && job->request.begin > sched->now)
        index_timer(sched, TIMER_BEGIN, job->request.begin, id, 0);
    if (job_is_active(job) && job->no_resize_before > sched->now)
        index_timer(sched, TIMER_COOLDOWN, job->no_resize_before, id, 0);
    if (job->wish.n > 0)
        index_timer(sched, TIMER_WISH, job->wish.until, id, 0);
    if (directive->state == DIRECTIVE_OFFERED)
        index_timer(sched, TIMER_DEADLINE, directive->accept_by, id,
                    directive->seq);
    if (directive->state == DIRECTIVE_OFFERED ||
        directive->state == DIRECTIVE_ACCEPTED)
        index_timer(sched, TIMER_DEADLINE, directive->done_by, id,
                    directive->seq);
}

uint32_t sched_n_kept(const struct sched *sched)
{
    if (sched->reservation.job == 0)
        return 0;
    return idset_count_common(&sched->pool.free, &sched->reservation.nodes);
}

uint32_t sched_n_idle(const struct sched *sched)
{
    return idset_count(&sched->pool.free) - sched_n_kept(sched);
}

void sched_idle(const struct sched *sched, struct idset *out)
{
    idset_copy(out, &sched->pool.free);
    if (sched->reservation.job != 0)
        idset_subtract(out, &sched->reservation.nodes);
}

dur_us sched_needs(const struct sched *sched, const struct job *job)
{
    return job->request.walltime == TIME_NEVER
               ? sched->config.least_run
               : walltime_longest(&job->request);
}

bool sched_ends_in_time(const struct sched *sched, const struct job *job)
{
    return time_add(sched->now, sched_needs(sched, job)) <= sched->config.ends;
}

const struct job *sched_head(const struct sched *sched)
{
    if (sched->reservation.job != 0)
        return job_table_get(&sched->jobs, sched->reservation.job);
    return queue_first(&sched->queue);
}
