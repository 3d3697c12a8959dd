/* SPDX-License-Identifier: BSD-2-Clause */
/* Jobs with the most time left grow first, with the least shrink first. */
#include "core/strategies.h"

static double grow(const struct job *job, time_us now)
{
    return (double)job->planned_end - (double)now;
}

static double shrink(const struct job *job, time_us now)
{
    return (double)now - (double)job->planned_end;
}

const struct strategy strategy_expand_remaining = {.name = "most_remaining",
                                                   .score = grow};
const struct strategy strategy_shrink_remaining = {.name = "least_remaining",
                                                   .score = shrink};
