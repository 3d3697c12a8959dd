/* SPDX-License-Identifier: BSD-2-Clause */
/* Jobs that may be resized now, and how many nodes each is to give or take. */
#ifndef ERM_CORE_CANDIDATES_H
#define ERM_CORE_CANDIDATES_H

#include <stddef.h>

#include "core/strategy.h"

struct candidate {
    struct job *job; /* borrowed */
    double score;
    uint32_t first; /* nodes it can give or take before others exceed theirs */
    uint32_t room;  /* nodes it can give or take at all */
    uint32_t n;     /* nodes it is to give or take */
};

struct candidates {
    struct candidate *items; /* owned */
    size_t n, size;
    uint64_t first, room; /* of all of them */
};

/* Adds JOB unless ROOM is 0; FIRST <= ROOM. */
void candidates_add(struct candidates *list, struct job *job, uint32_t first,
                    uint32_t room);
/* Deals N nodes, anew, to those of LIST in the order of STRATEGY: to all of
 * them up to `first`, then, if ALL, up to `room`. Returns how many are left. */
uint64_t candidates_deal(struct candidates *list,
                         const struct strategy *strategy, time_us now,
                         uint64_t n, bool all);
void candidates_release(struct candidates *list);

#endif
