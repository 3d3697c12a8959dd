/* SPDX-License-Identifier: BSD-2-Clause */
/* See estimate.h. */
#include "core/estimate.h"

#include "core/walltime.h"

#define MINUTES(n) ((dur_us)(n)*60 * USEC_PER_SEC)

static bool is_predicted(const struct sched *sched,
                         const struct job_request *request)
{
    return sched->config.estimates == ESTIMATES_PREDICTED &&
           request->expected > 0 && request->expected < request->walltime;
}

/* A copy that borrows, with what is expected as its walltime. */
static struct job_request predicted(const struct job_request *request)
{
    struct job_request copy = *request;

    copy.walltime = request->expected;
    return copy;
}

dur_us estimate_at(const struct sched *sched, const struct job_request *request,
                   uint32_t n)
{
    struct job_request shorter;

    if (!is_predicted(sched, request))
        return walltime_at(request, n);
    shorter = predicted(request);
    return walltime_at(&shorter, n);
}

dur_us estimate_preferred(const struct sched *sched,
                          const struct job_request *request)
{
    return is_predicted(sched, request) ? request->expected : request->walltime;
}

dur_us estimate_shortest(const struct sched *sched,
                         const struct job_request *request, uint32_t most)
{
    struct job_request shorter;

    if (!is_predicted(sched, request))
        return walltime_shortest(request, most);
    shorter = predicted(request);
    return walltime_shortest(&shorter, most);
}

/* What it was expected to have from its start on, at the sizes that it had. */
static dur_us expected_of_run(const struct sched *sched, const struct job *job)
{
    const struct job_request *request = &job->request;
    dur_us whole = walltime_of_run(job);

    if (whole == TIME_NEVER)
        return estimate_at(sched, request, idset_count(&job->nodes));
    return (dur_us)((double)whole * (double)request->expected /
                    (double)request->walltime);
}

time_us estimate_end(const struct sched *sched, const struct job *job)
{
    static const dur_us more[] = {
        MINUTES(1),       MINUTES(5),       MINUTES(15),      MINUTES(30),
        MINUTES(60),      MINUTES(2 * 60),  MINUTES(5 * 60),  MINUTES(10 * 60),
        MINUTES(20 * 60), MINUTES(50 * 60), MINUTES(100 * 60)};
    size_t n_more = sizeof more / sizeof *more;
    time_us end;

    if (!is_predicted(sched, &job->request))
        return job->planned_end;
    end = time_add(job->started, expected_of_run(sched, job));
    for (size_t i = 0; end <= sched->now && end < job->planned_end; i++)
        end = time_add(end, more[i < n_more ? i : n_more - 1]);
    return end < job->planned_end ? end : job->planned_end;
}

time_us estimate_end_at(const struct sched *sched, const struct job *job,
                        uint32_t n)
{
    return walltime_end_at(&job->request, job->estimated_end,
                           idset_count(&job->nodes), n, job->resize_cost,
                           sched->now);
}
