/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The run times that the scheduler plans with. With `--estimates requested`
 * they are the walltimes, which hold: what is promised by them is kept. With
 * `predicted` they are the expected run times of those jobs that have one:
 * nearer to the truth, but a job may run longer, and a promise then slips.
 */
#ifndef ERM_CORE_ESTIMATE_H
#define ERM_CORE_ESTIMATE_H

#include "core/sched_state.h"

/* How long a job that starts on N nodes (> 0) is thought to run; at most its
 * walltime. TIME_NEVER = not known. */
dur_us estimate_at(const struct sched *sched, const struct job_request *request,
                   uint32_t n);
/* The same on the nodes that it prefers. */
dur_us estimate_preferred(const struct sched *sched,
                          const struct job_request *request);
/* The shortest at any size from min_nodes to MOST. */
dur_us estimate_shortest(const struct sched *sched,
                         const struct job_request *request, uint32_t most);
/* When JOB, which has nodes, is thought to end, looked at now; the index keeps
 * it as estimated_end. Not after its planned end, and not before now unless
 * that is. One that has outlived what was expected of it is given a minute
 * more, then five more, then fifteen...: Tsafrir, Etsion and Feitelson, IEEE
 * TPDS 18(6), 2007. */
time_us estimate_end(const struct sched *sched, const struct job *job);
/* When it is then, if it has N nodes (> 0) from now on and stands still for
 * what a resize of it costs. */
time_us estimate_end_at(const struct sched *sched, const struct job *job,
                        uint32_t n);

#endif
