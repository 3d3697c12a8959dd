/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Directives: from offer to exactly one outcome. Whatever the branch, each
 * node of the delta ends with one owner (doc/states.md, "Directives").
 */
#include "core/directive.h"

#include <assert.h>

#include "core/index.h"
#include "core/payback.h"
#include "core/progress.h"
#include "core/walltime.h"

#define COOLDOWN_MIN (60 * USEC_PER_SEC)
#define COOLDOWN_MAX (300 * USEC_PER_SEC)

/* The prototype's rule: a quarter of the walltime, within bounds. */
static dur_us cooldown_of(const struct job *job)
{
    dur_us rule = job->request.walltime / 4;

    if (job->request.cooldown >= 0)
        return job->request.cooldown;
    if (rule < COOLDOWN_MIN)
        return COOLDOWN_MIN;
    return rule > COOLDOWN_MAX ? COOLDOWN_MAX : rule;
}

static void tell(const struct job *job, struct actions *out)
{
    const struct directive *directive = &job->directive;
    struct action *action;

    if (out == NULL)
        return;
    action = actions_add(out, ACT_DIRECTIVE);
    action->job = job->request.id;
    action->attempt = job->attempt;
    action->seq = directive->seq;
    action->op = directive->op;
    action->asker = directive->asker;
    action->directive = directive->state;
    idset_copy(&action->nodes, &directive->delta);
}

/* The effect that the manager owes: offer, withdraw, force. */
static void ask(const struct job *job, enum action_type type,
                struct actions *out)
{
    struct action *action;

    if (out == NULL)
        return;
    action = actions_add(out, type);
    action->job = job->request.id;
    action->attempt = job->attempt;
    action->seq = job->directive.seq;
    action->op = job->directive.op;
    idset_copy(&action->nodes, &job->directive.delta);
}

static void tell_phase(const struct job *job, enum phase_why why,
                       struct actions *out)
{
    struct action *action;

    if (out == NULL)
        return;
    action = actions_add(out, ACT_PHASE);
    action->job = job->request.id;
    action->attempt = job->attempt;
    action->why = why;
    idset_copy(&action->nodes, &job->nodes);
}

static void give_back(struct sched *sched, const struct job *job,
                      struct actions *out)
{
    struct action *action;

    pool_give_back(&sched->pool, &job->directive.delta);
    if (out == NULL)
        return;
    action = actions_add(out, ACT_RELEASE);
    action->job = job->request.id;
    idset_copy(&action->nodes, &job->directive.delta);
}

/* What the scheduler asked for is not to cost the job any of its time. A job
 * that starts again gets its limit with that, one that is being ended none. */
static void follow_size(const struct sched *sched, struct job *job,
                        uint32_t n_before, enum phase_why why,
                        struct actions *out)
{
    dur_us cost =
        job->directive.asker == ASKED_BY_SCHEDULER ? job->resize_cost : 0;

    if (walltime_follow(job, n_before, cost, sched->now) && out != NULL &&
        why != PHASE_RESTART && job->state == JOB_RUNNING)
        actions_tell(out, ACT_WALLTIME, job)->duration = walltime_of_run(job);
}

/* The one place where the nodes of a directive change hands, told as WHY. */
static void hand_over(struct sched *sched, struct job *job,
                      enum directive_state outcome, enum phase_why why,
                      struct actions *out)
{
    struct directive *directive = &job->directive;
    bool is_done = outcome == DIRECTIVE_DONE || outcome == DIRECTIVE_FORCED;
    bool is_grow = directive->op == DIRECTIVE_GROW;
    uint32_t n_before = idset_count(&job->nodes);

    directive->state = outcome;
    tell(job, out);
    if (is_done && is_grow)
        idset_unite(&job->nodes, &directive->delta);
    else if (is_done)
        idset_subtract(&job->nodes, &directive->delta);
    if (outcome == DIRECTIVE_DONE)
        job->resize_cost =
            payback_learn(job->resize_cost, sched->now - directive->offered);
    if (is_done) {
        progress_measure_anew(job);
        if (why != PHASE_RESTART)
            tell_phase(job, why, out);
        follow_size(sched, job, n_before, why, out);
    }
    if (is_done != is_grow)
        give_back(sched, job, out);
    idset_clear(&directive->delta);
}

static enum phase_why phase_of(enum directive_op op,
                               enum directive_state outcome)
{
    if (op == DIRECTIVE_GROW)
        return PHASE_GROW;
    return outcome == DIRECTIVE_FORCED ? PHASE_FORCED : PHASE_SHRINK;
}

static void leave_alone(struct sched *sched, struct job *job, dur_us pause)
{
    dur_us cooldown = cooldown_of(job);

    job->no_resize_before =
        time_add(sched->now, pause > cooldown ? pause : cooldown);
}

static void end(struct sched *sched, struct job *job,
                enum directive_state outcome, dur_us pause, struct actions *out)
{
    leave_alone(sched, job, pause);
    hand_over(sched, job, outcome, phase_of(job->directive.op, outcome), out);
}

/* The job gives other nodes than those it was asked for: what was kept for a
 * waiting job is then these. */
static void take_choice(struct sched *sched, struct job *job,
                        const struct idset *given)
{
    struct directive *directive = &job->directive;
    struct reservation *reservation = &sched->reservation;

    if (idset_is_empty(given) || directive->op == DIRECTIVE_GROW)
        return;
    if (idset_is_subset(&directive->delta, &reservation->nodes)) {
        idset_subtract(&reservation->nodes, &directive->delta);
        idset_unite(&reservation->nodes, given);
    }
    idset_copy(&directive->delta, given);
}

static void offer(struct sched *sched, struct job *job,
                  const struct event *event, struct actions *out)
{
    struct directive *directive = &job->directive;

    *directive = (struct directive){.state = DIRECTIVE_OFFERED,
                                    .op = event->op,
                                    .asker = event->asker,
                                    .seq = event->seq,
                                    .delta = directive->delta,
                                    .offered = sched->now,
                                    .accept_by = event->accept_by,
                                    .done_by = event->when,
                                    .for_job = event->for_job};
    idset_copy(&directive->delta, &event->nodes);
    if (event->seq > sched->last_seq)
        sched->last_seq = event->seq;
    if (event->op == DIRECTIVE_GROW)
        pool_take(&sched->pool, &event->nodes, job->request.id);
    tell(job, out);
    ask(job, ACT_OFFER, out);
}

static void move_to(struct job *job, enum directive_state state,
                    struct actions *out)
{
    job->directive.state = state;
    tell(job, out);
}

/* The time to be done counts anew from the acceptance; it may be the one that
 * a user gave, not the job's own. */
static void accept(struct sched *sched, struct job *job, struct actions *out)
{
    struct directive *directive = &job->directive;
    time_us from = directive->accept_by == TIME_NEVER ? directive->offered
                                                      : directive->accept_by;

    if (directive->done_by != TIME_NEVER)
        directive->done_by = time_add(sched->now, directive->done_by - from);
    move_to(job, DIRECTIVE_ACCEPTED, out);
}

/* It is at work: the time to be done counts anew. */
static void progress(const struct sched *sched, struct job *job)
{
    time_us done_by = time_add(sched->now, job->request.done_within);

    if (done_by > job->directive.done_by)
        job->directive.done_by = done_by;
}

void directive_apply(struct sched *sched, struct job *job,
                     const struct event *event, struct actions *out)
{
    struct directive *directive = &job->directive;
    bool is_forcing = directive->state == DIRECTIVE_FORCING;

    switch (event->type) {
    case EV_OFFER:
        offer(sched, job, event, out);
        break;
    case EV_SHOWN:
        directive->shown = true;
        break;
    case EV_ACCEPTED:
        accept(sched, job, out);
        break;
    case EV_PROGRESSED:
        progress(sched, job);
        break;
    case EV_DONE:
        take_choice(sched, job, &event->nodes);
        end(sched, job, DIRECTIVE_DONE, 0, out);
        break;
    case EV_REFUSED:
        end(sched, job, DIRECTIVE_REFUSED, event->duration, out);
        break;
    case EV_FAILED:
        end(sched, job, is_forcing ? DIRECTIVE_EXPIRED : DIRECTIVE_FAILED, 0,
            out);
        break;
    case EV_WITHDRAW:
        move_to(job, DIRECTIVE_WITHDRAWING, out);
        ask(job, ACT_WITHDRAW, out);
        break;
    case EV_WITHDRAWN:
        end(sched, job, event->is_found ? DIRECTIVE_EXPIRED : DIRECTIVE_DONE, 0,
            out);
        break;
    case EV_FORCE:
        move_to(job, DIRECTIVE_FORCING, out);
        if (!job_is_forced_by_restart(&job->request))
            ask(job, ACT_FORCE, out);
        break;
    default:
        assert(event->type == EV_FORCED);
        end(sched, job, DIRECTIVE_FORCED, 0, out);
    }
    index_timers(sched, job);
}

void directive_abandon(struct sched *sched, struct job *job,
                       struct actions *out)
{
    if (!job_has_open_directive(job))
        return;
    ask(job, ACT_WITHDRAW, out);
    end(sched, job, DIRECTIVE_FAILED, 0, out);
}

void directive_conclude(struct sched *sched, struct job *job,
                        struct actions *out)
{
    bool is_forced = job->directive.state == DIRECTIVE_FORCING;

    if (!job_has_open_directive(job))
        return;
    ask(job, ACT_WITHDRAW, out);
    leave_alone(sched, job, 0);
    hand_over(sched, job, is_forced ? DIRECTIVE_FORCED : DIRECTIVE_DONE,
              PHASE_RESTART, out);
}

/* No cool-down follows: it may be offered others for them at once. */
void directive_lose(struct sched *sched, struct job *job,
                    const struct idset *gone, struct actions *out)
{
    struct directive *directive = &job->directive;

    *directive = (struct directive){.op = DIRECTIVE_SHRINK,
                                    .asker = ASKED_BY_NODE_LOSS,
                                    .seq = ++sched->last_seq,
                                    .delta = directive->delta,
                                    .offered = sched->now,
                                    .accept_by = TIME_NEVER,
                                    .done_by = sched->now};
    idset_copy(&directive->delta, gone);
    hand_over(sched, job, DIRECTIVE_FORCED, PHASE_LOST, out);
}
