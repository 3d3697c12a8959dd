/* SPDX-License-Identifier: BSD-2-Clause */
/* Running jobs that give nodes for one that waits, and what that costs them. */
#ifndef ERM_CORE_DONORS_H
#define ERM_CORE_DONORS_H

#include "core/sched_state.h"

/* All who may shrink now, borrowed until the next such list: `first` is what
 * they have above the sizes that they prefer. */
struct candidates *donors_find(struct sched *sched);
/* Nodes that JOB can give at all: usable ones, not its first, none below its
 * least size. */
uint32_t donors_spare(const struct sched *sched, const struct job *job);
/* And those of its SPARE nodes that it has above the size that it prefers. */
uint32_t donors_above(const struct job *job, uint32_t spare);
/* What the DONORS lose when they give what they are dealt to JOB: seconds,
 * weighted as donors_worth() does. */
double donors_loss(const struct sched *sched, const struct candidates *donors,
                   const struct job *job);
/* What it is worth that JOB ends so much EARLIER (TIME_NEVER: that it ends at
 * all; below 0 it ends later). */
double donors_worth(const struct sched *sched, const struct job *job,
                    dur_us earlier);
/* Asks the DONORS to give JOB what they are dealt. With IS_KEPT these nodes
 * and all idle ones are kept for it: a reservation. */
void donors_ask(struct sched *sched, const struct candidates *donors,
                const struct job *job, bool is_kept, struct actions *out);

#endif
