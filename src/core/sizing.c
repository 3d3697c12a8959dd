/* SPDX-License-Identifier: BSD-2-Clause */
/* See sizing.h. */
#include "core/sizing.h"

#include "core/donors.h"
#include "core/estimate.h"
#include "core/index.h"
#include "core/walltime.h"

/* Does it have a size of its own, between others, that is to be kept to? */
static bool has_preference(const struct sched *sched,
                           const struct job_request *request)
{
    return sched->config.sizing == SIZING_PREFERRED && request->pref_nodes > 0;
}

uint32_t sizing_planned(const struct sched *sched, const struct job *job)
{
    const struct job_request *request = &job->request;
    uint32_t n_usable;

    if (!has_preference(sched, request) ||
        request->pref_nodes == request->min_nodes)
        return request->min_nodes;
    n_usable = idset_count(&sched->pool.usable);
    if (request->pref_nodes <= n_usable)
        return request->pref_nodes;
    return n_usable > request->min_nodes ? n_usable : request->min_nodes;
}

/* Nobody else waits for the nodes that are idle; and it can give them back. */
static bool is_alone(const struct sched *sched, const struct job *job)
{
    return sched->config.mode == MODE_ELASTIC && sched->first_wish == NULL &&
           queue_count(&sched->queue) == (job->is_queued ? 1 : 0);
}

/* It gets no faster with more. */
static uint32_t largest_useful(const struct job_request *request)
{
    uint32_t n = payback_fastest(request);

    if (n < request->pref_nodes)
        n = request->pref_nodes;
    return n < request->max_nodes ? n : request->max_nodes;
}

uint32_t sizing_needed(const struct sched *sched, const struct job *job)
{
    return job->request.id == sched->reservation.job
               ? idset_count(&sched->reservation.nodes)
               : sizing_planned(sched, job);
}

uint32_t sizing_start(const struct sched *sched, const struct job *job,
                      uint32_t n_free)
{
    const struct job_request *request = &job->request;
    uint32_t n = job_start_size(request, sched->config.start_at_max);

    if (sizing_needed(sched, job) > n_free)
        return 0;
    if (has_preference(sched, request) && is_alone(sched, job))
        n = largest_useful(request);
    return n < n_free ? n : n_free;
}

bool sizing_is_worth(const struct sched *sched,
                     const struct job_request *request, uint32_t n, dur_us wait)
{
    dur_us length = estimate_preferred(sched, request);

    return !has_preference(sched, request) || n >= request->pref_nodes ||
           length == TIME_NEVER ||
           walltime_scaled(request, length, n) <= time_add(wait, length);
}

double sizing_worth(const struct sched *sched, const struct job *job,
                    dur_us wait)
{
    return donors_worth(sched, job,
                        sched->config.sizing == SIZING_PREFERRED ? wait
                                                                 : TIME_NEVER);
}

uint32_t sizing_limit(const struct sched *sched, const struct job *job,
                      bool is_awaited)
{
    const struct job_request *request = &job->request;

    return is_awaited && has_preference(sched, request) ? request->pref_nodes
                                                        : request->max_nodes;
}

const struct payback *sizing_payback(const struct sched *sched,
                                     const struct job *job)
{
    static const struct payback any = {.costs = 1, .part = 0};
    static const struct payback much = {.costs = 3, .part = 0.1};

    return has_preference(sched, &job->request) ? &much : &any;
}
