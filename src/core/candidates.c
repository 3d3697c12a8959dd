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
    }
    list->items[list->n++] =
        (struct candidate){.job = job, .first = first, .room = room};
    list->first += first;
    list->room += room;
}

/* ---- in the order of a score ---- */

static int compare(const void *x, const void *y)
{
    const struct candidate *a = x, *b = y;

    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return a->job->request.id < b->job->request.id ? -1 : 1;
}

static void sort(struct candidates *list, const struct strategy *strategy,
                 time_us now)
{
    for (size_t i = 0; i < list->n; i++)
        list->items[i].score = strategy->score(list->items[i].job, now);
    if (list->n > 1)
        qsort(list->items, list->n, sizeof *list->items, compare);
}

static uint32_t room_of(const struct candidate *candidate, bool is_first)
{
    uint32_t most = is_first ? candidate->first : candidate->room;

    return most > candidate->n ? most - candidate->n : 0;
}

/* Filling up in order, or one by one. */
static uint64_t deal(struct candidates *list, uint64_t n, bool is_first,
                     bool is_shared)
{
    bool is_any = true;

    while (n > 0 && is_any) {
        is_any = false;
        for (size_t i = 0; i < list->n && n > 0; i++) {
            struct candidate *candidate = &list->items[i];
            uint32_t room = room_of(candidate, is_first);
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

/* ---- by a score that changes with each node ---- */

static void rate(struct candidate *candidate, const struct strategy *strategy,
                 time_us now, bool is_first)
{
    candidate->score =
        room_of(candidate, is_first) == 0
            ? -INFINITY
            : strategy->score_at(candidate->job, candidate->n, now);
}

/* A heap, the best on top, but for the item I, which may have become worse. */
static void sink(struct candidates *list, size_t i)
{
    struct candidate *items = list->items, item;
    size_t best = i;

    for (;; i = best) {
        for (size_t child = 2 * i + 1; child < list->n && child <= 2 * i + 2;
             child++) {
            if (compare(&items[child], &items[best]) < 0)
                best = child;
        }
        if (best == i)
            return;
        item = items[i];
        items[i] = items[best];
        items[best] = item;
    }
}

static uint64_t deal_each(struct candidates *list,
                          const struct strategy *strategy, time_us now,
                          uint64_t n, bool is_first)
{
    for (size_t i = 0; i < list->n; i++)
        rate(&list->items[i], strategy, now, is_first);
    for (size_t i = list->n; i-- > 0;)
        sink(list, i);
    for (; n > 0 && list->n > 0 && room_of(list->items, is_first) > 0; n--) {
        list->items[0].n++;
        rate(&list->items[0], strategy, now, is_first);
        sink(list, 0);
    }
    return n;
}

/* ---- either ---- */

static uint64_t deal_round(struct candidates *list,
                           const struct strategy *strategy, time_us now,
                           uint64_t n, bool is_first)
{
    return strategy->score_at != NULL
               ? deal_each(list, strategy, now, n, is_first)
               : deal(list, n, is_first, strategy->is_shared);
}

uint64_t candidates_deal(struct candidates *list,
                         const struct strategy *strategy, time_us now,
                         uint64_t n, bool all)
{
    for (size_t i = 0; i < list->n; i++)
        list->items[i].n = 0;
    if (strategy->score_at == NULL)
        sort(list, strategy, now);
    n = deal_round(list, strategy, now, n, true);
    return all ? deal_round(list, strategy, now, n, false) : n;
}

void candidates_release(struct candidates *list)
{
    free(list->items);
    *list = (struct candidates){.items = NULL};
}
