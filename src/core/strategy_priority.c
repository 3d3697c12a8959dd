/* SPDX-License-Identifier: BSD-2-Clause */
/* High priority grows first, low priority shrinks first. */
#include "core/strategies.h"

static double grow(const struct job *job, time_us now)
{
    (void)now;
    return job->request.priority;
}

static double shrink(const struct job *job, time_us now)
{
    (void)now;
    return -(double)job->request.priority;
}

const struct strategy strategy_expand_priority = {.name = "priority",
                                                  .score = grow};
const struct strategy strategy_shrink_priority = {.name = "priority",
                                                  .score = shrink};
