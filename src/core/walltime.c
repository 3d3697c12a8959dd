/* SPDX-License-Identifier: BSD-2-Clause */
/* Walltimes that follow the size. */
#include "core/walltime.h"

/* Far more than any walltime, and far from an overflow. */
#define LONGEST (TIME_NEVER / 4)

static dur_us times(dur_us span, double factor)
{
    double product = (double)span * factor;

    if (product >= (double)LONGEST)
        return LONGEST;
    return product < 1 ? 1 : (dur_us)(product + 0.5);
}

dur_us walltime_scaled(const struct job_request *request, dur_us span,
                       uint32_t n)
{
    uint32_t preferred = job_preferred_size(request);

    if (span == TIME_NEVER || n == preferred)
        return span;
    return times(span, job_relative_time(request, n) /
                           job_relative_time(request, preferred));
}

dur_us walltime_at(const struct job_request *request, uint32_t n)
{
    return request->walltime_scales
               ? walltime_scaled(request, request->walltime, n)
               : request->walltime;
}

/* Between two entries of its run times it only rises or only falls. */
static dur_us outermost(const struct job_request *request, uint32_t most,
                        bool is_longest)
{
    dur_us best = walltime_at(request, request->min_nodes);
    dur_us other = walltime_at(request, most);

    if (is_longest ? other > best : other < best)
        best = other;
    if (!request->walltime_scales)
        return best;
    for (uint32_t i = 0; i < request->n_runtimes; i++) {
        uint32_t n = request->runtimes[i].nodes;

        if (n < request->min_nodes || n > most)
            continue;
        other = walltime_at(request, n);
        if (is_longest ? other > best : other < best)
            best = other;
    }
    return best;
}

dur_us walltime_shortest(const struct job_request *request, uint32_t most)
{
    return outermost(request, most, false);
}

dur_us walltime_longest(const struct job_request *request)
{
    return outermost(request, request->max_nodes, true);
}

dur_us walltime_of_run(const struct job *job)
{
    return time_between(job->started, job->planned_end);
}

time_us walltime_new_end(const struct job *job, dur_us walltime)
{
    const struct job_request *request = &job->request;
    uint32_t n = idset_count(&job->nodes);

    if (walltime == TIME_NEVER)
        return TIME_NEVER;
    if (!request->walltime_scales)
        return time_add(job->started, walltime);
    if (job->planned_end == TIME_NEVER)
        return time_add(job->started, walltime_scaled(request, walltime, n));
    return time_add(job->planned_end,
                    walltime_scaled(request, walltime, n) -
                        walltime_scaled(request, request->walltime, n));
}

time_us walltime_end_at(const struct job_request *request, time_us end,
                        uint32_t n_before, uint32_t n, dur_us cost, time_us now)
{
    double ratio;
    dur_us left;

    if (!request->walltime_scales || end == TIME_NEVER || end <= now)
        return end;
    ratio =
        job_relative_time(request, n) / job_relative_time(request, n_before);
    left = times(end - now, ratio);
    if (cost > 0 && ratio > 1)
        cost = times(cost, ratio);
    return time_add(now, time_add(left, cost));
}

bool walltime_follow(struct job *job, uint32_t n_before, dur_us cost,
                     time_us now)
{
    time_us before = job->planned_end;
    uint32_t n = idset_count(&job->nodes);

    if (n > 0)
        job->planned_end =
            walltime_end_at(&job->request, before, n_before, n, cost, now);
    return job->planned_end != before;
}
