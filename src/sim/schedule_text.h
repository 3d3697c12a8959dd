/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A simulated schedule as text for other programs: one line per job, in the
 * order of the workload. Times are seconds, with a fraction where there is one;
 * -1 stands for what did not happen.
 */
#ifndef ERM_SIM_SCHEDULE_TEXT_H
#define ERM_SIM_SCHEDULE_TEXT_H

#include "base/strbuf.h"
#include "sim/sim.h"

/* Both append. CSV: job,submit,start,end,procs,run,req, and then nodes (at the
 * start), last_nodes, grows, shrinks, node_seconds, state. */
void schedule_text_csv(const struct workload *workload,
                       const struct sim_result *result, struct strbuf *out);
/* The columns of Batsim's *_jobs.csv that have a meaning here. Source:
 * https://batsim.readthedocs.io/en/latest/output-jobs.html */
void schedule_text_batsim(const struct workload *workload,
                          const struct sim_result *result, struct strbuf *out);
/* A trace again: submit + wait = start, run is what it took. */
void schedule_text_swf(const struct workload *workload,
                       const struct sim_result *result, struct strbuf *out);

#endif
