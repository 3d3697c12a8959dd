/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The phases of jobs (doc/api.md, PHASE): one row for each time that a job's
 * nodes stayed the same. Also feeds the chart.
 */
#ifndef ERM_CLI_PHASE_TABLE_H
#define ERM_CLI_PHASE_TABLE_H

#include <jansson.h>

#include "base/clock.h"
#include "cli/phase_chart.h"
#include "cli/table.h"

struct cli;

struct phase_table {
    struct table table;
    struct phase_chart chart;
};

void phase_table_init(struct phase_table *phases);
void phase_table_release(struct phase_table *phases);
/* Adds the PHASES of JOB; what has not ended is drawn until NOW. */
void phase_table_add(struct phase_table *phases, const json_t *job,
                     const json_t *list, time_us now);
void phase_table_print(const struct phase_table *phases, const struct cli *cli);

#endif
