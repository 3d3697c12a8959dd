/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guard: what may happen to which state (doc/states.md). Everything that
 * apply.c assumes is checked here, for live events and for a replayed journal
 * alike; requests of people get a sentence.
 */
#include "core/check.h"

#include <inttypes.h>

#include "core/progress.h"

static enum check bad(struct err *err, enum err_code code, int64_t id,
                      const char *text)
{
    err_set(err, code, "job %" PRId64 " %s", id, text);
    return CHECK_BAD;
}

static enum check check_submit(const struct sched *sched,
                               const struct event *event, struct err *err)
{
    const struct job_request *request = &event->request;
    enum job_state state;

    if (request->id < 1 || request->id > JOB_ID_MAX)
        return bad(err, ERR_INPUT, request->id, "has an id out of range");
    if (sched_outcome(sched, request->id, &state))
        return bad(err, ERR_CONFLICT, request->id, "exists already");
    if (request->min_nodes < 1 || request->min_nodes > request->max_nodes)
        return bad(err, ERR_INPUT, request->id, "has min_nodes > max_nodes");
    if (request->pref_nodes != 0 && (request->pref_nodes < request->min_nodes ||
                                     request->pref_nodes > request->max_nodes))
        return bad(err, ERR_INPUT, request->id,
                   "has pref_nodes outside min_nodes..max_nodes");
    if (request->walltime <= 0)
        return bad(err, ERR_INPUT, request->id, "has no valid walltime");
    for (uint32_t i = 0; i < request->n_after; i++) {
        if (sched_outcome(sched, request->after[i].id, &state))
            continue;
        err_set(err, ERR_INPUT,
                "job %" PRId64 " comes after job %" PRId64
                ", which does not exist",
                request->id, request->after[i].id);
        return CHECK_BAD;
    }
    return CHECK_OK;
}

static enum check check_update(const struct job *job,
                               const struct job_update *update, struct err *err)
{
    int64_t id = job->request.id;

    if (update->changes & (CHANGE_NODES | CHANGE_BEGIN) &&
        job->state != JOB_PENDING)
        return bad(err, ERR_CONFLICT, id,
                   "runs: only its priority and walltime can be changed");
    if (job->state == JOB_COMPLETING)
        return bad(err, ERR_CONFLICT, id, "is ending");
    if (update->changes & CHANGE_WALLTIME && update->walltime <= 0)
        return bad(err, ERR_INPUT, id, "cannot have that walltime");
    if (update->changes & CHANGE_NODES &&
        (update->min_nodes < 1 || update->min_nodes > update->max_nodes))
        return bad(err, ERR_INPUT, id, "cannot have min_nodes > max_nodes");
    if (update->changes & CHANGE_NODES && update->pref_nodes != 0 &&
        (update->pref_nodes < update->min_nodes ||
         update->pref_nodes > update->max_nodes))
        return bad(err, ERR_INPUT, id,
                   "cannot have pref_nodes outside min_nodes..max_nodes");
    return CHECK_OK;
}

/* What a person may ask of a live job. */
static enum check check_request(const struct job *job,
                                const struct event *event, struct err *err)
{
    int64_t id = job->request.id;

    switch (event->type) {
    case EV_UPDATE:
        return check_update(job, &event->update, err);
    case EV_HOLD:
        if (job->state != JOB_PENDING)
            return bad(err, ERR_CONFLICT, id, "runs: it cannot be held");
        return job->request.hold ? CHECK_IGNORE : CHECK_OK;
    case EV_RELEASE:
        if (job->state != JOB_PENDING || !job->request.hold)
            return bad(err, ERR_CONFLICT, id, "is not held");
        return CHECK_OK;
    case EV_REQUEUE:
        if (job->state == JOB_PENDING)
            return bad(err, ERR_CONFLICT, id, "waits already");
        return job->ending == ENDING_CANCEL
                   ? bad(err, ERR_CONFLICT, id, "is being cancelled")
                   : CHECK_OK;
    default:
        return CHECK_OK;
    }
}

/* Reports about one attempt: late ones are nothing. */
static enum check check_attempt(const struct job *job,
                                const struct event *event)
{
    if (job->attempt != event->attempt || !job_is_active(job))
        return CHECK_IGNORE;
    if (event->type == EV_STARTED && job->state != JOB_STARTING)
        return CHECK_IGNORE;
    if (event->type == EV_START_FAILED && job->state == JOB_RUNNING)
        return CHECK_IGNORE;
    return CHECK_OK;
}

/* A job that chose what to give: as many as asked for, of its own. */
static enum check check_given(const struct job *job, const struct event *event,
                              struct err *err)
{
    const struct directive *directive = &job->directive;
    uint32_t n = idset_count(&directive->delta);
    bool is_sound = directive->op == DIRECTIVE_GROW
                        ? idset_is_equal(&event->nodes, &directive->delta)
                        : idset_is_subset(&event->nodes, &job->nodes) &&
                              idset_count(&event->nodes) == n;

    if (is_sound || idset_is_empty(&event->nodes))
        return CHECK_OK;
    err_set(
        err, ERR_INPUT, "job %" PRId64 " was to %s %u nodes, and names others",
        job->request.id, directive->op == DIRECTIVE_GROW ? "get" : "give", n);
    return CHECK_BAD;
}

/* Reports about one directive: the first that ends it counts. */
static enum check check_directive(const struct job *job,
                                  const struct event *event, struct err *err)
{
    const struct directive *directive = &job->directive;
    enum directive_state state = directive->state;

    if (directive->seq != event->seq || !directive_state_is_open(state))
        return CHECK_IGNORE;
    switch (event->type) {
    case EV_SHOWN:
        return directive->shown ? CHECK_IGNORE : CHECK_OK;
    case EV_ACCEPTED:
        return state == DIRECTIVE_OFFERED ? CHECK_OK : CHECK_IGNORE;
    case EV_REFUSED:
        return state == DIRECTIVE_FORCING ? CHECK_IGNORE : CHECK_OK;
    case EV_WITHDRAWN:
        return state == DIRECTIVE_WITHDRAWING ? CHECK_OK : CHECK_IGNORE;
    case EV_FORCED:
        return state == DIRECTIVE_FORCING ? CHECK_OK : CHECK_IGNORE;
    case EV_WITHDRAW:
    case EV_FORCE:
        return state == DIRECTIVE_OFFERED || state == DIRECTIVE_ACCEPTED
                   ? CHECK_OK
                   : CHECK_IGNORE;
    case EV_PROGRESSED: /* what was promised to another job stays so */
        return state == DIRECTIVE_ACCEPTED && directive->for_job == 0
                   ? CHECK_OK
                   : CHECK_IGNORE;
    case EV_DONE:
        return check_given(job, event, err);
    default:
        return CHECK_OK;
    }
}

/* Wishes and delays are decided by the core, too. */
static enum check check_wish(const struct job *job, const struct event *event,
                             struct err *err)
{
    int64_t id = event->job;

    if (event->type == EV_DELAY)
        return job->state == JOB_PENDING
                   ? CHECK_OK
                   : bad(err, ERR_CONFLICT, id, "does not wait for its start");
    if (event->type == EV_WISH_ENDED)
        return job->wish.n > 0 ? CHECK_OK
                               : bad(err, ERR_CONFLICT, id, "has no wish");
    return job->state == JOB_RUNNING && event->n_min > 0 &&
                   event->n >= event->n_min
               ? CHECK_OK
               : bad(err, ERR_CONFLICT, id, "cannot wish for that");
}

/* Decisions of the core, which only a damaged journal can get wrong. */
static enum check check_decision(const struct sched *sched,
                                 const struct job *job,
                                 const struct event *event, struct err *err)
{
    int64_t id = event->job;
    bool is_free = idset_is_subset(&event->nodes, &sched->pool.free);

    if (idset_is_empty(&event->nodes))
        return bad(err, ERR_CONFLICT, id, "is given no nodes");
    switch (event->type) {
    case EV_START:
        if (job->state != JOB_PENDING || job->attempt != event->attempt ||
            !is_free)
            return bad(err, ERR_CONFLICT, id, "cannot start there");
        return CHECK_OK;
    case EV_RESERVE:
        if (job->state != JOB_PENDING || sched->reservation.job != 0)
            return bad(err, ERR_CONFLICT, id, "cannot have a reservation");
        return CHECK_OK;
    default: /* EV_OFFER */
        if (job->state != JOB_RUNNING || job_has_open_directive(job) ||
            !(event->op == DIRECTIVE_GROW
                  ? is_free
                  : idset_is_subset(&event->nodes, &job->nodes)))
            return bad(err, ERR_CONFLICT, id, "cannot be offered that");
        return CHECK_OK;
    }
}

/* Nodes of the pool, and those that have left it but still have a job; one
 * may be known to be down before it joins. */
static enum check check_nodes(const struct sched *sched,
                              const struct event *event, struct err *err)
{
    if (event->type == EV_POOL_CHANGED || event->type == EV_NODE_DOWN)
        return CHECK_OK;
    IDSET_EACH (&event->nodes, node) {
        if (idset_has(&sched->pool.members, node) ||
            pool_owner(&sched->pool, node) != 0)
            continue;
        err_set(err, ERR_NOT_FOUND, "no such node in the pool");
        return CHECK_BAD;
    }
    return CHECK_OK;
}

static const struct job *find_job(const struct sched *sched,
                                  const struct event *event, struct err *err)
{
    const struct job *job = job_table_get(&sched->jobs, event->job);
    enum job_state state;

    if (job != NULL)
        return job;
    if (sched_outcome(sched, event->job, &state))
        err_set(err, ERR_CONFLICT, "job %" PRId64 " has ended (%s)", event->job,
                job_state_name(state));
    else
        err_set(err, ERR_NOT_FOUND, "no job %" PRId64, event->job);
    return NULL;
}

/* Events about one job. */
static enum check check_job_event(const struct sched *sched,
                                  const struct event *event, struct err *err)
{
    const struct job *job = find_job(sched, event, err);

    switch (event->type) {
    case EV_UPDATE:
    case EV_HOLD:
    case EV_RELEASE:
    case EV_CANCEL:
    case EV_REQUEUE:
    case EV_RESIZE_ASKED:
        return job == NULL ? CHECK_BAD : check_request(job, event, err);
    case EV_START:
    case EV_RESERVE:
    case EV_OFFER:
        return job == NULL ? CHECK_BAD : check_decision(sched, job, event, err);
    case EV_WISH:
    case EV_WISH_ENDED:
    case EV_DELAY:
        return job == NULL ? CHECK_BAD : check_wish(job, event, err);
    case EV_PROGRESS:
        return job != NULL && job->state == JOB_RUNNING &&
                       progress_is_news(job, event->n, event->now)
                   ? CHECK_OK
                   : CHECK_IGNORE;
    case EV_STARTED:
    case EV_START_FAILED:
    case EV_EXITED:
    case EV_LOST:
        return job == NULL ? CHECK_IGNORE : check_attempt(job, event);
    default:
        return job == NULL ? CHECK_IGNORE : check_directive(job, event, err);
    }
}

enum check check_event(const struct sched *sched, const struct event *event,
                       struct err *err)
{
    switch (event->type) {
    case EV_SUBMIT:
        return check_submit(sched, event, err);
    case EV_NODE_UP:
    case EV_NODE_DOWN:
    case EV_DRAIN:
    case EV_UNDRAIN:
    case EV_POOL_CHANGED:
        return check_nodes(sched, event, err);
    case EV_TIMER:
        return CHECK_IGNORE;
    case EV_UNRESERVE:
        return sched->reservation.job == 0 ? CHECK_IGNORE : CHECK_OK;
    default:
        return check_job_event(sched, event, err);
    }
}
