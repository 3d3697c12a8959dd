/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The simulator: the scheduler's own core, fed with a workload under a virtual
 * clock. It decides nothing: what starts where and who is resized comes out of
 * sched_step() alone.
 *
 * Times are those of the workload, in whole microseconds.
 */
#ifndef ERM_SIM_SIM_H
#define ERM_SIM_SIM_H

#include "core/sched.h"
#include "sim/app.h"

/*
 * What happens at the same instant is told to the scheduler in this order:
 * batch: all ends, all submits in the order of the workload, then one pass;
 * pyss: first, without a pass, the ends that were planned for now; then each
 * submit with its own pass, then each other end with its own.
 */
enum sim_order { SIM_BATCH, SIM_PYSS };

/* A decision of the core: any action but records, wake-ups and answers. */
typedef void sim_decided_f(void *context, time_us now,
                           const struct action *action);
/* Now and then, with how many jobs have ended. */
typedef void sim_progress_f(void *context, size_t n_ended);

struct sim_options {
    struct sched_config sched;
    struct app_options app;
    enum sim_order order;
    /* As what the malleable jobs of a trace are submitted: JOB_ELASTIC,
     * JOB_MOLDABLE, or JOB_RIGID at their preferred size. */
    enum job_kind malleable_as;
    bool is_killed_at_walltime; /* else a job goes on until its work is done */
    time_us until;              /* nothing happens after that; TIME_NEVER */
    dur_us node_mtbf;           /* of one node; 0 = none fails */
    dur_us node_repair;
    sim_decided_f *decided;   /* may be NULL */
    sim_progress_f *progress; /* may be NULL */
    void *context;            /* of both */
};

/* sched_config_init, no cost, no bad manners, batch, elastic, no end, no
 * failures. */
void sim_options_init(struct sim_options *options);

/* What became of one job. */
struct sim_outcome {
    time_us start, end;  /* first start; TIME_NEVER = did not */
    int64_t node_us;     /* node-microseconds that it held, in all attempts */
    uint32_t n_nodes;    /* at its first start */
    uint32_t last_nodes; /* at its end */
    uint32_t n_offers;   /* resizes that it was told of */
    uint32_t n_grows, n_shrinks; /* that were done */
    enum job_state state; /* JOB_PENDING or JOB_RUNNING: no end by `until`, or
                           * it could not start */
};

struct sim_result {
    struct sim_outcome *jobs; /* owned, as those of the workload */
    size_t n, n_ended;
    uint64_t n_events, n_failures; /* told to the core; of nodes */
    uint64_t n_done, n_refused, n_expired, n_failed, n_forced; /* resizes */
};

void sim_result_release(struct sim_result *result);

/* Borrows all. 0 and OUT (owned), or -1 and ERR: more jobs than the core can
 * number, or one that it does not take. */
int sim_run(const struct workload *workload, const struct sim_options *options,
            struct sim_result *out, struct err *err);

#endif
