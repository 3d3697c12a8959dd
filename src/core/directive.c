/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Directives: from offer to exactly one outcome. Whatever the branch, each
 * node of the delta ends with one owner (doc/states.md, "Directives").
 */
#include "core/directive.h"

#include <assert.h>

#include "core/index.h"

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

/* Ends the directive; the one place where its nodes change hands. */
static void end(struct sched *sched, struct job *job,
                enum directive_state outcome, dur_us pause, struct actions *out)
{
    struct directive *directive = &job->directive;
    bool is_done = outcome == DIRECTIVE_DONE || outcome == DIRECTIVE_FORCED;
    dur_us cooldown = cooldown_of(job);

    directive->state = outcome;
    job->no_resize_before =
        time_add(sched->now, pause > cooldown ? pause : cooldown);
    tell(job, out);
    if (directive->op == DIRECTIVE_GROW && is_done) {
        idset_unite(&job->nodes, &directive->delta);
        tell_phase(job, PHASE_GROW, out);
    } else if (directive->op == DIRECTIVE_GROW) {
        give_back(sched, job, out);
    } else if (is_done) {
        idset_subtract(&job->nodes, &directive->delta);
        tell_phase(job,
                   outcome == DIRECTIVE_FORCED ? PHASE_FORCED : PHASE_SHRINK,
                   out);
        give_back(sched, job, out);
    }
    idset_clear(&directive->delta);
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
    case EV_DONE:
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
