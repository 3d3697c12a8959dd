/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A start reads the job's spec from the store: it is needed once per attempt,
 * and a queue of many jobs then costs no memory.
 */
#include "manager/perform.h"

#include <stdlib.h>
#include <unistd.h>

#include "manager/attempt_files.h"
#include "manager/job_cache.h"
#include "manager/job_dir.h"
#include "manager/job_files.h"
#include "manager/late_starts.h"
#include "manager/launch_plan.h"
#include "manager/mailbox.h"
#include "manager/node_pool.h"
#include "manager/parts.h"
#include "manager/reports.h"
#include "manager/resizing.h"
#include "manager/time_limit.h"
#include "manager/turn.h"
#include "manager/workers.h"

/* A command, or the workers that stand for it. */
static int launch(struct manager *manager, const struct launch_plan *plan,
                  int64_t id, struct err *err)
{
    struct launch_request request = launch_plan_request(plan);

    if (job_files_write(manager, plan, id, NULL, err) != 0)
        return -1;
    mailbox_open(manager, sched_job(manager->sched, id), true);
    if (!workers_are_alone(manager, id))
        return manager->launcher->ops->start(manager->launcher, &request, err);
    workers_begin(manager, id, request.key.attempt);
    return 0;
}

static int try_start(struct manager *manager, const struct job *job,
                     const struct action *action, struct err *err)
{
    struct launch_plan plan;
    struct job_spec spec;
    int result = -1;

    if (turn_read_spec(manager->turn, action->job, &spec, err) != 0)
        return -1;
    workers_expect(manager, action->job, action->attempt, &spec);
    if (launch_plan_make(&plan, manager, &spec, &job->request, action->job,
                         action->attempt, &action->nodes, err) == 0) {
        result = launch(manager, &plan, action->job, err);
        launch_plan_release(&plan);
    }
    job_spec_release(&spec);
    return result;
}

static void start_job(struct manager *manager, const struct action *action)
{
    const struct job *job = sched_job(manager->sched, action->job);
    struct err err;

    /* A later event of the same turn may have ended it. */
    if (job == NULL || job->attempt != action->attempt)
        return;
    err_clear(&err);
    if (manager->is_read_only)
        late_starts_add(manager->late_starts, action->job, action->attempt);
    else if (try_start(manager, job, action, &err) == 0)
        return;
    else if (err.code == ERR_FULL)
        late_starts_add(manager->late_starts, action->job, action->attempt);
    else
        reports_start_failed(manager, action->job, action->attempt, err.text,
                             reports_start_is_refused(&err));
}

/* The job's own grace, as at its start. */
static dur_us grace_of(const struct manager *manager,
                       const struct action *action)
{
    struct job_spec spec;
    dur_us grace;

    if (action->duration > 0)
        return action->duration;
    if (turn_read_spec(manager->turn, action->job, &spec, NULL) != 0)
        return launch_plan_grace(manager, 0);
    grace = launch_plan_grace(manager, spec.grace);
    job_spec_release(&spec);
    return grace;
}

static void kill_job(struct manager *manager, const struct action *action)
{
    struct err err;

    if (late_starts_remove(manager->late_starts, action->job)) {
        reports_start_failed(manager, action->job, action->attempt,
                             "ended before its start", true);
        return;
    }
    err_clear(&err);
    if (parts_end_attempt(manager, action->job, action->attempt,
                          grace_of(manager, action), &err) != 0)
        log_warning(&manager->log, "job %lld cannot be ended: %s",
                    (long long)action->job, err.text);
    workers_look(manager, action->job);
}

static void set_walltime(struct manager *manager, const struct action *action)
{
    const struct job *job = sched_job(manager->sched, action->job);
    struct err err;

    err_clear(&err);
    if (job != NULL && parts_set_walltime(manager, job, &err) != 0)
        log_warning(&manager->log, "job %lld keeps its old walltime: %s",
                    (long long)action->job, err.text);
}

static void end_attempt(struct manager *manager, const struct action *action)
{
    attempt_files_remove(manager->state_dir, action->job, action->attempt, 0);
    parts_forget_attempt(manager, action->job, action->attempt);
    workers_forget(manager, action->job, action->attempt);
    if (action->type != ACT_RESTARTED)
        mailbox_close(manager, action->job);
    if (action->type != ACT_FINISHED)
        return;
    job_dir_remove(manager->state_dir, action->job);
    job_cache_remove(manager->jobs, action->job);
}

void perform_action(struct manager *manager, const struct action *action)
{
    switch (action->type) {
    case ACT_START:
        start_job(manager, action);
        node_pool_touch(manager->pool);
        break;
    case ACT_KILL:
        kill_job(manager, action);
        break;
    case ACT_WALLTIME:
        set_walltime(manager, action);
        break;
    case ACT_OFFER:
        resizing_offer(manager, action);
        node_pool_touch(manager->pool);
        break;
    case ACT_WITHDRAW:
        resizing_withdraw(manager, action);
        break;
    case ACT_FORCE:
        resizing_force(manager, action);
        break;
    case ACT_RELEASE:
        node_pool_touch(manager->pool);
        break;
    case ACT_REQUEUED:
    case ACT_RESTARTED:
    case ACT_FINISHED:
        end_attempt(manager, action);
        break;
    case ACT_WAKE_AT:
        turn_wake_at(manager->turn, action->when);
        break;
    case ACT_DIRECTIVE:
        resizing_changed(manager, action);
        mailbox_directive(manager, action);
        break;
    case ACT_PHASE:
        if (action->why == PHASE_LOST)
            resizing_lost_nodes(manager, action);
        mailbox_phase(manager, action);
        workers_look(manager, action->job);
        break;
    case ACT_ANSWER:
        mailbox_answer(manager, action);
        break;
    case ACT_RECORD:
        break;
    }
}
