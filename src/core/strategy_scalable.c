/* SPDX-License-Identifier: BSD-2-Clause */
/* Jobs with the most headroom grow first, the largest shrink first. */
#include "core/strategies.h"

static double grow(const struct job *job, time_us now)
{
    (void)now;
    return (double)job->request.max_nodes - job_n_nodes(job);
}

static double shrink(const struct job *job, time_us now)
{
    (void)now;
    return job_n_nodes(job);
}

const struct strategy strategy_expand_scalable = {.name = "most_scalable",
                                                  .score = grow};
const struct strategy strategy_shrink_scalable = {.name = "most_nodes",
                                                  .score = shrink};
