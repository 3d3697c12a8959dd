/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Backfilling: jobs behind a waiting head start early where that delays no
 * promised start. EASY: Lifka, JSSPP 1995, with the extra-nodes rule of
 * Mu'alem and Feitelson, IEEE TPDS 12(6), 2001. Conservative: the queued
 * jobs, up to a depth, have promises, planned anew in queue order at each pass.
 */
#include "core/estimate.h"
#include "core/index.h"
#include "core/plan.h"
#include "core/sizing.h"
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
    uint32_t needs;

    if (head != NULL && head->request.id == sched->reservation.job)
        n_free += sched_n_kept(sched);
    if (head == NULL)
        return hole;
    needs = sizing_planned(sched, head);
    if (needs <= n_free)
        return hole;
    promise = profile_promise(&sched->profile, sched->now, n_free, needs);
    hole.n_extra = smaller(promise.extra, n_idle);
    /* Never: nobody knows the end, so anything with an end is earlier. */
    hole.longest = promise.shadow == TIME_NEVER ? TIME_NEVER - 1
                                                : promise.shadow - sched->now;
    return hole;
}

/* The next to be tried, after BEFORE (NULL: from the start). What did not fit
 * into a larger hole does not fit into what is left of it. */
static struct job *find_candidate(const struct sched *sched,
                                  const struct job *before,
                                  const struct queue_hole *hole)
{
    if (sched->config.backfill_order == BACKFILL_SHORTEST)
        return queue_find_shortest(&sched->queue, before, hole);
    return queue_find(&sched->queue, before, hole);
}

/* The one before JOB in the order in which they are tried. */
static struct job *before_it(const struct sched *sched, const struct job *job)
{
    return sched->config.backfill_order == BACKFILL_SHORTEST
               ? queue_prev_shortest(job)
               : queue_prev(job);
}

/* At how many nodes JOB may start in HOLE: 0 = not at all. */
static uint32_t size_in(const struct sched *sched, const struct job *job,
                        const struct queue_hole *hole)
{
    const struct job_request *request = &job->request;
    uint32_t n = smaller(job_start_size(request, sched->config.start_at_max),
                         hole->n_free);

    if (estimate_at(sched, request, n) > hole->longest)
        n = smaller(n, hole->n_extra);
    if (n < request->min_nodes ||
        !sizing_is_worth(sched, request, n, hole->longest))
        return 0;
    return n;
}

/* Jobs whose walltime follows the size may fit at their best size and not at
 * the one that they would get: after so many in one pass the rest waits for the
 * next, so that a pass does not cost as much as the queue is long. */
#define MISSES_MAX 100

static void backfill_easy(struct sched *sched, const struct job *head,
                          struct actions *out)
{
    struct queue_hole hole = plan_hole(sched, head);
    const struct job *before = NULL;
    struct job *job;
    int n_misses = 0;

    /* Elsewhere the head is found again, and does not fit. */
    if (head->is_queued && sched->config.backfill_order == BACKFILL_IN_ORDER)
        before = head;

    while (hole.n_free > 0 &&
           (job = find_candidate(sched, before, &hole)) != NULL) {
        uint32_t n = size_in(sched, job, &hole);

        before = n == 0 ? job : before_it(sched, job);
        if (n == 0 && ++n_misses == MISSES_MAX)
            break;
        if (n == 0)
            continue;
        step_start(sched, job, n, out);
        hole.n_free -= n;
        if (estimate_at(sched, &job->request, n) > hole.longest)
            hole.n_extra -= n;
        hole.n_extra = smaller(hole.n_extra, hole.n_free);
    }
}

/* The largest size at which JOB ends before PLAN needs the nodes, 0 = none. The
 * fewer nodes, the longer it may run. */
static uint32_t size_now(const struct sched *sched, const struct plan *plan,
                         const struct job_request *request)
{
    uint32_t n = smaller(job_start_size(request, sched->config.start_at_max),
                         plan_free_now(plan));

    while (n >= request->min_nodes) {
        time_us end = time_add(sched->now, estimate_at(sched, request, n));
        uint32_t n_free = plan_free_until(plan, end);

        if (n_free >= n)
            return n;
        n = n_free;
    }
    return 0;
}

/* Plans JOB behind those that are planned, unless it gets no promise; starts it
 * if its turn is now. Returns whether it did. */
static bool place(struct sched *sched, struct plan *plan, struct job *job,
                  bool is_promised, struct actions *out)
{
    const struct job_request *request = &job->request;
    uint32_t planned = sizing_planned(sched, job), n = 0;
    dur_us walltime = estimate_at(sched, request, planned);
    time_us when = sched->now;

    if (plan_fits_now(plan, request->min_nodes, job->shortest))
        n = size_now(sched, plan, request);
    if (n < planned)
        when = plan_earliest(plan, planned, walltime);
    if (n > 0 &&
        sizing_is_worth(sched, request, n, time_between(sched->now, when))) {
        plan_take(plan, sched->now, estimate_at(sched, request, n), n);
        step_start(sched, job, n, out);
        return true;
    }
    if (is_promised && when != TIME_NEVER)
        plan_take(plan, when, walltime, planned);
    return false;
}

static bool fits_now(const void *plan, uint32_t min_nodes, dur_us walltime)
{
    return plan_fits_now(plan, min_nodes, walltime);
}

/* Plans from NEXT up to LAST in order, until DEPTH wait. Returns the first
 * that is not planned. */
static struct job *plan_in_order(struct sched *sched, struct plan *plan,
                                 struct job *next, const struct job *last,
                                 uint32_t *depth, struct actions *out)
{
    struct job *job;

    do {
        job = next;
        next = queue_next(job);
        *depth -= !place(sched, plan, job, true, out);
    } while (*depth > 0 && job != last);
    return next;
}

/* Plans the queue in order. Exact short cut: a plan only fills up, so that as
 * soon as none of those not yet planned would fit in now, none will start.
 * Those behind the depth start where they delay no promise. */
static void backfill_conservative(struct sched *sched, struct actions *out)
{
    struct queue *queue = &sched->queue;
    struct job *next = queue_first(queue), *before = NULL, *last;
    uint32_t depth = sched->config.backfill_depth;
    struct plan plan;
    int n_misses = 0;

    if (depth == 0)
        depth = UINT32_MAX;
    plan_init(&plan, sched);
    while (next != NULL && n_misses < MISSES_MAX &&
           (last = queue_find_by(queue, before, fits_now, &plan)) != NULL) {
        if (depth > 0) {
            next = plan_in_order(sched, &plan, next, last, &depth, out);
        } else {
            next = queue_next(last);
            n_misses += !place(sched, &plan, last, false, out);
        }
        before = next == NULL ? NULL : queue_prev(next);
    }
    plan_release(&plan);
}

void step_backfill(struct sched *sched, const struct job *head,
                   struct actions *out)
{
    if (sched_n_idle(sched) < queue_min_nodes(&sched->queue))
        return;
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
