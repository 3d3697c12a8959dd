/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of one step, shared by the files that decide. */
#ifndef ERM_CORE_STEP_H
#define ERM_CORE_STEP_H

#include "core/sched_state.h"

/* Records and applies a decision: EVENT's content is taken. */
void step_decide(struct sched *sched, struct event *event, struct actions *out);

/* schedule.c: everything that is due at sched->now, then FCFS, backfilling,
 * shrinking for the head, growing into idle nodes; wake_at last. */
void step_schedule(struct sched *sched, struct actions *out);
/* Starts JOB on N of the nodes it may have. */
void step_start(struct sched *sched, struct job *job, uint32_t n,
                struct actions *out);

/* backfill.c: starts what fits behind HEAD, which waits. */
void step_backfill(struct sched *sched, const struct job *head,
                   struct actions *out);

/* admit.c: what can be done for HEAD, which does not fit. Returns whether it
 * has started or others shrink for it. */
bool step_admit(struct sched *sched, struct job *head, struct actions *out);
/* Others shrink for one job behind HEAD, which waits, if that delays it not. */
void step_admit_behind(struct sched *sched, const struct job *head,
                       struct actions *out);

/* grow.c */
/* N_CLAIMED of the idle nodes are kept for wishes that wait. */
void step_grow(struct sched *sched, const struct job *head, uint32_t n_claimed,
               struct actions *out);
/* Has JOB no open directive, no cool-down, and is it not being ended? */
bool step_may_resize(const struct sched *sched, const struct job *job);
/* Does JOB end before the head's promised start? Then nodes that it is given
 * come back in time; otherwise it may only have extra ones. */
bool step_ends_in_time(const struct sched *sched, const struct job *job,
                       const struct queue_hole *hole);

/* resize.c: a user's or a job's own request. -1 and ERR. */
int step_resize(struct sched *sched, const struct event *event,
                struct actions *out, struct err *err);
/* Why JOB cannot grow or shrink by N nodes: ever, at its size, or now. 0 when
 * it can, otherwise -1 and ERR. */
int step_explain_bounds(const struct job *job, enum directive_op op, uint32_t n,
                        struct err *err);
int step_explain_refusal(const struct sched *sched, const struct job *job,
                         enum directive_op op, uint32_t n, struct err *err);

/* wishes.c: a wish of JOB (EV_RESIZE_ASKED) is granted, queued, or refused: -1
 * and ERR. */
int step_wish(struct sched *sched, struct job *job, const struct event *asked,
              struct actions *out, struct err *err);
/* Grants wishes that wait, oldest first, and ends those that have waited too
 * long. Returns how many idle nodes are kept for the others. */
uint32_t step_wishes(struct sched *sched, struct actions *out);

/* resize.c: offers JOB to grow by or to give up DELTA (its content is taken).
 */
void step_offer(struct sched *sched, struct job *job, enum directive_op op,
                struct idset *delta, enum asker asker, int64_t for_job,
                dur_us done_within, struct actions *out);
/* When JOB has to be done with what it is offered now; DONE_WITHIN = 0: its
 * own. */
time_us step_done_by(const struct sched *sched, const struct job *job,
                     dur_us done_within);

#endif
