/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each node goes where it brings most, and comes from where it is missed least:
 * by the part of what a job has left to do that it does in a second, more with
 * one node more. Node by node that is the best division where no further node
 * brings more than the one before (Fox, Operations Research 14(2), 1966); that
 * jobs which have less left get more is heSRPT (Berg, Vesilo, Harchol-Balter,
 * Performance Evaluation 144, 2020).
 */
#include "core/progress.h"
#include "core/strategies.h"

/* One over what it has left to do. */
static double weigh(const struct job *job, time_us now)
{
    double left = (double)progress_left(job, now) + 1;

    return job_relative_time(&job->request, idset_count(&job->nodes)) / left;
}

/* What node N brings, the others being there. */
static double gain(const struct job_request *request, uint32_t n)
{
    double speed = 1 / job_relative_time(request, n);

    return n > 1 ? speed - 1 / job_relative_time(request, n - 1) : speed;
}

static double grow(const struct job *job, uint32_t n, double weight)
{
    return weight * gain(&job->request, idset_count(&job->nodes) + n + 1);
}

static double shrink(const struct job *job, uint32_t n, double weight)
{
    return -weight * gain(&job->request, idset_count(&job->nodes) - n);
}

const struct strategy strategy_expand_speedup = {
    .name = "speedup", .weigh = weigh, .score_at = grow};
const struct strategy strategy_shrink_speedup = {
    .name = "speedup", .weigh = weigh, .score_at = shrink};
