/* SPDX-License-Identifier: BSD-2-Clause */
/* Resizes that a user or the job itself asks for, and the offer of any. */
#include <inttypes.h>

#include "core/grant.h"
#include "core/index.h"
#include "core/plan.h"
#include "core/step.h"

/* The seed's clients, which speak policy.json, never accept: they act and are
 * done. */
static time_us accept_by(const struct sched *sched, const struct job *job)
{
    return job->request.resize == RESIZE_POLICY
               ? TIME_NEVER
               : time_add(sched->now, job->request.accept_within);
}

time_us step_done_by(const struct sched *sched, const struct job *job,
                     dur_us done_within)
{
    time_us from = accept_by(sched, job);

    return time_add(from == TIME_NEVER ? sched->now : from,
                    done_within == 0 ? job->request.done_within : done_within);
}

void step_offer(struct sched *sched, struct job *job, enum directive_op op,
                struct idset *delta, enum asker asker, int64_t for_job,
                dur_us done_within, struct actions *out)
{
    struct event event;

    event_init(&event, EV_OFFER, sched->now);
    event.job = job->request.id;
    event.seq = sched->last_seq + 1;
    event.op = op;
    event.asker = asker;
    event.for_job = for_job;
    idset_move(&event.nodes, delta);
    event.accept_by = accept_by(sched, job);
    event.when = step_done_by(sched, job, done_within);
    step_decide(sched, &event, out);
}

static int check_resizable(const struct sched *sched, const struct job *job,
                           struct err *err)
{
    int64_t id = job->request.id;

    if (job->request.kind != JOB_ELASTIC && job->request.kind != JOB_EVOLVING) {
        err_set(err, ERR_CONFLICT, "job %" PRId64 " is %s: its size is fixed",
                id, job_kind_name(job->request.kind));
        return err_hint(err, "submit it with \"elastic\": true");
    }
    if (sched->config.mode == MODE_RIGID)
        return err_set(err, ERR_CONFLICT,
                       "the manager runs with --mode rigid: nothing resizes");
    if (job->state != JOB_RUNNING)
        return err_set(err, ERR_CONFLICT, "job %" PRId64 " is %s", id,
                       job_state_name(job->state));
    return 0;
}

/* A job that wants more is held back by its cool-down; its user is not, nor is
 * it when it gives nodes back. */
static int check_ready(const struct sched *sched, const struct job *job,
                       enum asker asker, enum directive_op op, struct err *err)
{
    int64_t id = job->request.id;

    if (job_has_open_directive(job))
        return err_set(err, ERR_CONFLICT,
                       "job %" PRId64 " is %s already: wait for its answer", id,
                       job_display_state(job));
    if (asker == ASKED_BY_JOB && op == DIRECTIVE_GROW &&
        job->no_resize_before > sched->now)
        return err_set(err, ERR_CONFLICT,
                       "job %" PRId64 " was resized a moment ago", id);
    return 0;
}

int step_explain_bounds(const struct job *job, enum directive_op op, uint32_t n,
                        struct err *err)
{
    uint32_t has = idset_count(&job->nodes);
    uint32_t max = job->request.max_nodes, min = job->request.min_nodes;
    bool is_grow = op == DIRECTIVE_GROW;

    if (n >= 1 && n <= (is_grow ? max - has : has - min))
        return 0;
    return err_set(err, ERR_CONFLICT, "job %" PRId64 " has %u nodes and %s %u",
                   job->request.id, has, is_grow ? "max_nodes" : "min_nodes",
                   is_grow ? max : min);
}

static int check_growth(const struct sched *sched, const struct job *job,
                        uint32_t n, struct err *err)
{
    const struct job *head = sched_head(sched);
    struct queue_hole hole = plan_hole(sched, head);
    bool is_short = step_ends_in_time(sched, job, &hole);
    uint32_t n_idle = sched_n_idle(sched);

    if (n > n_idle)
        return err_set(err, ERR_CONFLICT, "%u nodes asked for, %u idle", n,
                       n_idle);
    if (n > (is_short ? hole.n_free : hole.n_extra))
        return err_set(err, ERR_CONFLICT,
                       "that would delay the promised start of job %" PRId64,
                       head->request.id);
    if (head != NULL && sched->config.backfill == BACKFILL_CONSERVATIVE)
        return err_set(err, ERR_CONFLICT,
                       "job %" PRId64 " waits, and with conservative "
                       "backfilling nothing grows then",
                       head->request.id);
    return 0;
}

int step_explain_refusal(const struct sched *sched, const struct job *job,
                         enum directive_op op, uint32_t n, struct err *err)
{
    if (check_ready(sched, job, ASKED_BY_JOB, op, err) < 0 ||
        (op == DIRECTIVE_GROW && check_growth(sched, job, n, err) < 0))
        return -1;
    return err_set(err, ERR_CONFLICT,
                   "the idle nodes are kept for jobs that asked before");
}

/* The nodes of a grow: those named, or the first idle ones. */
static int choose_growth(const struct sched *sched, const struct event *event,
                         uint32_t n, struct idset *delta, struct err *err)
{
    struct idset idle = {.count = 0};
    int result = 0;

    sched_idle(sched, &idle);
    if (!idset_is_subset(&event->nodes, &idle))
        result = err_set(err, ERR_CONFLICT, "not all of those nodes are idle");
    else if (!idset_is_empty(&event->nodes))
        idset_copy(delta, &event->nodes);
    else
        idset_take_first(&idle, n, delta);
    idset_release(&idle);
    return result;
}

/* The nodes of a shrink: those named, or the last ones. */
static int choose_shrink(const struct job *job, const struct event *event,
                         uint32_t n, struct idset *delta, struct err *err)
{
    struct idset own = {.count = 0};

    if (!idset_is_subset(&event->nodes, &job->nodes))
        return err_set(err, ERR_CONFLICT,
                       "not all of those nodes are job %" PRId64 "'s",
                       job->request.id);
    if (!idset_is_empty(&event->nodes)) {
        idset_copy(delta, &event->nodes);
        return 0;
    }
    idset_copy(&own, &job->nodes);
    idset_take_last(&own, n, delta);
    idset_release(&own);
    return 0;
}

/* All of it, now, or nothing. */
static int choose(const struct sched *sched, const struct job *job,
                  const struct event *event, struct idset *delta,
                  struct err *err)
{
    uint32_t n =
        idset_is_empty(&event->nodes) ? event->n : idset_count(&event->nodes);

    if (check_ready(sched, job, event->asker, event->op, err) < 0 ||
        step_explain_bounds(job, event->op, n, err) < 0)
        return -1;
    if (event->op == DIRECTIVE_SHRINK)
        return choose_shrink(job, event, n, delta, err);
    if (check_growth(sched, job, n, err) < 0)
        return -1;
    return choose_growth(sched, event, n, delta, err);
}

int step_resize(struct sched *sched, const struct event *event,
                struct actions *out, struct err *err)
{
    struct job *job = job_table_get(&sched->jobs, event->job);
    struct idset delta = {.count = 0};
    int result = check_resizable(sched, job, err);

    if (result == 0 && event->asker == ASKED_BY_JOB &&
        idset_is_empty(&event->nodes))
        return step_wish(sched, job, event, out, err);
    if (result == 0)
        result = choose(sched, job, event, &delta, err);
    if (result == 0)
        step_offer(sched, job, event->op, &delta, event->asker, 0,
                   event->duration, out);
    idset_release(&delta);
    return result;
}

bool sched_offers(const struct sched *sched, int64_t id, time_us now,
                  uint32_t *n, time_us *until)
{
    const struct job *job = job_table_get(&sched->jobs, id);
    uint32_t n_safe = 0;

    *n = 0;
    *until = 0;
    if (job == NULL || check_resizable(sched, job, NULL) < 0 ||
        job_has_open_directive(job) || job->no_resize_before > now ||
        job->estimated_end <= now)
        return false;
    n_safe = grant_safe_growth(sched, job, grant_n_claimed(sched, job));
    *n = n_safe;
    *until = n_safe > 0 ? job->planned_end : 0;
    return n_safe > 0;
}
