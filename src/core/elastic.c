/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Elastic scheduling: running jobs shrink to admit the head of the queue, and
 * grow into nodes that nobody needs (doc/elastic.md).
 */
#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "core/index.h"
#include "core/payback.h"
#include "core/plan.h"
#include "core/step.h"
#include "core/walltime.h"

/* A job that may be resized now, and how many nodes it could give or take. */
struct candidate {
    struct job *job;
    double score;
    uint32_t room; /* nodes it can give or take; in this round */
    uint32_t most; /* in all rounds */
    uint32_t n;    /* nodes it is to give or take */
};

struct candidates {
    struct candidate *items; /* owned */
    size_t n, size;
    uint64_t room; /* of all of them */
};

static void add(struct candidates *list, struct job *job, double score,
                uint32_t room)
{
    if (room == 0)
        return;
    if (list->n == list->size) {
        list->size = list->size == 0 ? 16 : 2 * list->size;
        list->items = mem_resize(list->items, list->size, sizeof *list->items);
    }
    list->items[list->n++] =
        (struct candidate){.job = job, .score = score, .room = room};
    list->room += room;
}

static int compare(const void *x, const void *y)
{
    const struct candidate *a = x, *b = y;

    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return a->job->request.id < b->job->request.id ? -1 : 1;
}

/* Deals N nodes more to the candidates, sorted by score, each up to its room:
 * filling up in order, or one by one. Returns how many are left. */
static uint64_t deal(struct candidates *list, uint64_t n, bool is_shared)
{
    bool is_any = true;

    while (n > 0 && is_any) {
        is_any = false;
        for (size_t i = 0; i < list->n && n > 0; i++) {
            struct candidate *candidate = &list->items[i];
            uint32_t room = candidate->room - candidate->n;
            uint32_t share = is_shared && room > 1 ? 1 : room;

            if (share > n)
                share = (uint32_t)n;
            candidate->n += share;
            n -= share;
            is_any |= share > 0;
        }
    }
    return n;
}

static void sort(struct candidates *list)
{
    if (list->n > 0)
        qsort(list->items, list->n, sizeof *list->items, compare);
}

bool step_may_resize(const struct sched *sched, const struct job *job)
{
    return job->ending == ENDING_NOT && !job_has_open_directive(job) &&
           job->no_resize_before <= sched->now;
}

/* ---- shrinking for the head ---- */

/* Nodes that JOB can give: usable ones, never its first, never below min. */
static void spare_nodes(const struct sched *sched, const struct job *job,
                        struct idset *out)
{
    idset_copy(out, &job->nodes);
    idset_remove(out, idset_first(&job->nodes));
    idset_intersect(out, &sched->pool.usable);
}

/* Its walltime may follow its size. */
static bool outlasts_allocation(const struct sched *sched,
                                const struct job *job)
{
    time_us end =
        walltime_end_at(job, idset_count(&job->nodes), job->request.min_nodes,
                        job->resize_cost, sched->now);

    return end > sched->config.ends;
}

static uint32_t n_spare(const struct sched *sched, const struct job *job)
{
    uint32_t n = idset_count(&job->nodes);
    uint32_t n_usable = idset_count_common(&job->nodes, &sched->pool.usable);

    if (n <= job->request.min_nodes || outlasts_allocation(sched, job))
        return 0;
    if (n_usable > 0 &&
        idset_has(&sched->pool.usable, idset_first(&job->nodes)))
        n_usable--;
    n -= job->request.min_nodes;
    return n < n_usable ? n : n_usable;
}

/* Keeps NODES for HEAD, then asks for what is still missing of them. */
static void carry_out(struct sched *sched, const struct job *head,
                      struct candidates *list, struct actions *out)
{
    struct event event;
    time_us promised = sched->now;
    struct idset *deltas = mem_alloc_array(list->n, sizeof *deltas);

    event_init(&event, EV_RESERVE, sched->now);
    event.job = head->request.id;
    sched_idle(sched, &event.nodes);
    for (size_t i = 0; i < list->n; i++) {
        struct candidate *candidate = &list->items[i];
        struct idset spare = {.words = NULL};
        time_us done_by;

        if (candidate->n == 0)
            continue;
        spare_nodes(sched, candidate->job, &spare);
        idset_take_last(&spare, candidate->n, &deltas[i]);
        idset_release(&spare);
        idset_unite(&event.nodes, &deltas[i]);
        done_by = step_done_by(sched, candidate->job, 0);
        if (done_by > promised)
            promised = done_by;
    }
    event.when = promised;
    step_decide(sched, &event, out);
    for (size_t i = 0; i < list->n; i++) {
        if (list->items[i].n > 0)
            step_offer(sched, list->items[i].job, DIRECTIVE_SHRINK, &deltas[i],
                       ASKED_BY_SCHEDULER, head->request.id, 0, out);
    }
    free(deltas);
}

/* Nobody goes below the size that it prefers as long as others have more than
 * they prefer. */
static void deal_shrinks(struct candidates *list, uint32_t missing,
                         bool is_shared)
{
    uint64_t left;

    sort(list);
    for (size_t i = 0; i < list->n; i++) {
        struct candidate *candidate = &list->items[i];
        uint32_t has = idset_count(&candidate->job->nodes);
        uint32_t preferred = job_preferred_size(&candidate->job->request);
        uint32_t above = has > preferred ? has - preferred : 0;

        candidate->most = candidate->room;
        if (candidate->room > above)
            candidate->room = above;
    }
    left = deal(list, missing, is_shared);
    for (size_t i = 0; i < list->n; i++)
        list->items[i].room = list->items[i].most;
    deal(list, left, is_shared);
}

/*
 * Admits HEAD by shrinking, all or nothing: when the candidates cannot give
 * what is missing, nobody shrinks. Returns whether it was arranged; HEAD then
 * has a reservation and has left the queue.
 */
bool step_shrink_for(struct sched *sched, const struct job *head,
                     struct actions *out)
{
    const struct strategy *strategy = sched->config.shrink;
    uint32_t n_idle = sched_n_idle(sched);
    uint32_t missing = head->request.min_nodes - n_idle;
    struct candidates list = {.items = NULL};
    bool is_enough;

    assert(head->request.min_nodes > n_idle);
    if (sched->reservation.job != 0 || sched->elastic == NULL)
        return false;
    for (struct job *job = sched->elastic; job != NULL; job = job->next) {
        if (step_may_resize(sched, job))
            add(&list, job, strategy->score(job, sched->now),
                n_spare(sched, job));
    }
    is_enough =
        list.room >= missing && profile_promise(&sched->profile, sched->now,
                                                n_idle, head->request.min_nodes)
                                        .shadow > sched->now + USEC_PER_SEC;
    if (is_enough) {
        deal_shrinks(&list, missing, strategy->is_shared);
        carry_out(sched, head, &list, out);
    }
    free(list.items);
    return is_enough;
}

/* A node of the reservation that is neither free nor being given back can no
 * longer be promised, nor can a start from which the allocation is too short.
 */
void step_check_reservation(struct sched *sched, struct actions *out)
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

/* ---- growing into idle nodes ---- */

bool step_ends_in_time(const struct job *job, const struct queue_hole *hole,
                       time_us now)
{
    return hole->longest == TIME_NEVER ||
           (job->planned_end != TIME_NEVER && job->planned_end > now &&
            job->planned_end - now <= hole->longest);
}

static void offer_nodes(struct sched *sched, struct job *job, uint32_t n,
                        struct queue_hole *hole, bool is_short,
                        struct actions *out)
{
    struct idset idle = {.words = NULL}, delta = {.words = NULL};

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

    for (size_t i = 0; i < list->n; i++) {
        struct candidate *candidate = &list->items[i];
        bool is_short = step_ends_in_time(candidate->job, hole, sched->now);
        uint32_t limit = is_short ? hole->n_free : hole->n_extra;
        uint32_t n = candidate->n < limit ? candidate->n : limit;
        uint32_t has = idset_count(&candidate->job->nodes);
        uint32_t size = payback_size(candidate->job, sched->now, has + n);

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
    size_t n_dealt = 0, n_seen = 0;

    for (size_t i = 0; i < list->n; i++)
        n_dealt += list->items[i].n > 0;
    for (size_t i = 0; i < list->n; i++) {
        if (list->items[i].n > 0 && ++n_seen > n_dealt / 2)
            list->items[i].room = 0;
        list->items[i].n = 0;
    }
    return n_dealt > 0;
}

/* A job past its planned end is about to go. */
static void find_growing(struct sched *sched, const struct queue_hole *hole,
                         struct candidates *list)
{
    const struct strategy *strategy = sched->config.expand;

    for (struct job *job = sched->elastic; job != NULL; job = job->next) {
        uint32_t has = idset_count(&job->nodes), size;

        if (!step_may_resize(sched, job) || has >= job->request.max_nodes ||
            job->planned_end <= sched->now ||
            (hole->n_extra == 0 && !step_ends_in_time(job, hole, sched->now)))
            continue;
        size = payback_size(job, sched->now, job->request.max_nodes);
        if (size > 0)
            add(list, job, strategy->score(job, sched->now), size - has);
    }
    sort(list);
}

/* Deals the idle nodes once. */
static bool grow_once(struct sched *sched, const struct job *head,
                      uint32_t n_claimed, struct actions *out)
{
    struct candidates list = {.items = NULL};
    struct queue_hole hole = plan_hole(sched, head);
    bool is_any;

    hole.n_free -= n_claimed < hole.n_free ? n_claimed : hole.n_free;
    if (hole.n_extra > hole.n_free)
        hole.n_extra = hole.n_free;
    find_growing(sched, &hole, &list);
    do {
        deal(&list, hole.n_free, sched->config.expand->is_shared);
        is_any = offer_growth(sched, &list, &hole, out);
    } while (!is_any && drop_later_half(&list));
    free(list.items);
    return is_any;
}

/* Gives idle nodes to elastic jobs while that delays nobody: HEAD (NULL: the
 * queue is empty) keeps its promised start; with conservative backfilling
 * every queued job has one, so nothing grows while any waits. What a job may
 * not have for the head's sake is dealt anew among the others. */
void step_grow(struct sched *sched, const struct job *head, uint32_t n_claimed,
               struct actions *out)
{
    if (head != NULL && sched->config.backfill == BACKFILL_CONSERVATIVE)
        return;
    while (sched->elastic != NULL && sched_n_idle(sched) > n_claimed &&
           grow_once(sched, head, n_claimed, out))
        ;
}
