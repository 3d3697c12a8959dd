/* SPDX-License-Identifier: BSD-2-Clause */
/* Nodes are dealt round, one to each job in turn, smallest job first;
 * taken round likewise, largest job first. */
#include "core/strategies.h"

static double grow(const struct job *job, time_us now)
{
    (void)now;
    return -(double)job_n_nodes(job);
}

static double shrink(const struct job *job, time_us now)
{
    (void)now;
    return job_n_nodes(job);
}

const struct strategy strategy_expand_equal = {
    .name = "equal", .score = grow, .is_shared = true};
const struct strategy strategy_shrink_equal = {
    .name = "equal", .score = shrink, .is_shared = true};
