/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A plan: free nodes as a step function of time, made from the profile for one
 * purpose (a conservative pass, a forecast) and thrown away.
 */
#ifndef ERM_CORE_PLAN_H
#define ERM_CORE_PLAN_H

#include "core/sched_state.h"

struct plan_step {
    time_us from;
    uint32_t n_free; /* until the next step; the last is for ever */
};

struct plan {
    struct plan_step *steps; /* owned; the first begins now */
    size_t n, size;
    /* For each k and l: 2^k nodes for 4^l microseconds are not free before.
     * Kept by plan_earliest(), so that it does not go over full or broken up
     * parts of a long plan again for each job. */
    time_us not_before[32][32];
};

/* By planned ends alone: the job with the reservation has the first place in
 * the plan, at the time at which it starts if nobody shrinks for it. */
void plan_init(struct plan *plan, const struct sched *sched);
/* As it will be if those who shrink do so by their deadlines: no promise. */
void plan_init_expected(struct plan *plan, const struct sched *sched);
void plan_release(struct plan *plan);
uint32_t plan_free_now(const struct plan *plan);
/* The fewest free nodes from now until UNTIL. */
uint32_t plan_free_until(const struct plan *plan, time_us until);
/* Are N nodes free from now on for LENGTH? */
bool plan_fits_now(const struct plan *plan, uint32_t n, dur_us length);
/* The earliest time at which N nodes (> 0) are free for LENGTH (> 0);
 * TIME_NEVER. */
time_us plan_earliest(struct plan *plan, uint32_t n, dur_us length);
/* Takes N nodes, which must be free, from WHEN for LENGTH. A plan is only
 * taken from: no time becomes possible that was not. */
void plan_take(struct plan *plan, time_us when, dur_us length, uint32_t n);

/* The hole that EASY leaves before the promised start of HEAD, which
 * sched_head() gave (backfill.c); NULL or startable: all idle nodes, for ever.
 */
struct queue_hole plan_hole(const struct sched *sched, const struct job *head);

#endif
