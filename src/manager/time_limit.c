/* SPDX-License-Identifier: BSD-2-Clause */
/* See time_limit.h. */
#include "manager/time_limit.h"

#include "core/walltime.h"
#include "manager/launch_plan.h"
#include "manager/parts.h"

#define LEAST_MARGIN (30 * USEC_PER_SEC)
#define AFTER_GRACE (20 * USEC_PER_SEC)

/* "01:10:00", also above a day: two spans are to be compared at a glance. */
static void add_hours(struct strbuf *out, dur_us span)
{
    long long s = span / USEC_PER_SEC;

    strbuf_add_fmt(out, "%02lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
}

void time_limit_add_shortage(struct strbuf *out, dur_us walltime, dur_us left)
{
    if (walltime == TIME_NEVER) {
        strbuf_add_str(out, "has no walltime");
    } else {
        strbuf_add_str(out, "needs ");
        add_hours(out, walltime);
    }
    if (left <= 0) {
        strbuf_add_str(out, ", the allocation has ended");
        return;
    }
    strbuf_add_str(out, ", the allocation ends in ");
    add_hours(out, left);
}

dur_us time_limit_margin(const struct manager *manager)
{
    dur_us grace = launch_plan_grace(manager, 0);

    if (manager->options.end_margin > 0)
        return manager->options.end_margin;
    return grace > LEAST_MARGIN - AFTER_GRACE ? time_add(grace, AFTER_GRACE)
                                              : LEAST_MARGIN;
}

dur_us time_limit_of(const struct manager *manager, dur_us walltime,
                     time_us planned_end, time_us from)
{
    const struct sched_config *config = sched_config(manager->sched);
    dur_us left;

    if (planned_end <= config->ends)
        return walltime;
    left = config->ends - time_limit_margin(manager) - from;
    return left > USEC_PER_SEC ? left : USEC_PER_SEC;
}

dur_us time_limit_of_attempt(const struct manager *manager,
                             const struct job *job)
{
    dur_us used = job->attempt_started - job->started;
    dur_us limit = time_limit_of(manager, walltime_of_run(job),
                                 job->planned_end, job->started);

    if (limit == TIME_NEVER)
        return limit;
    return limit - used > USEC_PER_SEC ? limit - used : USEC_PER_SEC;
}

dur_us time_limit_of_part(const struct manager *manager, const struct job *job,
                          time_us started)
{
    dur_us limit = time_limit_of_attempt(manager, job);
    dur_us used = started - job->attempt_started;

    if (limit == TIME_NEVER || used <= 0)
        return limit;
    return limit - used > USEC_PER_SEC ? limit - used : USEC_PER_SEC;
}

time_us time_limit_end(const struct manager *manager, const struct job *job)
{
    return time_add(job->started,
                    time_limit_of(manager, walltime_of_run(job),
                                  job->planned_end, job->started));
}

void time_limits_renew(const struct manager *manager)
{
    time_us ends = sched_config(manager->sched)->ends;
    const struct job *job = sched_next_job(manager->sched, 0);

    for (; job != NULL; job = sched_next_job(manager->sched, job->request.id)) {
        struct err err;

        if (job->state != JOB_RUNNING || job->planned_end <= ends)
            continue;
        err_clear(&err);
        if (parts_set_walltime(manager, job, &err) != 0)
            log_warning(&manager->log,
                        "job %lld may outlast the allocation: %s",
                        (long long)job->request.id, err.text);
    }
}

static bool is_too_late(const struct sched_config *config,
                        const struct job *job, time_us now)
{
    return job->is_aside && time_add(now, job->needs) > config->ends;
}

uint32_t time_limit_n_left(const struct manager *manager)
{
    const struct sched_config *config = sched_config(manager->sched);
    const struct job *job = sched_next_job(manager->sched, 0);
    time_us now = manager_now(manager);
    uint32_t n = 0;

    if (config->ends == TIME_NEVER)
        return 0;
    for (; job != NULL; job = sched_next_job(manager->sched, job->request.id)) {
        if (job->state != JOB_PENDING ||
            (job->n_unmet == 0 && !is_too_late(config, job, now)))
            return 0;
        n++;
    }
    return n;
}
