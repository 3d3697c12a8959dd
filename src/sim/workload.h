/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is to be simulated: jobs by rising submit time, and the number of nodes
 * of the machine. Nothing here decides when or where a job runs.
 */
#ifndef ERM_SIM_WORKLOAD_H
#define ERM_SIM_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "codec/swf.h"
#include "core/job.h"

struct sim_job {
    int64_t id;     /* the trace's; need not be unique */
    uint64_t like;  /* jobs of one user, or name, run alike; 0 = nobody knows */
    time_us submit; /* >= 0, since the start of the trace */
    dur_us run;     /* at `pref` nodes; >= 0 */
    dur_us requested; /* what its user said; > 0, TIME_NEVER = no limit */
    dur_us walltime;  /* what the scheduler is told; the same, or better */
    uint32_t min, pref, max; /* nodes; 1 <= min <= pref <= max */
    enum job_kind kind;
    int32_t priority;
    double serial_fraction; /* Amdahl's; 0 = linear speed-up */
    uint32_t n_runtimes;
    struct job_runtime *runtimes;      /* owned, by rising nodes; NULL = none */
    const struct job_request *request; /* borrowed: what else it asks for
                                        * (dependencies by core ids...);
                                        * NULL = nothing */
};

struct workload {
    struct sim_job *jobs; /* owned */
    size_t n, size;
    uint32_t n_nodes; /* of the machine */
};

/* How a rigid trace is made malleable (doc/simulate.md). */
enum malleable_model {
    MALLEABLE_L2,        /* linear speed-up, from half to twice its size */
    MALLEABLE_E80,       /* Amdahl with efficiency 0.8 at its size */
    MALLEABLE_L2_SHRINK, /* as L2, but never larger than its size */
};

void workload_init(struct workload *workload, uint32_t n_nodes);
void workload_release(struct workload *workload);
/* Copies JOB with its runtimes, to the end; workload_sort() afterwards. */
void workload_add(struct workload *workload, const struct sim_job *job);
/* Appends the jobs of SWF, rigid, a processor being a node. Their size is the
 * requested number of processors, or else the allocated one; without a
 * requested time a job has no limit, and it is ended at its limit. 0, or -1
 * and ERR (ERR_INPUT, "NAME:LINE: ..."), nothing appended, when a job cannot
 * be replayed: no size or run time, larger than the machine, submitted before
 * 0; swf_normalise() leaves none of these. Sorted afterwards. */
int workload_add_swf(struct workload *workload, const struct swf *swf,
                     const char *name, struct err *err);
/* By submit time; jobs of one instant keep their order. */
void workload_sort(struct workload *workload);
/* Keeps the first N jobs. */
void workload_head(struct workload *workload, size_t n);
/* Keeps what is submitted before UNTIL. The jobs are sorted. */
void workload_until(struct workload *workload, time_us until);
/* Users know the run times: each walltime becomes the job's run time. */
void workload_use_actual(struct workload *workload);
/* Moves each submit by whole seconds, by chance from -SECONDS to +SECONDS but
 * never below 0, and sorts. The same SEED moves the same way. */
void workload_shake(struct workload *workload, uint32_t seconds, uint64_t seed);
/* Makes SHARE per cent of the jobs elastic, chosen by their id and SEED, its
 * size becoming the preferred one. A job whose size has no room in the model
 * (one node: none in E80 and L2-shrink) stays as it is. Returns how many were
 * made elastic. */
size_t workload_make_malleable(struct workload *workload,
                               enum malleable_model model, unsigned share,
                               uint64_t seed);
/* "L2", "E80", "L2-shrink"; borrowed. */
const char *malleable_model_name(enum malleable_model model);
/* The model of a name, in any case; false when there is none. */
bool malleable_model_find(const char *name, enum malleable_model *out);

#endif
