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

#endif
