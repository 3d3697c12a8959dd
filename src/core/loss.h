/* SPDX-License-Identifier: BSD-2-Clause */
/* What it means for jobs that nodes of theirs went down (doc/states.md). */
#ifndef ERM_CORE_LOSS_H
#define ERM_CORE_LOSS_H

#include "core/sched_state.h"

/* NODES went down, and the pool knows it: each job that has some of them does
 * as its rule says; a growth that was to have one is over. */
void loss_apply(struct sched *sched, const struct idset *nodes,
                struct actions *out);

#endif
