/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store knows states as words; only here they are told apart by them.
 */
#include "manager/summary.h"

#include <string.h>

#include "manager/jobs_watch.h"
#include "store/history_view.h"

#define TIMEOUT_STATUS 124
#define NOT_STARTED_STATUS 126

static int exit_status(const struct history_job *job)
{
    if (strcmp(job->state, job_state_name(JOB_TIMEOUT)) == 0)
        return TIMEOUT_STATUS;
    if (job->signal != 0)
        return 128 + job->signal;
    if (job->code != 0)
        return job->code;
    /* one that failed by neither was never started */
    if (strcmp(job->state, job_state_name(JOB_FAILED)) == 0)
        return NOT_STARTED_STATUS;
    return strcmp(job->state, job_state_name(JOB_COMPLETED)) != 0;
}

static int count_job(void *arg, const struct history_job *job)
{
    struct manager_summary *out = arg;
    int status = exit_status(job);

    out->n_jobs++;
    if (strcmp(job->state, job_state_name(JOB_COMPLETED)) == 0)
        out->n_completed++;
    else if (strcmp(job->state, job_state_name(JOB_FAILED)) == 0)
        out->n_failed++;
    else if (strcmp(job->state, job_state_name(JOB_TIMEOUT)) == 0)
        out->n_timeout++;
    else if (strcmp(job->state, job_state_name(JOB_CANCELLED)) == 0)
        out->n_cancelled++;
    else
        out->n_other++;
    if (status > out->highest_exit)
        out->highest_exit = status;
    return 0;
}

static void add_resizes(const struct history_summary *history,
                        struct manager_summary *out)
{
    const struct resize_counts *resizes = &history->resizes;

    out->n_grows = (uint32_t)history->expands;
    out->n_shrinks = (uint32_t)history->shrinks;
    out->n_refused = (uint32_t)resizes->refused;
    out->n_resizes_failed = (uint32_t)resizes->failed;
    out->n_expired = (uint32_t)resizes->expired;
    out->n_forced = (uint32_t)resizes->forced;
    if (resizes->done > 0)
        out->mean_resize = (dur_us)(resizes->seconds / (double)resizes->done *
                                    (double)USEC_PER_SEC);
}

static void add_times(const struct manager *manager,
                      const struct history_summary *history,
                      struct manager_summary *out)
{
    uint32_t n_nodes = idset_count(sched_nodes(manager->sched));
    time_us from = history->first_submitted;

    if (from < manager->started)
        from = manager->started;
    if (history->n_started > 0)
        out->mean_wait =
            (dur_us)(history->wait_seconds / (double)history->n_started *
                     (double)USEC_PER_SEC);
    if (history->last_end <= from || n_nodes == 0)
        return;
    out->makespan = history->last_end - from;
    out->utilisation = history->node_seconds * (double)USEC_PER_SEC /
                       ((double)out->makespan * n_nodes);
    if (out->utilisation > 1)
        out->utilisation = 1;
}

void summary_make(struct manager *manager, struct manager_summary *out)
{
    struct history_filter filter = {.since = manager->started};
    struct history_summary history;

    memset(out, 0, sizeof(*out));
    out->is_idle = manager->is_idle_end;
    out->n_left = manager->n_left;
    if (manager->jobs_watch != NULL)
        out->n_rejected = jobs_watch_n_rejected(manager->jobs_watch);
    store_each_ended_job(manager->store, &filter, count_job, out, NULL);
    if (store_summary(manager->store, manager->started, TIME_NEVER, &history,
                      NULL) == 0) {
        add_resizes(&history, out);
        add_times(manager, &history, out);
    }
}
