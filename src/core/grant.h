/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a job that asks for more nodes may have: idle ones that no older wish
 * waits for, as far as that delays the promised start of the head by no more
 * than the configuration allows in total (doc/elastic.md, "Wishes").
 */
#ifndef ERM_CORE_GRANT_H
#define ERM_CORE_GRANT_H

#include "core/sched_state.h"

struct grant {
    uint32_t n;   /* nodes */
    dur_us delay; /* of the head's promised start */
};

/* The most that JOB may grow by now, up to N nodes, N_CLAIMED of the idle ones
 * being kept for others. */
struct grant grant_growth(const struct sched *sched, const struct job *job,
                          uint32_t n, uint32_t n_claimed);
/* The most that it may grow by without delaying anybody at all. */
uint32_t grant_safe_growth(const struct sched *sched, const struct job *job,
                           uint32_t n_claimed);
/* Idle nodes that are kept for wishes, other than JOB's own, that wait for more
 * than there are. */
uint32_t grant_n_claimed(const struct sched *sched, const struct job *job);
/* When it is worth asking again to get (or to give) N nodes, from now; 0 not
 * known. */
dur_us grant_retry_after(const struct sched *sched, const struct job *job,
                         enum directive_op op, uint32_t n);

#endif
