/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who had which node when, drawn as text: one row per node, time across.
 *
 *     n1 |aaaaaaabbbbbb|
 *     n2 |aaaaaaa..BBBB|     a letter per job; capitals: nodes a job grew into
 *     n3 |...AAAA......|     (not there at its start); '.': idle
 */
#ifndef ERM_CLI_PHASE_CHART_H
#define ERM_CLI_PHASE_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/strbuf.h"

struct chart_bar {
    size_t node; /* index into nodes */
    size_t job;  /* index into jobs */
    time_us start, end;
    bool is_grown;
};

struct chart_job {
    int64_t id;
    char *name; /* owned */
    bool has_grown;
};

struct phase_chart {
    char **nodes; /* owned, in the order of their first use; shown sorted */
    size_t n_nodes;
    struct chart_job *jobs; /* owned, as above */
    size_t n_jobs;
    struct chart_bar *bars; /* owned */
    size_t n_bars, bars_size;
};

void phase_chart_init(struct phase_chart *chart);
void phase_chart_release(struct phase_chart *chart);
/* Job ID (its NAME is copied) had NODE from START to END. IS_GROWN: the node
 * came after the start of the job. */
void phase_chart_add(struct phase_chart *chart, int64_t id, const char *name,
                     const char *node, time_us start, time_us end,
                     bool is_grown);
/* Appends the chart with an axis and a legend, at most WIDTH characters wide
 * (40 at least); nothing when no bar was added. Times are local. */
void phase_chart_format(const struct phase_chart *chart, unsigned width,
                        struct strbuf *out);

#endif
