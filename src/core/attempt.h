/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Attempts: how a job gets its nodes, how each attempt at it ends, and what
 * follows: the end of the job, the queue again, or another attempt at once on
 * the same nodes (doc/states.md, "Jobs"). JOB is indexed in all of them.
 */
#ifndef ERM_CORE_ATTEMPT_H
#define ERM_CORE_ATTEMPT_H

#include "core/sched_state.h"

void attempt_start(struct sched *sched, struct job *job,
                   const struct event *event, struct actions *out);
void attempt_started(struct sched *sched, struct job *job);
void attempt_start_failed(struct sched *sched, struct job *job,
                          const struct event *event, struct actions *out);
/* Tells an active job to end. The strongest ending counts. GRACE 0: its own. */
void attempt_kill(struct sched *sched, struct job *job, enum job_ending ending,
                  dur_us grace, struct actions *out);
void attempt_exited(struct sched *sched, struct job *job,
                    const struct event *event, struct actions *out);
/* Its shepherd vanished. */
void attempt_lost(struct sched *sched, struct job *job,
                  const struct event *event, struct actions *out);
/* JOB, pending or active, is over; it is gone after that. */
void attempt_finish(struct sched *sched, struct job *job,
                    enum job_state outcome, const struct event *event,
                    struct actions *out);
/* Back to the queue at its old place, for the next attempt. */
void attempt_go_back(struct sched *sched, struct job *job, struct actions *out);

#endif
