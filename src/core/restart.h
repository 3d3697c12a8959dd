/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting again in place: a job that ended in order to run on ("checkpointed,
 * run me again", or cut off by a lost node) starts at once on the nodes that it
 * is to have, and they never leave it. That is also how a program without any
 * other means is resized (doc/states.md, "Starting again in place").
 */
#ifndef ERM_CORE_RESTART_H
#define ERM_CORE_RESTART_H

#include "core/sched_state.h"

/* The exit code by which a program asks for it. */
#define RESTART_CODE 85

/* Does EVENT (EV_EXITED) say that JOB's program wants to run again? */
bool restart_is_asked(const struct job *job, const struct event *event);
/* How many nodes JOB would have if it started again now. */
uint32_t restart_size(const struct sched *sched, const struct job *job);
/* The attempt of JOB is over by EVENT, and it starts again at once; an open
 * directive is done by that. Past its walltime it has timed out, with too few
 * nodes it goes back to the queue; one that ends again and again at once has to
 * wait, and ends as OUTCOME in the end. JOB is indexed. */
void restart(struct sched *sched, struct job *job, const struct event *event,
             enum job_state outcome, struct actions *out);

#endif
