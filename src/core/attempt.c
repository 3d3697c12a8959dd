/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of one attempt. */
#include "core/attempt.h"

#include "core/depend.h"
#include "core/directive.h"
#include "core/index.h"
#include "core/progress.h"
#include "core/restart.h"
#include "core/walltime.h"
#include "core/wish.h"

#define MAX_START_FAILURES 5

/* ---- the end of an attempt ---- */

/* Gives all nodes of JOB back and forgets its attempt. JOB is unindexed. */
static void leave_nodes(struct sched *sched, struct job *job,
                        struct actions *out)
{
    directive_abandon(sched, job, out);
    wish_abandon(sched, job, out);
    if (idset_is_empty(&job->nodes))
        return;
    pool_give_back(&sched->pool, &job->nodes);
    if (out != NULL)
        idset_copy(&actions_tell(out, ACT_RELEASE, job)->nodes, &job->nodes);
    idset_release(&job->nodes);
}

void attempt_finish(struct sched *sched, struct job *job,
                    enum job_state outcome, const struct event *event,
                    struct actions *out)
{
    index_remove(sched, job);
    leave_nodes(sched, job, out);
    depend_unlink(sched, job);
    job_table_end(&sched->jobs, job->request.id, outcome);
    if (sched->reservation.job == job->request.id)
        reservation_end(sched);
    depend_settle(sched, job, outcome);
    if (out != NULL) {
        struct action *action = actions_tell(out, ACT_FINISHED, job);

        action->state = outcome;
        action->code = event->code;
        action->signal = event->signal;
    }
    job_destroy(job);
}

/* Back to the queue at its old place. JOB is indexed. */
static void go_back(struct sched *sched, struct job *job, struct actions *out)
{
    index_remove(sched, job);
    leave_nodes(sched, job, out);
    if (out != NULL)
        actions_tell(out, ACT_REQUEUED, job);
    job->state = JOB_PENDING;
    job->ending = ENDING_NOT;
    job->started = job->planned_end = job->no_resize_before = 0;
    job->attempt_started = job->seen_running = 0;
    job->progress = 0;
    job->progressed = 0;
    job->delayed = 0;
    progress_measure_anew(job);
    job->directive.state = DIRECTIVE_NONE;
    index_add(sched, job);
    index_timers(sched, job);
}

void attempt_go_back(struct sched *sched, struct job *job, struct actions *out)
{
    go_back(sched, job, out);
    job->attempt++;
}

static bool runs_again(const struct job *job, enum job_state outcome)
{
    const struct job_request *request = &job->request;

    if (outcome == JOB_CANCELLED)
        return false;
    if (job->ending == ENDING_REQUEUE || job->ending == ENDING_RESTART ||
        (outcome == JOB_NODE_FAIL && request->loss == LOSS_RESTARTS))
        return true;
    return request->requeue &&
           (outcome == JOB_NODE_FAIL || outcome == JOB_LOST);
}

/* Ends the attempt as its ending says, or runs it again from the queue. */
static void end_attempt(struct sched *sched, struct job *job,
                        enum job_state outcome, const struct event *event,
                        struct actions *out)
{
    if (runs_again(job, outcome))
        attempt_go_back(sched, job, out);
    else
        attempt_finish(sched, job, outcome, event, out);
}

/* ---- its start ---- */

void attempt_start(struct sched *sched, struct job *job,
                   const struct event *event, struct actions *out)
{
    struct action *action;

    if (sched->reservation.job == job->request.id)
        reservation_end(sched);
    index_remove(sched, job);
    pool_take(&sched->pool, &event->nodes, job->request.id);
    idset_copy(&job->nodes, &event->nodes);
    job->state = JOB_STARTING;
    job->started = sched->now;
    job->planned_end = time_add(
        sched->now, walltime_at(&job->request, idset_count(&job->nodes)));
    job->attempt_started = sched->now;
    index_add(sched, job);
    if (out == NULL)
        return;
    action = actions_tell(out, ACT_START, job);
    idset_copy(&action->nodes, &job->nodes);
    action = actions_tell(out, ACT_PHASE, job);
    action->why = PHASE_START;
    idset_copy(&action->nodes, &job->nodes);
}

void attempt_started(struct sched *sched, struct job *job)
{
    job->state = JOB_RUNNING;
    job->n_start_failures = 0;
    job->seen_running = sched->now;
    if (job->request.kind == JOB_ELASTIC) /* others stand as they stood */
        index_renew(sched, job);
}

/* Not the job's fault: try again, later each time, as the same attempt. */
void attempt_start_failed(struct sched *sched, struct job *job,
                          const struct event *event, struct actions *out)
{
    if (job->ending == ENDING_CANCEL) {
        attempt_finish(sched, job, JOB_CANCELLED, event, out);
        return;
    }
    if (event->is_final || ++job->n_start_failures >= MAX_START_FAILURES) {
        attempt_finish(sched, job, JOB_FAILED, event, out);
        return;
    }
    job->request.begin =
        time_add(sched->now, USEC_PER_SEC << job->n_start_failures);
    go_back(sched, job, out);
}

/* ---- its end, as told and as reported ---- */

void attempt_kill(struct sched *sched, struct job *job, enum job_ending ending,
                  dur_us grace, struct actions *out)
{
    index_remove(sched, job);
    if (ending > job->ending)
        job->ending = ending;
    job->state = JOB_COMPLETING;
    wish_abandon(sched, job, out);
    index_add(sched, job);
    if (out != NULL) {
        struct action *action = actions_tell(out, ACT_KILL, job);

        action->duration = grace;
        action->ending = job->ending;
    }
}

/* Ended because it was told to, or because a node was lost. */
static enum job_state outcome_on_request(const struct job *job)
{
    return job->ending == ENDING_NODE_FAIL || job->ending == ENDING_REQUEUE
               ? JOB_NODE_FAIL
               : JOB_CANCELLED;
}

/* One that is to run again does so, unless it was told to end for good: it
 * only did not know yet. */
static void exited_by_itself(struct sched *sched, struct job *job,
                             const struct event *event, struct actions *out)
{
    bool is_good = event->code == 0 && event->signal == 0;

    if (restart_is_asked(job, event) && job->ending > ENDING_RESTART) {
        end_attempt(sched, job, outcome_on_request(job), event, out);
    } else if (restart_is_asked(job, event)) {
        restart(sched, job, event, JOB_FAILED, out);
    } else {
        job->ending = ENDING_NOT;
        end_attempt(sched, job, is_good ? JOB_COMPLETED : JOB_FAILED, event,
                    out);
    }
}

void attempt_exited(struct sched *sched, struct job *job,
                    const struct event *event, struct actions *out)
{
    switch (event->exit) {
    case EXITED_BY_ITSELF:
        exited_by_itself(sched, job, event, out);
        break;
    case EXITED_AT_WALLTIME:
        job->ending = ENDING_NOT;
        end_attempt(sched, job, JOB_TIMEOUT, event, out);
        break;
    case EXITED_ON_REQUEST:
        if (job->ending == ENDING_RESTART)
            restart(sched, job, event, JOB_FAILED, out);
        else
            end_attempt(sched, job, outcome_on_request(job), event, out);
        break;
    case EXITED_NODE_LOST:
        if (job->ending == ENDING_RESTART ||
            (job->ending == ENDING_NOT && job->request.loss == LOSS_RESTARTS))
            restart(sched, job, event, JOB_NODE_FAIL, out);
        else
            end_attempt(sched, job,
                        job->ending == ENDING_CANCEL ? JOB_CANCELLED
                                                     : JOB_NODE_FAIL,
                        event, out);
        break;
    }
}

void attempt_lost(struct sched *sched, struct job *job,
                  const struct event *event, struct actions *out)
{
    enum job_state outcome = JOB_LOST;

    if (job->ending == ENDING_CANCEL)
        outcome = JOB_CANCELLED;
    else if (job->ending == ENDING_NODE_FAIL)
        outcome = JOB_NODE_FAIL;
    end_attempt(sched, job, outcome, event, out);
}
