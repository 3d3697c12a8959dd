/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How good a schedule is: the numbers of the field over the jobs that ended.
 *
 * wait = first start - submit; turnaround = end - submit; bounded slowdown =
 * max(1, turnaround / max(run, 10 s)), with the run time at the job's own
 * (preferred) size also for jobs that were resized. Spans are in seconds.
 * Source: Feitelson, "Metrics for parallel job scheduling and their
 * convergence", JSSPP 2001.
 */
#ifndef ERM_SIM_METRICS_H
#define ERM_SIM_METRICS_H

#include "sim/sim.h"

/* Bound of the slowdown. */
#define SLOWDOWN_BOUND (10 * USEC_PER_SEC)

enum metric { METRIC_WAIT, METRIC_TURNAROUND, METRIC_SLOWDOWN, N_METRICS };

struct spread {
    double mean, p50, p95, p99, most;
};

/* Over some of the jobs. */
struct job_class {
    size_t n; /* that ended; 0: all else is 0 */
    struct spread spreads[N_METRICS];
    uint64_t n_resizes; /* done */
    size_t n_slower; /* than in the baseline by more than 5 % + 60 s; 0 without
                        one */
};

struct metrics {
    struct job_class all, rigid, malleable;
    size_t n_jobs;                           /* of the workload */
    size_t n_completed, n_timeout, n_failed; /* of those that ended */
    size_t n_running, n_waiting;             /* at the end */
    double makespan;                         /* last end - first submit */
    double node_seconds;                     /* allocated to jobs */
    double rigid_node_seconds; /* run * size of those that ended: what
                                * they need at their own sizes */
    double allocated, useful;  /* of the nodes' time in the makespan: the
                                * last two; 0..1 */
    uint64_t n_grows, n_shrinks, n_offers;
};

/* BASELINE: another result of the same workload, or NULL. */
void metrics_make(const struct workload *workload,
                  const struct sim_result *result,
                  const struct sim_result *baseline, struct metrics *out);
/* One job's, in seconds (the slowdown: without unit). The job has ended. */
double metrics_of_job(enum metric metric, const struct sim_job *job,
                      const struct sim_outcome *outcome);
bool metrics_is_slower(const struct sim_job *job,
                       const struct sim_outcome *outcome,
                       const struct sim_outcome *baseline);
/* "wait", "turnaround", "slowdown". */
const char *metric_name(enum metric metric);

#endif
