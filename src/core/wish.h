/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wishes of running jobs for another size that wait to be granted: a list in
 * the order of wishing, one wish per job. Rules: doc/elastic.md.
 */
#ifndef ERM_CORE_WISH_H
#define ERM_CORE_WISH_H

#include "core/sched_state.h"

/* EVENT makes (EV_WISH; instead of one that waits) or ends (EV_WISH_ENDED) the
 * wish of JOB. */
void wish_apply(struct sched *sched, struct job *job, const struct event *event,
                struct actions *out);
/* The attempt of JOB is over, and a wish that it has with it: denied. */
void wish_abandon(struct sched *sched, struct job *job, struct actions *out);
/* Lists the wish that JOB has after a snapshot was read. */
void wish_restore(struct sched *sched, struct job *job);

#endif
