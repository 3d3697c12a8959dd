/* SPDX-License-Identifier: BSD-2-Clause */
/* By parallel efficiency E(n) = S(n) / n with Amdahl's S: the most efficient
 * job grows first, the least efficient shrinks first (Amdahl, AFIPS 1967). */
#include "core/strategies.h"

static double efficiency(const struct job *job)
{
    uint32_t n = job_n_nodes(job);

    return job_speedup(&job->request, n) / n;
}

static double grow(const struct job *job, time_us now)
{
    (void)now;
    return efficiency(job);
}

static double shrink(const struct job *job, time_us now)
{
    (void)now;
    return -efficiency(job);
}

const struct strategy strategy_expand_amdahl = {.name = "amdahl",
                                                .score = grow};
const struct strategy strategy_shrink_amdahl = {.name = "amdahl",
                                                .score = shrink};
