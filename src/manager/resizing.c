/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ways stand in one table, by mode. A mode without a way is refused when
 * its job is offered something: jobs of that mode then keep their size.
 */
#include "manager/resizing.h"

#include "manager/policy_box.h"

/* ---- policy.json ---- */

static void policy_offer(struct manager *manager, const struct action *action)
{
    policy_box_offer(manager->policy, action->job, action->seq, action->op,
                     &action->nodes);
}

static void policy_withdraw(struct manager *manager,
                            const struct action *action)
{
    policy_box_withdraw(manager->policy, action->job, action->seq);
}

static void policy_adopt(struct manager *manager, const struct job *job)
{
    policy_box_adopt(manager->policy, job);
}

static const struct resize_way policy_way = {
    .offer = policy_offer,
    .withdraw = policy_withdraw,
    .adopt = policy_adopt,
};

/* ---- the table ---- */

static const struct resize_way *const ways[] = {
    [RESIZE_POLICY] = &policy_way, [RESIZE_APP] = NULL,
    [RESIZE_HOOK] = NULL,          [RESIZE_RESTART] = NULL,
    [RESIZE_WORKERS] = NULL,
};
#define N_WAYS (sizeof(ways) / sizeof(ways[0]))

void resizing_offer(struct manager *manager, const struct action *action)
{
    const struct job *job = sched_job(manager->sched, action->job);

    if (job == NULL)
        return;
    if (ways[job->request.resize] != NULL)
        ways[job->request.resize]->offer(manager, action);
    else
        resizing_failed(manager, action->job, action->seq,
                        "this version does not resize jobs in this way "
                        "(resize)");
}

/* Which way a job had that is gone nobody knows: each looks for itself. */
void resizing_withdraw(struct manager *manager, const struct action *action)
{
    const struct job *job = sched_job(manager->sched, action->job);

    for (size_t i = 0; i < N_WAYS; i++) {
        if (ways[i] != NULL && (job == NULL || job->request.resize == i))
            ways[i]->withdraw(manager, action);
    }
}

void resizing_force(struct manager *manager, const struct action *action)
{
    resizing_failed(manager, action->job, action->seq,
                    "a part of a job cannot be killed on this machine");
}

void resizing_adopt(struct manager *manager, const struct job *job)
{
    const struct resize_way *way = ways[job->request.resize];

    if (job_has_open_directive(job) && job->directive.shown && way != NULL &&
        way->adopt != NULL)
        way->adopt(manager, job);
}

/* ---- answers ---- */

static void report_with(struct manager *manager, enum event_type type,
                        int64_t job, uint64_t seq, dur_us duration,
                        bool is_found)
{
    struct event event;

    event_init(&event, type, manager_now(manager));
    event.job = job;
    event.seq = seq;
    event.duration = duration;
    event.is_found = is_found;
    manager_event(manager, &event, NULL);
}

static void report(struct manager *manager, enum event_type type, int64_t job,
                   uint64_t seq)
{
    report_with(manager, type, job, seq, 0, false);
}

void resizing_shown(struct manager *manager, int64_t job, uint64_t seq)
{
    report(manager, EV_SHOWN, job, seq);
}

void resizing_accepted(struct manager *manager, int64_t job, uint64_t seq)
{
    report(manager, EV_ACCEPTED, job, seq);
}

void resizing_refused(struct manager *manager, int64_t job, uint64_t seq,
                      dur_us retry)
{
    report_with(manager, EV_REFUSED, job, seq, retry, false);
}

void resizing_progressed(struct manager *manager, int64_t job, uint64_t seq)
{
    report(manager, EV_PROGRESSED, job, seq);
}

void resizing_failed(struct manager *manager, int64_t job, uint64_t seq,
                     const char *why)
{
    if (why != NULL)
        log_warning(&manager->log, "[Elastic Scaling] job %lld: %s",
                    (long long)job, why);
    report(manager, EV_FAILED, job, seq);
}

void resizing_done(struct manager *manager, int64_t job, uint64_t seq,
                   const struct idset *given)
{
    (void)given;
    report(manager, EV_DONE, job, seq);
}

void resizing_withdrawn(struct manager *manager, int64_t job, uint64_t seq,
                        bool was_there)
{
    report_with(manager, EV_WITHDRAWN, job, seq, 0, was_there);
}
