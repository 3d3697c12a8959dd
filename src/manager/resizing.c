/* SPDX-License-Identifier: BSD-2-Clause */
/* The ways stand in one table, by mode. */
#include "manager/resizing.h"

#include "manager/handover.h"
#include "manager/hooks.h"
#include "manager/launch_plan.h"
#include "manager/mailbox.h"
#include "manager/policy_box.h"
#include "manager/restarting.h"
#include "manager/turn.h"
#include "manager/workers.h"

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
    .forced = policy_withdraw,
    .adopt = policy_adopt,
};

/* ---- the table ---- */

static const struct resize_way *const ways[] = {
    [RESIZE_POLICY] = &policy_way,   [RESIZE_APP] = &mailbox_way,
    [RESIZE_HOOK] = &hooks_way,      [RESIZE_RESTART] = &restart_way,
    [RESIZE_WORKERS] = &workers_way,
};
#define N_WAYS (sizeof(ways) / sizeof(ways[0]))

/* The job whose directive SEQ is open, else NULL. */
static const struct job *find_open(const struct manager *manager, int64_t id,
                                   uint64_t seq)
{
    const struct job *job = sched_job(manager->sched, id);

    return job != NULL && job_has_open_directive(job) &&
                   job->directive.seq == seq
               ? job
               : NULL;
}

/* The job asked for this shrink once it had left the nodes. */
static void take_released(struct manager *manager, const struct job *job)
{
    uint64_t seq = job->directive.seq;

    resizing_shown(manager, job->request.id, seq);
    resizing_done(manager, job->request.id, seq, NULL);
}

void resizing_offer(struct manager *manager, const struct action *action)
{
    const struct job *job = sched_job(manager->sched, action->job);

    if (job == NULL)
        return;
    if (mailbox_is_released(manager, job))
        take_released(manager, job);
    else
        ways[job->request.resize]->offer(manager, action);
}

/* Which way a job had that is gone nobody knows: each looks for itself. */
void resizing_withdraw(struct manager *manager, const struct action *action)
{
    const struct job *job = sched_job(manager->sched, action->job);

    if (handover_is_under_way(manager, action->job, action->seq))
        return; /* the job has acted: it will be done */
    for (size_t i = 0; i < N_WAYS; i++) {
        if (job == NULL || job->request.resize == i)
            ways[i]->withdraw(manager, action);
    }
}

/* Nobody has taken it. */
static void end_forced(struct manager *manager, const struct action *action)
{
    const struct job *job = sched_job(manager->sched, action->job);

    if (job != NULL && ways[job->request.resize]->forced != NULL)
        ways[job->request.resize]->forced(manager, action);
}

void resizing_force(struct manager *manager, const struct action *action)
{
    const struct job *job = find_open(manager, action->job, action->seq);
    struct err err;

    err_clear(&err);
    if (job == NULL ||
        handover_begin(manager, job, HANDOVER_FORCED, NULL, &err) == 0)
        return;
    resizing_failed(manager, action->job, action->seq, err.text);
    end_forced(manager, action);
}

static void clear_nodes(struct manager *manager, const struct action *action,
                        const struct job *job, const struct idset *nodes)
{
    struct launcher *launcher = manager->launcher;
    struct launch_change change = {
        .key = {.job_id = action->job, .attempt = action->attempt},
        .seq = action->seq,
        .nodes = nodes,
        .stay = &job->nodes,
        .grace = launch_plan_grace(manager, 0),
    };

    launcher->ops->clear(launcher, &change, NULL);
}

/* What it has started on nodes that it was offered and does not get. They may
 * have been offered to it again by now. */
static void clear_offered(struct manager *manager, const struct action *action)
{
    const struct job *job = sched_job(manager->sched, action->job);
    struct idset nodes = {.count = 0};

    if (job == NULL || job->attempt != action->attempt || !job_is_active(job) ||
        job->state == JOB_STARTING)
        return;
    idset_copy(&nodes, &action->nodes);
    idset_subtract(&nodes, &job->nodes);
    if (job_has_open_directive(job))
        idset_subtract(&nodes, &job->directive.delta);
    if (!idset_is_empty(&nodes))
        clear_nodes(manager, action, job, &nodes);
    idset_release(&nodes);
}

void resizing_changed(struct manager *manager, const struct action *action)
{
    hooks_changed(manager, action);
    workers_look(manager, action->job);
    if (directive_state_is_open(action->directive))
        return;
    handover_forget(manager, action->job, action->seq);
    if (action->directive == DIRECTIVE_FORCED)
        end_forced(manager, action);
    if (action->op == DIRECTIVE_GROW && action->directive != DIRECTIVE_DONE)
        clear_offered(manager, action);
}

void resizing_lost_nodes(struct manager *manager, const struct action *action)
{
    struct launcher *launcher = manager->launcher;
    struct launch_key key = {.job_id = action->job, .attempt = action->attempt};

    launcher->ops->place(launcher, &key, &action->nodes);
}

void resizing_adopt(struct manager *manager, const struct job *job)
{
    const struct resize_way *way = ways[job->request.resize];

    if (!job_has_open_directive(job))
        return;
    if (mailbox_is_released(manager, job))
        take_released(manager, job);
    else if (job->directive.shown && way->adopt != NULL)
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
    if (why != NULL) {
        log_warning(&manager->log, "[Elastic Scaling] job %lld: %s",
                    (long long)job, why);
        turn_add_directive_note(manager->turn, job, seq, why);
    }
    report(manager, EV_FAILED, job, seq);
}

/* Its processes may use the new nodes from before it is told. */
static void take_growth(struct manager *manager, const struct job *job)
{
    struct launcher *launcher = manager->launcher;
    struct launch_key key = {.job_id = job->request.id,
                             .attempt = job->attempt};
    struct idset nodes = {.count = 0};

    idset_copy(&nodes, &job->nodes);
    idset_unite(&nodes, &job->directive.delta);
    launcher->ops->place(launcher, &key, &nodes);
    idset_release(&nodes);
    report(manager, EV_DONE, job->request.id, job->directive.seq);
}

static void take_shrink(struct manager *manager, const struct job *job,
                        const struct idset *given)
{
    const struct directive *directive = &job->directive;
    struct err err;

    err_clear(&err);
    if (given != NULL &&
        (idset_count(given) != idset_count(&directive->delta) ||
         !idset_is_subset(given, &job->nodes)))
        resizing_failed(manager, job->request.id, directive->seq,
                        "it names nodes to give that are not its own, or not "
                        "as many as it was asked for");
    else if (handover_begin(manager, job, HANDOVER_GIVEN, given, &err) != 0)
        log_debug(&manager->log, "job %lld: %s", (long long)job->request.id,
                  err.text); /* it ends, and its directive with it */
}

void resizing_done(struct manager *manager, int64_t job, uint64_t seq,
                   const struct idset *given)
{
    const struct job *found = find_open(manager, job, seq);

    if (found == NULL)
        return;
    if (found->directive.op == DIRECTIVE_GROW)
        take_growth(manager, found);
    else
        take_shrink(manager, found, given);
}

/* One that was not there any more: the job has acted. */
void resizing_withdrawn(struct manager *manager, int64_t job, uint64_t seq,
                        bool was_there)
{
    if (was_there)
        report_with(manager, EV_WITHDRAWN, job, seq, 0, true);
    else
        resizing_done(manager, job, seq, NULL);
}
