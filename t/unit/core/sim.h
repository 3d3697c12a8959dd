/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small simulator in whole seconds, "batch order": at each instant all
 * completions, then all submissions in order, then one pass. It drives the
 * real scheduler with a given load and notes when each job starts.
 */
#ifndef ERM_T_CORE_SIM_H
#define ERM_T_CORE_SIM_H

#include "core/sched.h"

struct sim_job {
    int64_t submit, walltime, runtime; /* seconds; runtime <= walltime */
    uint32_t min_nodes, pref_nodes, max_nodes;
    enum job_kind kind;
    int64_t start;   /* out; -1 = not yet */
    int64_t promise; /* out: the first one that it had as the head; -1 none */
    bool is_ended;
};

struct sim {
    struct sched *sched; /* owned */
    struct actions actions;
    struct sim_job *jobs; /* borrowed, by rising submit; job i has id i + 1 */
    size_t n, n_submitted, n_ended;
    int64_t now;
    uint64_t random; /* how jobs answer directives; 0 = never */
    bool is_wishing; /* running jobs ask for more */
    struct sim_answer {
        int64_t when, job;
        uint64_t seq;
        enum event_type type;
    } * answers; /* owned */
    size_t n_answers, size_answers;
    int n_late;     /* starts after the first promise */
    int64_t latest; /* the most that any was after it, seconds */
    int n_granted;  /* wishes */
    int n_grows, n_shrinks, n_backfilled;
};

/* Runs JOBS to the end on N_NODES nodes. */
void sim_run(struct sim *sim, const struct sched_config *config,
             uint32_t n_nodes, struct sim_job *jobs, size_t n);
/* A random load: bursts of arrivals, many equal times. Elastic ones: every
 * second job. */
void sim_make_jobs(uint64_t *random, uint32_t n_nodes, bool is_elastic,
                   struct sim_job *jobs, size_t n);

#endif
