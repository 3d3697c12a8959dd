/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long a job may run at a size. Without `walltime_scales` that is its
 * walltime at any size. With it the walltime is meant at the size that the job
 * prefers (pref_nodes, or min_nodes), and at another one it is as much longer
 * or shorter as the job is slower or faster there (job_relative_time()).
 */
#ifndef ERM_CORE_WALLTIME_H
#define ERM_CORE_WALLTIME_H

#include "core/job.h"

/* SPAN, meant at the size that REQUEST prefers, at N nodes (> 0): to the
 * nearest microsecond, at least one. */
dur_us walltime_scaled(const struct job_request *request, dur_us span,
                       uint32_t n);
/* The walltime at N nodes (> 0); TIME_NEVER = no limit. */
dur_us walltime_at(const struct job_request *request, uint32_t n);
/* The shortest that it has at any size from min_nodes to MOST, and the longest
 * up to max_nodes. */
dur_us walltime_shortest(const struct job_request *request, uint32_t most);
dur_us walltime_longest(const struct job_request *request);

/* What a job that has started has from its start to its planned end;
 * TIME_NEVER = no limit. */
dur_us walltime_of_run(const struct job *job);
/* When JOB, which has started, has to end if its walltime is WALLTIME from now
 * on: what it has done so far is done. */
time_us walltime_new_end(const struct job *job, dur_us walltime);
/* When what was to end at END with N_BEFORE nodes has to end with N: what is
 * left of its time is left at the new size. It stands still for COST, which
 * counts at the size where that is more. */
time_us walltime_end_at(const struct job_request *request, time_us end,
                        uint32_t n_before, uint32_t n, dur_us cost,
                        time_us now);
/* JOB, which had N_BEFORE nodes, has others now, and ends when that says.
 * False: its planned end is as before. */
bool walltime_follow(struct job *job, uint32_t n_before, dur_us cost,
                     time_us now);

#endif
