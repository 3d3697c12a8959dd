/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Jobs that may be resized now, and how many nodes each is to give or take.
 * Nodes are dealt one after the other in an order that does not depend on how
 * many there are: what was dealt before is dealt again without thinking.
 */
#ifndef ERM_CORE_CANDIDATES_H
#define ERM_CORE_CANDIDATES_H

#include <stddef.h>

#include "core/strategy.h"

struct candidate {
    struct job *job;      /* borrowed */
    double weight, score; /* as the strategy has them */
    uint32_t first; /* nodes it can give or take before others exceed theirs */
    uint32_t room;  /* nodes it can give or take at all; >= first */
    uint32_t n;     /* nodes it is to give or take */
    uint32_t known; /* nodes that are its own in `runs` */
};

/* Nodes that are dealt to one, one after the other. */
struct candidate_run {
    uint32_t item, n;
};

struct candidates {
    struct candidate *items; /* owned */
    size_t n, size;
    uint64_t first, room;       /* of all of them */
    struct candidate_run *runs; /* owned: whose nodes, as far as known */
    size_t n_runs, size_runs;
    uint64_t n_known; /* nodes in `runs` */
    uint32_t *dealt;  /* owned: items with nodes, by their first ones */
    size_t n_dealt;
    uint32_t *ranks; /* owned: items as a heap by the next node's score */
    size_t at;       /* or in their order: who is next */
};

/* Adds JOB unless ROOM is 0; FIRST <= ROOM. Before anything is dealt. */
void candidates_add(struct candidates *list, struct job *job, uint32_t first,
                    uint32_t room);
/* Deals N nodes to those of LIST, in the order of STRATEGY: to all of them up
 * to `first`, then up to `room`. Each time the same STRATEGY and NOW. May
 * sort the items. Returns how many are left. */
uint64_t candidates_deal(struct candidates *list,
                         const struct strategy *strategy, time_us now,
                         uint64_t n);
/* The candidate I gets nothing any more. */
void candidates_drop(struct candidates *list, size_t i);
/* None; its memory is kept for others. */
void candidates_clear(struct candidates *list);
void candidates_release(struct candidates *list);

#endif
