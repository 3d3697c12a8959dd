/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The queue: pending jobs that may start, by priority, then arrival (FCFS).
 *
 * Beside the tree of all jobs there is one for each class of sizes, whose
 * subtrees know their shortest walltime: backfilling finds the next job that
 * fits without looking at the others, in O(classes + log n). One tree alone
 * does not do: nearly every large subtree has a small job and a short one.
 * Where backfilling tries the shortest jobs first, another one has them in
 * that order.
 */
#ifndef ERM_CORE_QUEUE_H
#define ERM_CORE_QUEUE_H

#include "core/job.h"

/* Sizes below 16 are classes of their own, larger ones are in eighths of an
 * octave. */
#define QUEUE_CLASSES (16 + 28 * 8)

struct queue {
    struct tree tree;
    struct tree classes[QUEUE_CLASSES];
    uint64_t used[(QUEUE_CLASSES + 63) / 64]; /* classes that are not empty */
    struct tree shortest;                     /* by walltime, then in order */
    bool keeps_shortest;
};

void queue_init(struct queue *queue);
/* Keeps the second order, or does not. O(n log n) when that changes. */
void queue_keep_shortest(struct queue *queue, bool keep);
void queue_add(struct queue *queue, struct job *job);
void queue_remove(struct queue *queue, struct job *job);
/* The first job, and the one after JOB; NULL at the end. */
struct job *queue_first(const struct queue *queue);
struct job *queue_next(const struct job *job);
/* The one before JOB; NULL at the start. */
struct job *queue_prev(const struct job *job);
size_t queue_count(const struct queue *queue);
/* How many stand before JOB. */
size_t queue_rank(const struct job *job);
/* The smallest minimum size in the queue; UINT32_MAX when it is empty. */
uint32_t queue_min_nodes(const struct queue *queue);
/* The longest that a job of the queue needs (job->needs); -1 when empty. */
dur_us queue_max_needs(const struct queue *queue);
/* Some job that needs longer THAN this, NULL if none. */
struct job *queue_find_longer(const struct queue *queue, dur_us than);

/* A hole: N_FREE nodes now, but only N_EXTRA of them for longer than LONGEST.
 */
struct queue_hole {
    uint32_t n_free, n_extra;
    dur_us longest;
};
/* The first job after AFTER (NULL: from the start) whose minima fit: min <=
 * n_free and (shortest <= longest or min <= n_extra), `shortest` its walltime
 * at its best start. NULL if none. Where the walltime follows the size it may
 * still not fit. */
struct job *queue_find(const struct queue *queue, const struct job *after,
                       const struct queue_hole *hole);
/* The same by any rule: does a job of so many nodes and that walltime fit? Who
 * is smaller or shorter than one that fits must fit, too. */
typedef bool queue_fits_f(const void *context, uint32_t min_nodes,
                          dur_us walltime);
struct job *queue_find_by(const struct queue *queue, const struct job *after,
                          queue_fits_f *fits, const void *context);
/* By rising walltime, the first of equals first: the first after AFTER (NULL:
 * from the start) that fits, or NULL; and the one before JOB. The queue must
 * keep that order. O(log n). */
struct job *queue_find_shortest(const struct queue *queue,
                                const struct job *after,
                                const struct queue_hole *hole);
struct job *queue_prev_shortest(const struct job *job);

#endif
