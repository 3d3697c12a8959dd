/* SPDX-License-Identifier: BSD-2-Clause */
/* Growing into nodes that nobody needs (doc/elastic.md). */
#include "core/candidates.h"
#include "core/index.h"
#include "core/plan.h"
#include "core/sizing.h"
#include "core/step.h"

bool step_may_resize(const struct sched *sched, const struct job *job)
{
    return job->ending == ENDING_NOT && !job_has_open_directive(job) &&
           job->no_resize_before <= sched->now;
}

bool step_ends_in_time(const struct sched *sched, const struct job *job,
                       const struct queue_hole *hole)
{
    return hole->longest == TIME_NEVER ||
           (job->estimated_end != TIME_NEVER &&
            job->estimated_end > sched->now &&
            job->estimated_end - sched->now <= hole->longest);
}

/* The largest size up to MOST to which growing pays for JOB; 0 = to none. */
static uint32_t grown_size(const struct sched *sched, const struct job *job,
                           uint32_t most)
{
    return payback_size(job, sched->now, most, sizing_payback(sched, job));
}

static void offer_nodes(struct sched *sched, struct job *job, uint32_t n,
                        struct queue_hole *hole, bool is_short,
                        struct actions *out)
{
    struct idset idle = {.count = 0}, delta = {.count = 0};

    if (!is_short)
        hole->n_extra -= n;
    hole->n_free -= n;
    if (hole->n_extra > hole->n_free)
        hole->n_extra = hole->n_free;
    sched_idle(sched, &idle);
    idset_take_first(&idle, n, &delta);
    idset_release(&idle);
    step_offer(sched, job, DIRECTIVE_GROW, &delta, ASKED_BY_SCHEDULER, 0, 0,
               out);
}

/* As many of the nodes dealt as the head allows and as pay. Returns whether
 * anybody was offered anything. */
static bool offer_growth(struct sched *sched, struct candidates *list,
                         struct queue_hole *hole, struct actions *out)
{
    bool is_any = false;

    for (size_t i = 0; i < list->n_dealt; i++) {
        struct candidate *candidate = &list->items[list->dealt[i]];
        bool is_short = step_ends_in_time(sched, candidate->job, hole);
        uint32_t limit = is_short ? hole->n_free : hole->n_extra;
        uint32_t n = candidate->n < limit ? candidate->n : limit;
        uint32_t has = idset_count(&candidate->job->nodes);
        uint32_t size = grown_size(sched, candidate->job, has + n);

        if (size == 0)
            continue;
        offer_nodes(sched, candidate->job, size - has, hole, is_short, out);
        is_any = true;
    }
    return is_any;
}

/* Nobody's share pays: the later half of those who have one leaves it to the
 * others. Returns whether there was any. */
static bool drop_later_half(struct candidates *list)
{
    for (size_t i = list->n_dealt / 2; i < list->n_dealt; i++)
        candidates_drop(list, list->dealt[i]);
    return list->n_dealt > 0;
}

/* A job past its planned end is about to go. */
static bool may_grow(const struct sched *sched, const struct job *job,
                     const struct queue_hole *hole)
{
    return step_may_resize(sched, job) && job->planned_end > sched->now &&
           (hole->n_extra > 0 || step_ends_in_time(sched, job, hole));
}

/* Those below the size that they prefer are served first. */
static void find_growing(struct sched *sched, const struct queue_hole *hole,
                         bool is_awaited)
{
    candidates_clear(&sched->candidates);
    for (uint32_t i = 0; i < sched->elastic.n; i++) {
        const struct elastic_entry *entry = &sched->elastic.items[i];
        uint32_t size = is_awaited ? entry->most_awaited : entry->most;
        uint32_t has = entry->n_nodes, preferred;

        if (has >= size || entry->no_resize_before > sched->now ||
            !may_grow(sched, entry->job, hole))
            continue;
        size = grown_size(sched, entry->job, size);
        if (size <= has)
            continue;
        preferred = job_preferred_size(&entry->job->request);
        if (preferred > size)
            preferred = size;
        candidates_add(&sched->candidates, entry->job,
                       preferred > has ? preferred - has : 0, size - has);
    }
}

/* Deals the idle nodes once. */
static bool grow_once(struct sched *sched, const struct job *head,
                      uint32_t n_claimed, struct actions *out)
{
    struct candidates *list = &sched->candidates;
    struct queue_hole hole = plan_hole(sched, head);
    bool is_any;

    hole.n_free -= n_claimed < hole.n_free ? n_claimed : hole.n_free;
    if (hole.n_extra > hole.n_free)
        hole.n_extra = hole.n_free;
    find_growing(sched, &hole, head != NULL);
    do {
        candidates_deal(list, sched->config.expand, sched->now, hole.n_free);
        is_any = offer_growth(sched, list, &hole, out);
    } while (!is_any && drop_later_half(list));
    return is_any;
}

/* Gives idle nodes to elastic jobs while that delays nobody: HEAD (NULL: the
 * queue is empty) keeps its promised start; with conservative backfilling
 * others have one, too, so nothing grows while any waits. What a job may
 * not have for the head's sake is dealt anew among the others. */
void step_grow(struct sched *sched, const struct job *head, uint32_t n_claimed,
               struct actions *out)
{
    if (head != NULL && sched->config.backfill == BACKFILL_CONSERVATIVE)
        return;
    while (sched->elastic.n > 0 && sched_n_idle(sched) > n_claimed &&
           grow_once(sched, head, n_claimed, out))
        ;
}
