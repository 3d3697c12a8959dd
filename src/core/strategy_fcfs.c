/* SPDX-License-Identifier: BSD-2-Clause */
/* Oldest jobs grow first; newest jobs shrink first. */
#include "core/strategies.h"

static double grow(const struct job *job, time_us now)
{
    (void)now;
    return -(double)job->arrival;
}

static double shrink(const struct job *job, time_us now)
{
    (void)now;
    return (double)job->arrival;
}

const struct strategy strategy_expand_fcfs = {.name = "fcfs", .score = grow};
const struct strategy strategy_shrink_fcfs = {.name = "fcfs", .score = shrink};
