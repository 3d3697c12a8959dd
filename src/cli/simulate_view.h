/* SPDX-License-Identifier: BSD-2-Clause */
/* Results of simulations, for people and as JSON (doc/simulate.md). */
#ifndef ERM_CLI_SIMULATE_VIEW_H
#define ERM_CLI_SIMULATE_VIEW_H

#include "cli/cli.h"
#include "cli/simulate_load.h"
#include "cli/simulate_options.h"
#include "sim/metrics.h"

/* One policy's run. */
struct simulate_run {
    const char *name; /* borrowed: in words */
    struct sched_config config;
    enum job_kind malleable_as; /* as what they are submitted */
    struct sim_result result;   /* owned; the jobs only while they are needed */
    struct metrics metrics;
    double seconds; /* of the processor */
};

/* What was simulated: the workload, and all that it was changed by. */
void simulate_view_workload(FILE *out, const struct simulate_options *options,
                            const struct simulate_load *load);
/* One policy. */
void simulate_view_run(const struct cli *cli, const struct simulate_run *run);
/* Several, side by side, with the change in per cent against the first. */
void simulate_view_compare(const struct cli *cli,
                           const struct simulate_run *runs, size_t n);
/* Returns owned: all of it. */
json_t *simulate_view_json(const struct simulate_options *options,
                           const struct simulate_load *load,
                           const struct simulate_run *runs, size_t n);

#endif
