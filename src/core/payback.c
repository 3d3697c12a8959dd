/* SPDX-License-Identifier: BSD-2-Clause */
/* What growing saves, and what it costs. */
#include "core/payback.h"

#include "core/progress.h"

uint32_t payback_fastest(const struct job_request *request)
{
    const struct job_runtime *best = request->runtimes;

    if (request->n_runtimes == 0)
        return UINT32_MAX;
    for (uint32_t i = 1; i < request->n_runtimes; i++) {
        if (request->runtimes[i].runtime < best->runtime)
            best = &request->runtimes[i];
    }
    return best->nodes;
}

/* The last entry below N, or LOW when there is none above it: from there to N
 * the run time only rises or only falls. */
static uint32_t start_of_piece(const struct job_request *request, uint32_t low,
                               uint32_t n)
{
    uint32_t start = low;

    for (uint32_t i = 0; i < request->n_runtimes; i++) {
        if (request->runtimes[i].nodes > low && request->runtimes[i].nodes < n)
            start = request->runtimes[i].nodes;
    }
    return start;
}

/* The last size from LOW, where the run time is below LIMIT, to HIGH, where it
 * is not any more. */
static uint32_t last_below(const struct job_request *request, uint32_t low,
                           uint32_t high, double limit)
{
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;

        if (job_relative_time(request, middle) < limit)
            low = middle;
        else
            high = middle;
    }
    return low;
}

uint32_t payback_size(const struct job *job, time_us now, uint32_t most,
                      const struct payback *rule)
{
    const struct job_request *request = &job->request;
    uint32_t has = idset_count(&job->nodes), fastest = payback_fastest(request);
    dur_us left = progress_left(job, now);
    double limit = job_relative_time(request, has);
    double part = rule->part;

    if (left <= job->resize_cost)
        return 0;
    if (left != TIME_NEVER)
        part += rule->costs * (double)job->resize_cost / (double)left;
    limit *= 1 - part;
    if (most > fastest)
        most = fastest;
    while (most > has) {
        uint32_t start = start_of_piece(request, has, most);

        if (job_relative_time(request, most) < limit)
            return most;
        if (start > has && job_relative_time(request, start) < limit)
            return last_below(request, start, most, limit);
        most = start;
    }
    return 0;
}

dur_us payback_learn(dur_us known, dur_us measured)
{
    return known == 0 ? measured : known + (measured - known) / 4;
}
