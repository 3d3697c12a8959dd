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
    list->n_order = 0;
}

void candidates_clear(struct candidates *list)
{
    list->n = list->n_order = list->n_dealt = 0;
    list->first = list->room = 0;
}

void candidates_release(struct candidates *list)
{
    free(list->items);
    free(list->order);
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

/* ---- one node after the other ---- */

static uint32_t room_of(const struct candidates *list, uint32_t i)
{
    const struct candidate *candidate = &list->items[i];
    bool is_first = list->n_order < list->first;

    return (is_first ? candidate->first : candidate->room) - candidate->known;
}

static void rate(struct candidates *list, const struct strategy *strategy,
                 time_us now, uint32_t i)
{
    struct candidate *candidate = &list->items[i];

    candidate->score =
        room_of(list, i) == 0
            ? -INFINITY
            : strategy->score_at(candidate->job, candidate->known, now);
}

/* A round begins: up to `first`, or up to `room`. */
static void begin_round(struct candidates *list,
                        const struct strategy *strategy, time_us now)
{
    list->at = 0;
    if (strategy->score_at == NULL)
        return;
    for (uint32_t i = 0; i < list->n; i++)
        rate(list, strategy, now, i);
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
    }
    if (strategy->score_at == NULL)
        qsort(list->items, list->n, sizeof *list->items, compare);
    begin_round(list, strategy, now);
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

static void deal_one(struct candidates *list, const struct strategy *strategy,
                     time_us now)
{
    uint32_t next = find_next(list, strategy);

    list->items[next].known++;
    list->order[list->n_order++] = next;
    if (list->n_order == list->first) {
        begin_round(list, strategy, now);
    } else if (strategy->score_at != NULL) {
        rate(list, strategy, now, next);
        sink(list, 0);
    } else if (strategy->is_shared) {
        list->at = (list->at + 1) % list->n;
    }
}

static void make_space(struct candidates *list, size_t n)
{
    if (n <= list->size_order)
        return;
    list->size_order = 2 * n;
    list->order =
        mem_resize(list->order, list->size_order, sizeof *list->order);
    list->dealt =
        mem_resize(list->dealt, list->size_order, sizeof *list->dealt);
}

uint64_t candidates_deal(struct candidates *list,
                         const struct strategy *strategy, time_us now,
                         uint64_t n)
{
    size_t n_nodes = n < list->room ? (size_t)n : (size_t)list->room;

    for (size_t i = 0; i < list->n_dealt; i++)
        list->items[list->dealt[i]].n = 0;
    list->n_dealt = 0;
    make_space(list, n_nodes);
    if (list->n_order == 0 && n_nodes > 0)
        begin(list, strategy, now);
    while (list->n_order < n_nodes)
        deal_one(list, strategy, now);
    for (size_t i = 0; i < n_nodes; i++) {
        if (list->items[list->order[i]].n++ == 0)
            list->dealt[list->n_dealt++] = list->order[i];
    }
    return n - n_nodes;
}
