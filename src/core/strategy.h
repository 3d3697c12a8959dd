/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Strategies: which jobs grow into idle nodes first, and which give nodes
 * first. One file each; doc/elastic.md describes them.
 */
#ifndef ERM_CORE_STRATEGY_H
#define ERM_CORE_STRATEGY_H

#include <stdbool.h>

#include "core/job.h"

struct strategy {
    const char *name;
    /* The job with the highest score is served first; equal: lowest id. */
    double (*score)(const struct job *job, time_us now);
    bool is_shared; /* nodes are dealt round one by one, not filled up */
    /* Instead of both: the score when it has been dealt N nodes already; each
     * goes to (or comes from) the job with the highest score by then. WEIGHT is
     * what weigh() said of the job. */
    double (*weigh)(const struct job *job, time_us now);
    double (*score_at)(const struct job *job, uint32_t n, double weight);
};

/* By name, underscores and dashes alike, any case; NULL when unknown. */
const struct strategy *strategy_expand(const char *name);
const struct strategy *strategy_shrink(const char *name);
/* All names, NULL at the end, for help and for "did you mean". */
const char *const *strategy_expand_names(void);
const char *const *strategy_shrink_names(void);

#endif
