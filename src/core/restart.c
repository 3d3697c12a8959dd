/* SPDX-License-Identifier: BSD-2-Clause */
/* Starting again in place. */
#include "core/restart.h"

#include "core/attempt.h"
#include "core/directive.h"
#include "core/index.h"
#include "core/progress.h"
#include "core/walltime.h"
#include "core/wish.h"

/* A program that asks to run again sooner than this has done nothing. */
#define SHORT_ATTEMPT USEC_PER_SEC
/* So many in a row may start again at once, then so many later each time. */
#define MAX_AT_ONCE 3
#define MAX_LATER 5

bool restart_is_asked(const struct job *job, const struct event *event)
{
    const struct job_request *request = &job->request;
    bool is_resizable =
        request->kind == JOB_ELASTIC || request->kind == JOB_EVOLVING;

    return is_resizable && event->exit == EXITED_BY_ITSELF &&
           event->code == RESTART_CODE && event->signal == 0 &&
           (request->resize == RESIZE_APP || request->resize == RESIZE_HOOK ||
            request->resize == RESIZE_RESTART);
}

static uint32_t n_up(const struct sched *sched, const struct idset *nodes)
{
    return idset_count(nodes) - idset_count_common(nodes, &sched->pool.down);
}

/* Whether the open directive can be done: what a shrink would give may be
 * needed now that other nodes are lost. */
static bool is_directive_kept(const struct sched *sched, const struct job *job)
{
    const struct directive *directive = &job->directive;

    if (!job_has_open_directive(job))
        return false;
    return directive->op == DIRECTIVE_GROW ||
           n_up(sched, &job->nodes) >=
               job->request.min_nodes + n_up(sched, &directive->delta);
}

uint32_t restart_size(const struct sched *sched, const struct job *job)
{
    uint32_t n = n_up(sched, &job->nodes);
    uint32_t n_delta = n_up(sched, &job->directive.delta);

    if (!is_directive_kept(sched, job))
        return n;
    return job->directive.op == DIRECTIVE_GROW ? n + n_delta : n - n_delta;
}

/* Nodes that are down do not go on with the job. */
static void leave_lost_nodes(struct sched *sched, struct job *job,
                             struct actions *out)
{
    struct idset lost = {.count = 0};

    idset_copy(&lost, &job->nodes);
    idset_intersect(&lost, &sched->pool.down);
    if (!idset_is_empty(&lost)) {
        uint32_t n_before = idset_count(&job->nodes);

        idset_subtract(&job->nodes, &lost);
        walltime_follow(job, n_before, 0, sched->now);
        pool_give_back(&sched->pool, &lost);
        if (out != NULL)
            idset_copy(&actions_tell(out, ACT_RELEASE, job)->nodes, &lost);
    }
    idset_release(&lost);
}

static void tell_start(const struct job *job, struct actions *out)
{
    struct action *action;

    if (out == NULL)
        return;
    idset_copy(&actions_tell(out, ACT_START, job)->nodes, &job->nodes);
    action = actions_tell(out, ACT_PHASE, job);
    action->why = PHASE_RESTART;
    idset_copy(&action->nodes, &job->nodes);
}

static void start_in_place(struct sched *sched, struct job *job,
                           struct actions *out)
{
    index_remove(sched, job);
    if (is_directive_kept(sched, job))
        directive_conclude(sched, job, out);
    else
        directive_abandon(sched, job, out);
    wish_abandon(sched, job, out);
    leave_lost_nodes(sched, job, out);
    if (out != NULL)
        actions_tell(out, ACT_RESTARTED, job);
    job->attempt++;
    job->state = JOB_STARTING;
    job->ending = ENDING_NOT;
    job->attempt_started = sched->now;
    job->seen_running = 0;
    progress_measure_anew(job);
    index_add(sched, job);
    index_timers(sched, job);
    tell_start(job, out);
}

void restart(struct sched *sched, struct job *job, const struct event *event,
             enum job_state outcome, struct actions *out)
{
    time_us from =
        job->seen_running > 0 ? job->seen_running : job->attempt_started;
    bool is_short = sched->now - from < SHORT_ATTEMPT;
    uint32_t n_short = is_short ? job->n_short_attempts + 1 : 0;

    if (job->planned_end <= sched->now) {
        attempt_finish(sched, job, JOB_TIMEOUT, event, out);
        return;
    }
    if (n_short >= MAX_AT_ONCE + MAX_LATER) {
        attempt_finish(sched, job, outcome, event, out);
        return;
    }
    job->n_short_attempts = n_short;
    if (n_short <= MAX_AT_ONCE &&
        restart_size(sched, job) >= job->request.min_nodes) {
        start_in_place(sched, job, out);
        return;
    }
    if (n_short > MAX_AT_ONCE)
        job->request.begin =
            time_add(sched->now, USEC_PER_SEC << (n_short - MAX_AT_ONCE));
    attempt_go_back(sched, job, out);
}
