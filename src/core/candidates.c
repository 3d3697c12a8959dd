/* SPDX-License-Identifier: BSD-2-Clause */
/* Dealing nodes as a strategy says. */
#include "core/candidates.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"

void candidates_add(struct candidates *list, struct job *job, uint32_t first,
                    uint32_t room)
{
    if (room == 0)
        return;
    if (list->n == list->size) {
        list->size = list->size == 0 ? 16 : 2 * list->size;
        list->items = mem_resize(list->items, list->size, sizeof *list->items);
        list->ranks = mem_resize(list->ranks, list->size, sizeof *list->ranks);
        list->dealt = mem_resize(list->dealt, list->size, sizeof *list->dealt);
    }
    list->items[list->n++] =
        (struct candidate){.job = job, .first = first, .room = room};
    list->first += first;
    list->room += room;
}

void candidates_drop(struct candidates *list, size_t i)
{
    struct candidate *candidate = &list->items[i];

    list->first -= candidate->first;
    list->room -= candidate->room;
    candidate->first = candidate->room = 0;
    list->n_runs = list->n_known = 0;
}

void candidates_clear(struct candidates *list)
{
    list->n = list->n_runs = list->n_dealt = 0;
    list->n_known = 0;
    list->first = list->room = 0;
}

void candidates_release(struct candidates *list)
{
    free(list->items);
    free(list->runs);
    free(list->dealt);
    free(list->ranks);
    *list = (struct candidates){.items = NULL};
}

/* ---- ranks ---- */

static int compare(const void *x, const void *y)
{
    const struct candidate *a = x, *b = y;

    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return a->job->request.id < b->job->request.id ? -1 : 1;
}

static bool is_better(const struct candidates *list, uint32_t a, uint32_t b)
{
    return compare(&list->items[a], &list->items[b]) < 0;
}

/* A heap of ranks, the best on top, but for the one at I, which may have become
 * worse. */
static void sink(struct candidates *list, size_t i)
{
    uint32_t *ranks = list->ranks, moved = ranks[i];

    for (size_t child; (child = 2 * i + 1) < list->n; i = child) {
        if (child + 1 < list->n &&
            is_better(list, ranks[child + 1], ranks[child]))
            child++;
        if (!is_better(list, ranks[child], moved))
            break;
        ranks[i] = ranks[child];
    }
    ranks[i] = moved;
}

/* ---- one after the other ---- */

static uint32_t room_of(const struct candidates *list, uint32_t i)
{
    const struct candidate *candidate = &list->items[i];
    bool is_first = list->n_known < list->first;

    return (is_first ? candidate->first : candidate->room) - candidate->known;
}

static void rate(struct candidates *list, const struct strategy *strategy,
                 uint32_t i)
{
    struct candidate *candidate = &list->items[i];

    candidate->score =
        room_of(list, i) == 0
            ? -INFINITY
            : strategy->score_at(candidate->job, candidate->known,
                                 candidate->weight);
}

/* A round begins: up to `first`, or up to `room`. */
static void begin_round(struct candidates *list,
                        const struct strategy *strategy)
{
    list->at = 0;
    if (strategy->score_at == NULL)
        return;
    for (uint32_t i = 0; i < list->n; i++)
        rate(list, strategy, i);
    for (size_t i = list->n / 2; i-- > 0;)
        sink(list, i);
}

static void begin(struct candidates *list, const struct strategy *strategy,
                  time_us now)
{
    for (uint32_t i = 0; i < list->n; i++) {
        list->ranks[i] = i;
        list->items[i].known = 0;
        if (strategy->score_at == NULL)
            list->items[i].score = strategy->score(list->items[i].job, now);
        else
            list->items[i].weight = strategy->weigh(list->items[i].job, now);
    }
    if (strategy->score_at == NULL)
        qsort(list->items, list->n, sizeof *list->items, compare);
    begin_round(list, strategy);
}

/* Who has room left, of which there is some. */
static uint32_t find_next(struct candidates *list,
                          const struct strategy *strategy)
{
    if (strategy->score_at != NULL)
        return list->ranks[0];
    while (room_of(list, (uint32_t)list->at) == 0)
        list->at = (list->at + 1) % list->n;
    return (uint32_t)list->at;
}

static void add_run(struct candidates *list, uint32_t item, uint32_t n)
{
    struct candidate_run *last =
        list->n_runs > 0 ? &list->runs[list->n_runs - 1] : NULL;

    list->n_known += n;
    list->items[item].known += n;
    if (last != NULL && last->item == item) {
        last->n += n;
        return;
    }
    if (list->n_runs == list->size_runs) {
        list->size_runs = list->size_runs == 0 ? 64 : 2 * list->size_runs;
        list->runs =
            mem_resize(list->runs, list->size_runs, sizeof *list->runs);
    }
    list->runs[list->n_runs++] = (struct candidate_run){item, n};
}

/* Very large jobs get, or give, a part of their size at once. */
#define PARTS 256

static void deal_next(struct candidates *list, const struct strategy *strategy)
{
    uint32_t next = find_next(list, strategy);
    uint32_t room = room_of(list, next), n = room;

    if (strategy->score_at != NULL)
        n = 1 + idset_count(&list->items[next].job->nodes) / PARTS;
    else if (strategy->is_shared)
        n = 1;
    add_run(list, next, n < room ? n : room);
    if (list->n_known == list->first) {
        begin_round(list, strategy);
    } else if (strategy->score_at != NULL) {
        rate(list, strategy, next);
        sink(list, 0);
    } else if (strategy->is_shared) {
        list->at = (list->at + 1) % list->n;
    }
}

uint64_t candidates_deal(struct candidates *list,
                         const struct strategy *strategy, time_us now,
                         uint64_t n)
{
    uint64_t n_nodes = n < list->room ? n : list->room, left = n_nodes;

    for (size_t i = 0; i < list->n_dealt; i++)
        list->items[list->dealt[i]].n = 0;
    list->n_dealt = 0;
    if (list->n_known == 0 && n_nodes > 0)
        begin(list, strategy, now);
    while (list->n_known < n_nodes)
        deal_next(list, strategy);
    for (size_t i = 0; left > 0; i++) {
        const struct candidate_run *run = &list->runs[i];
        struct candidate *candidate = &list->items[run->item];
        uint32_t share = run->n < left ? run->n : (uint32_t)left;

        if (candidate->n == 0)
            list->dealt[list->n_dealt++] = run->item;
        candidate->n += share;
        left -= share;
    }
    return n - n_nodes;
}
