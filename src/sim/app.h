/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Models of applications: how far a job's work is, how fast it goes on at
 * which size, and how it behaves when it is offered another one.
 *
 * Work is a share, 1 at the start and 0 at the end. At N nodes all of it would
 * take run * t(N) / t(pref), t being the curve of the job (job_relative_time).
 * After each resize the job stands still for the cost, at its new size.
 */
#ifndef ERM_SIM_APP_H
#define ERM_SIM_APP_H

#include "sim/workload.h"

/* How applications behave; per cent of the resizes that they are offered. */
struct app_options {
    dur_us resize_cost;  /* it stands still after a resize */
    dur_us answer_after; /* the offer */
    double refuses, stalls, dies;
    uint64_t seed;
};

/* What a job does with an offer. */
enum app_answer {
    APP_DOES_IT,
    APP_REFUSES,
    APP_STALLS, /* never answers */
    APP_DIES,   /* in the middle of the resize, with status 1 */
};

/* One run of a job. */
struct app {
    double left;         /* share of its work */
    time_us since;       /* when the rest was told last */
    time_us still_until; /* stands still */
    time_us done_at;     /* with all of its work, if nothing changes */
    int64_t node_us;     /* node-microseconds that it has held so far */
    uint32_t n_nodes;    /* 0: does not run */
    uint32_t attempt;
    uint64_t expected; /* kept by the simulator: which end of it counts, rising
                        * over all jobs; 0 none */
};

void app_start(struct app *app, const struct sim_job *job, uint32_t n_nodes,
               time_us now);
/* It has N_NODES from NOW on, and stands still for COST. */
void app_resize(struct app *app, const struct sim_job *job, uint32_t n_nodes,
                dur_us cost, time_us now);
/* It runs no more. What it held stays in node_us, its work in `left`. */
void app_stop(struct app *app, const struct sim_job *job, time_us now);
/* To the offer number N: the same for the same seed, job and N, whatever else
 * happened. */
enum app_answer app_answer(const struct app_options *options, int64_t id,
                           uint32_t n);

#endif
