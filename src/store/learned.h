/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What jobs of a name have taught: how long their resizes took, and how fast
 * they went on at each size. Jobs without a name teach nothing.
 */
#ifndef ERM_STORE_LEARNED_H
#define ERM_STORE_LEARNED_H

#include "base/clock.h"
#include "store/store.h"

/* The directive SEQ, which is stored, was done at NOW. */
int store_learn_resize(struct store *store, int64_t seq, time_us now,
                       struct err *err);
/* ATTEMPT of JOB runs: when it was started in place by a directive that the
 * attempt before has done, this is a "restart" that lasted until NOW. */
int store_learn_restart(struct store *store, int64_t job, uint32_t attempt,
                        time_us now, struct err *err);
/* JOB is so far, in parts per million, with the nodes of its open phase. */
int store_progress(struct store *store, int64_t job, uint32_t ppm, time_us now,
                   struct err *err);

/* What a resize of jobs named NAME takes on average, restarts and growths
 * first; 0 = not known, -1 = an error. */
dur_us store_learned_cost(struct store *store, const char *name,
                          struct err *err);

/* How long jobs named NAME run: the mean of the last two that completed; 0 =
 * not known, -1 = an error. */
dur_us store_learned_run(struct store *store, const char *name,
                         struct err *err);

struct learned_row { /* texts borrowed */
    const char *name;
    const char *op;   /* expand, shrink, restart; NULL: a rate */
    uint32_t n_nodes; /* of a rate */
    int64_t n;        /* how many resizes, or phases */
    double seconds;   /* all together */
    double progress;  /* of a rate: parts of the whole in that time */
};
typedef int (*learned_row_f)(void *arg, const struct learned_row *row);

/* By name: first the resizes, then the rates by number of nodes. NAME NULL:
 * of all. Iterates as history_view.h does. */
int store_each_learned(struct store *store, const char *name,
                       learned_row_f each, void *arg, struct err *err);

#endif
