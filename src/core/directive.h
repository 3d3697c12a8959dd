/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of a directive: the second machine of doc/states.md. */
#ifndef ERM_CORE_DIRECTIVE_H
#define ERM_CORE_DIRECTIVE_H

#include "core/sched_state.h"

/* Applies an event about JOB's directive: offer, shown, accepted, refused,
 * done, failed, withdraw, withdrawn, force, forced. JOB is in no index. */
void directive_apply(struct sched *sched, struct job *job,
                     const struct event *event, struct actions *out);
/* Ends JOB's open directive, if there is one, as FAILED because the attempt
 * ends. Offered nodes go back to the pool. */
void directive_abandon(struct sched *sched, struct job *job,
                       struct actions *out);
/* JOB starts again in place: its open directive, if there is one, is done by
 * that (or forced). No phase is told. JOB is in no index. */
void directive_conclude(struct sched *sched, struct job *job,
                        struct actions *out);
/* JOB goes on without GONE, nodes of its own that went down: a directive that
 * nobody was asked to follow, forced from the first. No other one is open, and
 * JOB is in no index. */
void directive_lose(struct sched *sched, struct job *job,
                    const struct idset *gone, struct actions *out);

#endif
