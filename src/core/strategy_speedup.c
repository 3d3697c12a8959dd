/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each node goes where it brings most, and comes from where it is missed least:
 * by the part of what a job has left to do that it does in a second, more with
 * one node more. Node by node that is the best division where no further node
 * brings more than the one before (Fox, Operations Research 14(2), 1966); that
 * jobs which have less left get more is heSRPT (Berg, Vesilo, Harchol-Balter,
 * Performance Evaluation 144, 2020).
 */
#include <math.h>

#include "core/progress.h"
#include "core/strategies.h"

/* Of node N of JOB, the others being there. */
static double value(const struct job *job, uint32_t n, time_us now)
{
    const struct job_request *request = &job->request;
    double now_takes = job_relative_time(request, idset_count(&job->nodes));
    double takes = job_relative_time(request, n);
    double took = n > 1 ? job_relative_time(request, n - 1) : INFINITY;
    double left = (double)progress_left(job, now) + 1;

    return (1 / takes - 1 / took) * now_takes / left;
}

static double grow(const struct job *job, uint32_t n, time_us now)
{
    return value(job, idset_count(&job->nodes) + n + 1, now);
}

static double shrink(const struct job *job, uint32_t n, time_us now)
{
    return -value(job, idset_count(&job->nodes) - n, now);
}

const struct strategy strategy_expand_speedup = {.name = "speedup",
                                                 .score_at = grow};
const struct strategy strategy_shrink_speedup = {.name = "speedup",
                                                 .score_at = shrink};
