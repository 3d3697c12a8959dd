/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many nodes a job is to have: with how many it is planned while it waits,
 * on how many it starts, and up to how many it grows (doc/elastic.md,
 * "Sizes").
 */
#ifndef ERM_CORE_SIZING_H
#define ERM_CORE_SIZING_H

#include "core/payback.h"
#include "core/sched_state.h"

/* With how many nodes JOB, which waits, is planned: for them it is promised a
 * start. */
uint32_t sizing_planned(const struct sched *sched, const struct job *job);
/* With how many it starts at once: as many, or as many as are kept for it. */
uint32_t sizing_needed(const struct sched *sched, const struct job *job);
/* On how many of N_FREE nodes JOB starts when its turn comes; 0 = it waits. */
uint32_t sizing_start(const struct sched *sched, const struct job *job,
                      uint32_t n_free);
/* Is it better for a job to start on N nodes now than to wait for WAIT to be
 * had what it is planned with? */
bool sizing_is_worth(const struct sched *sched,
                     const struct job_request *request, uint32_t n,
                     dur_us wait);
/* What it is worth that others give JOB, which else waits for WAIT, what it is
 * planned with (donors.h). */
double sizing_worth(const struct sched *sched, const struct job *job,
                    dur_us wait);
/* Up to how many nodes JOB grows while others wait, or nobody does. */
uint32_t sizing_limit(const struct sched *sched, const struct job *job,
                      bool is_awaited);
/* What its growth has to save. */
const struct payback *sizing_payback(const struct sched *sched,
                                     const struct job *job);

#endif
