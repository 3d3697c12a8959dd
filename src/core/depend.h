/* SPDX-License-Identifier: BSD-2-Clause */
/* Dependencies: who comes after whom, and what the end of a job means for those
 * that wait for it. */
#ifndef ERM_CORE_DEPEND_H
#define ERM_CORE_DEPEND_H

#include "core/sched_state.h"

/* Links JOB to the live jobs that it comes after. */
void depend_link(struct sched *sched, struct job *job);
/* Takes JOB's edges out of the lists of jobs that still live. */
void depend_unlink(struct sched *sched, struct job *job);
/* JOB has ended as OUTCOME: those that wait for it know now. */
void depend_settle(struct sched *sched, struct job *job,
                   enum job_state outcome);

#endif
