/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running jobs shrink to admit one that waits: the head of the queue, or one
 * behind it where that delays nobody's promise. Or the head starts smaller than
 * it prefers (doc/elastic.md).
 */
#include <assert.h>

#include "core/donors.h"
#include "core/estimate.h"
#include "core/index.h"
#include "core/plan.h"
#include "core/sizing.h"
#include "core/step.h"
#include "core/walltime.h"

/* Deals what is MISSING. Nobody goes below the size that it prefers as long as
 * others have more than they prefer, or unless it is WORTH what they lose. */
static bool deal(const struct sched *sched, struct candidates *donors,
                 uint32_t missing, const struct job *job, double worth)
{
    uint64_t first = donors->first;

    if (donors->room < missing)
        return false;
    /* What is too much for a part of it is too much for all. */
    for (uint64_t below = 1; first + below < missing; below *= 4) {
        candidates_deal(donors, sched->config.shrink, sched->now,
                        first + below);
        if (donors_loss(sched, donors, job) > worth)
            return false;
    }
    candidates_deal(donors, sched->config.shrink, sched->now, missing);
    return first >= missing || donors_loss(sched, donors, job) <= worth;
}

/* ---- the head ---- */

/* All or nothing: the DONORS give what HEAD lacks of N nodes. */
static bool shrink_for(struct sched *sched, const struct job *head, uint32_t n,
                       struct candidates *donors, double worth,
                       struct actions *out)
{
    if (!deal(sched, donors, n - sched_n_idle(sched), head, worth))
        return false;
    donors_ask(sched, donors, head, true, out);
    return true;
}

/* By how much earlier HEAD ends with its least size now than with what it is
 * planned with after WAIT. */
static dur_us gain_of_least(const struct sched *sched,
                            const struct job_request *request, dur_us wait)
{
    dur_us length = estimate_preferred(sched, request);

    if (wait == TIME_NEVER || length == TIME_NEVER)
        return wait;
    return wait + length - walltime_scaled(request, length, request->min_nodes);
}

/* Smaller than planned, after WAIT: with its least size, if it has to be. */
static bool admit_smaller(struct sched *sched, struct job *head,
                          uint32_t planned, dur_us wait,
                          struct candidates *donors, struct actions *out)
{
    const struct job_request *request = &head->request;
    uint32_t n_idle = sched_n_idle(sched);
    uint64_t n = n_idle + donors->first; /* that nobody minds */

    if (n < request->min_nodes)
        return shrink_for(
            sched, head, request->min_nodes, donors,
            donors_worth(sched, head, gain_of_least(sched, request, wait)),
            out);
    if (n >= planned || !sizing_is_worth(sched, request, (uint32_t)n, wait))
        return false;
    if (n > n_idle)
        return shrink_for(sched, head, (uint32_t)n, donors, 0, out);
    step_start(sched, head, n_idle, out);
    return true;
}

bool step_admit(struct sched *sched, struct job *head, struct actions *out)
{
    uint32_t planned = sizing_planned(sched, head);
    uint32_t n_idle = sched_n_idle(sched);
    struct candidates *donors = donors_find(sched);
    time_us shadow =
        profile_promise(&sched->profile, sched->now, n_idle, planned).shadow;
    dur_us wait = time_between(sched->now, shadow);

    assert(planned > n_idle && sched->reservation.job == 0);
    if (wait <= USEC_PER_SEC || n_idle + donors->room < head->request.min_nodes)
        return false;
    return shrink_for(sched, head, planned, donors,
                      sizing_worth(sched, head, wait), out) ||
           (planned > head->request.min_nodes &&
            admit_smaller(sched, head, planned, wait, donors, out));
}

/* ---- those behind it ---- */

/* Where shrinking for somebody behind the head begins. */
struct behind {
    struct candidates *donors;
    uint32_t n_idle;
    dur_us wait;   /* until the head's promised start */
    int64_t extra; /* nodes that are then more than it needs */
};

/* How many of these there still are when JOB starts on PLANNED nodes and the
 * donors have given theirs; below 0 the head would have to wait longer. */
static int64_t extra_after(const struct sched *sched,
                           const struct behind *behind, const struct job *job,
                           uint32_t planned)
{
    time_us shadow = time_add(sched->now, behind->wait);
    int64_t extra = behind->extra - planned;

    for (size_t i = 0; i < behind->donors->n_dealt; i++) {
        const struct candidate *donor =
            &behind->donors->items[behind->donors->dealt[i]];
        const struct job *other = donor->job;
        uint32_t has = idset_count(&other->nodes), keeps = has - donor->n;

        extra += donor->n;
        if (other->estimated_end <= shadow)
            extra -= has;
        if (estimate_end_at(sched, other, keeps) <= shadow)
            extra += keeps;
    }
    if (estimate_at(sched, &job->request, planned) <= behind->wait)
        extra += planned;
    return extra;
}

static bool shrink_behind(struct sched *sched, struct behind *behind,
                          const struct job *job, struct actions *out)
{
    uint32_t planned = sizing_planned(sched, job);

    if (planned <= behind->n_idle ||
        !deal(sched, behind->donors, planned - behind->n_idle, job,
              donors_worth(sched, job, behind->wait)) ||
        extra_after(sched, behind, job, planned) < 0)
        return false;
    donors_ask(sched, behind->donors, job, false, out);
    return true;
}

/* So many are looked at in one pass. */
#define TRIES_MAX 10

void step_admit_behind(struct sched *sched, const struct job *head,
                       struct actions *out)
{
    struct behind behind = {.n_idle = sched_n_idle(sched)};
    struct queue_hole any = {.longest = TIME_NEVER};
    struct promise promise;
    const struct job *job = NULL;

    if (sched->config.sizing != SIZING_PREFERRED ||
        sched->config.backfill != BACKFILL_EASY ||
        sched->reservation.job != 0 || sched->n_giving > 0)
        return; /* nodes that come for somebody are to be had first */
    behind.donors = donors_find(sched);
    promise = profile_promise(&sched->profile, sched->now, behind.n_idle,
                              sizing_planned(sched, head));
    behind.wait = time_between(sched->now, promise.shadow);
    behind.extra = promise.extra;
    any.n_free = behind.n_idle + (uint32_t)behind.donors->room;
    for (int i = 0; i < TRIES_MAX && behind.donors->n > 0; i++) {
        job = queue_find_shortest(&sched->queue, job, &any);
        if (job == NULL ||
            (job != head && shrink_behind(sched, &behind, job, out)))
            break;
    }
}
