/* SPDX-License-Identifier: BSD-2-Clause */
/* How far a job says that it is, and what follows for its end. */
#ifndef ERM_CORE_PROGRESS_H
#define ERM_CORE_PROGRESS_H

#include "core/event.h"

/* Is it news that JOB has N parts per million done at NOW? Small steps and
 * quick ones are not: they would only fill the journal. */
bool progress_is_news(const struct job *job, uint32_t n, time_us now);
void progress_apply(struct job *job, uint32_t n, time_us now);
/* The size of JOB changed, or it starts again: its speed has to be measured
 * anew. */
void progress_measure_anew(struct job *job);
/* How long JOB will run on at its present size: as fast as it was so far, or
 * until its planned end when it did not say, never longer than that. TIME_NEVER
 * = nobody knows. */
dur_us progress_left(const struct job *job, time_us now);

#endif
