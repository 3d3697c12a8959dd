/* SPDX-License-Identifier: BSD-2-Clause */
/* Jobs with the longest walltime grow first, the shortest shrink first. */
#include "core/strategies.h"

static double grow(const struct job *job, time_us now)
{
    (void)now;
    return (double)job->request.walltime;
}

static double shrink(const struct job *job, time_us now)
{
    (void)now;
    return -(double)job->request.walltime;
}

const struct strategy strategy_expand_length = {.name = "longest",
                                                .score = grow};
const struct strategy strategy_shrink_length = {.name = "shortest",
                                                .score = shrink};
