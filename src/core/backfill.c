/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Backfilling: jobs behind a waiting head start early where that delays no
 * promised start. EASY: Lifka, JSSPP 1995, with the extra-nodes rule of
 * Mu'alem and Feitelson, IEEE TPDS 12(6), 2001. Conservative: every queued job
 * has a promise, planned anew in queue order at each pass.
 */
#include "core/index.h"
#include "core/plan.h"
#include "core/step.h"

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* What may start now for how long without delaying HEAD. */
struct queue_hole plan_hole(const struct sched *sched, const struct job *head)
{
    uint32_t n_idle = sched_n_idle(sched), n_free = n_idle;
    struct queue_hole hole = {n_idle, n_idle, TIME_NEVER};
    struct promise promise;

    if (head != NULL && head->request.id == sched->reservation.job)
        n_free += sched_n_kept(sched);
    if (head == NULL || head->request.min_nodes <= n_free)
        return hole;
    promise = profile_promise(&sched->profile, sched->now, n_free,
                              head->request.min_nodes);
    hole.n_extra = smaller(promise.extra, n_idle);
    /* Never: nobody knows the end, so anything with an end is earlier. */
    hole.longest = promise.shadow == TIME_NEVER ? TIME_NEVER - 1
                                                : promise.shadow - sched->now;
    return hole;
}

/* The next to be tried. In the order of the queue those up to BEFORE (NULL:
 * none) are left out. In the other order that is not needed: what did not fit
 * into a larger hole does not fit into what is left of it. */
static struct job *find_candidate(const struct sched *sched,
                                  const struct job *before,
                                  const struct queue_hole *hole)
{
    if (sched->config.backfill_order == BACKFILL_SHORTEST)
        return queue_find_shortest(&sched->queue, hole);
    return queue_find(&sched->queue, before, hole);
}

static void backfill_easy(struct sched *sched, const struct job *head,
                          struct actions *out)
{
    struct queue_hole hole = plan_hole(sched, head);
    const struct job *before = head->is_queued ? head : NULL;
    struct job *job;

    while (hole.n_free > 0 &&
           (job = find_candidate(sched, before, &hole)) != NULL) {
        bool is_short = job->request.walltime <= hole.longest;
        uint32_t cap = is_short ? hole.n_free : hole.n_extra;
        uint32_t n = smaller(
            job_start_size(&job->request, sched->config.start_at_max), cap);

        before = queue_prev(job);
        step_start(sched, job, n, out);
        hole.n_free -= n;
        if (!is_short)
            hole.n_extra -= n;
        hole.n_extra = smaller(hole.n_extra, hole.n_free);
    }
}

/* Plans JOB behind those that are planned; starts it if its turn is now. */
static void place(struct sched *sched, struct plan *plan, struct job *job,
                  struct actions *out)
{
    const struct job_request *request = &job->request;
    uint32_t n = request->min_nodes;
    time_us when = plan_earliest(plan, n, request->walltime);

    if (when == TIME_NEVER)
        return;
    if (when == sched->now)
        n = smaller(job_start_size(request, sched->config.start_at_max),
                    plan_free_until(plan, time_add(when, request->walltime)));
    plan_take(plan, when, request->walltime, n);
    if (when == sched->now)
        step_start(sched, job, n, out);
}

static bool fits_now(const void *plan, uint32_t min_nodes, dur_us walltime)
{
    return plan_fits_now(plan, min_nodes, walltime);
}

/* Plans the queue in order. Exact short cut: a plan only fills up, so that as
 * soon as none of those not yet planned would fit in now, none will start. */
static void backfill_conservative(struct sched *sched, struct actions *out)
{
    struct queue *queue = &sched->queue;
    struct job *next = queue_first(queue), *before = NULL, *job, *last;
    struct plan plan;

    if (sched_n_idle(sched) < queue_min_nodes(queue))
        return;
    plan_init(&plan, sched);
    while (next != NULL &&
           (last = queue_find_by(queue, before, fits_now, &plan)) != NULL) {
        do {
            job = next;
            next = queue_next(job);
            place(sched, &plan, job, out);
        } while (job != last);
        before = next == NULL ? NULL : queue_prev(next);
    }
    plan_release(&plan);
}

void step_backfill(struct sched *sched, const struct job *head,
                   struct actions *out)
{
    switch (sched->config.backfill) {
    case BACKFILL_NONE:
        break;
    case BACKFILL_EASY:
        backfill_easy(sched, head, out);
        break;
    case BACKFILL_CONSERVATIVE:
        backfill_conservative(sched, out);
        break;
    }
}
