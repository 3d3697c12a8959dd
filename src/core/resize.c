/* SPDX-License-Identifier: BSD-2-Clause */
/* Resizes that a user or the job itself asks for, and the offer of any. */
#include <inttypes.h>

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
    if (job_has_open_directive(job))
        return err_set(err, ERR_CONFLICT,
                       "job %" PRId64 " is %s already: wait for its answer", id,
                       job_display_state(job));
    return 0;
}

/* The nodes of a grow: those named, or the first idle ones. */
static int choose_growth(const struct sched *sched, const struct job *job,
                         const struct event *event, struct idset *delta,
                         struct err *err)
{
    uint32_t n =
        idset_is_empty(&event->nodes) ? event->n : idset_count(&event->nodes);
    uint32_t has = idset_count(&job->nodes);
    const struct job *head = sched_head(sched);
    struct queue_hole hole = plan_hole(sched, head);
    bool is_short = step_ends_in_time(job, &hole, sched->now);
    struct idset idle = {.words = NULL};
    int result = 0;

    sched_idle(sched, &idle);
    if (n < 1 || has + n > job->request.max_nodes) {
        result = err_set(err, ERR_CONFLICT,
                         "job %" PRId64 " has %u nodes and max_nodes %u",
                         job->request.id, has, job->request.max_nodes);
    } else if (n > idset_count(&idle)) {
        result = err_set(err, ERR_CONFLICT, "%u nodes asked for, %u idle", n,
                         idset_count(&idle));
    } else if (n > (is_short ? hole.n_free : hole.n_extra)) {
        result = err_set(err, ERR_CONFLICT,
                         "that would delay the promised start of job %" PRId64,
                         head->request.id);
    } else if (head != NULL &&
               sched->config.backfill == BACKFILL_CONSERVATIVE) {
        result = err_set(err, ERR_CONFLICT,
                         "job %" PRId64 " waits, and with conservative "
                         "backfilling nothing grows then",
                         head->request.id);
    } else if (!idset_is_subset(&event->nodes, &idle)) {
        result = err_set(err, ERR_CONFLICT, "not all of those nodes are idle");
    } else if (!idset_is_empty(&event->nodes)) {
        idset_copy(delta, &event->nodes);
    } else {
        idset_take_first(&idle, n, delta);
    }
    idset_release(&idle);
    return result;
}

/* The nodes of a shrink: those named, or the last ones. */
static int choose_shrink(const struct job *job, const struct event *event,
                         struct idset *delta, struct err *err)
{
    uint32_t n =
        idset_is_empty(&event->nodes) ? event->n : idset_count(&event->nodes);
    uint32_t has = idset_count(&job->nodes);
    struct idset own = {.words = NULL};

    if (n < 1 || has < n || has - n < job->request.min_nodes)
        return err_set(err, ERR_CONFLICT,
                       "job %" PRId64 " has %u nodes and min_nodes %u",
                       job->request.id, has, job->request.min_nodes);
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

int step_resize(struct sched *sched, const struct event *event,
                struct actions *out, struct err *err)
{
    struct job *job = job_table_get(&sched->jobs, event->job);
    struct idset delta = {.words = NULL};
    int result = check_resizable(sched, job, err);

    if (result == 0 && event->asker == ASKED_BY_JOB &&
        job->no_resize_before > sched->now)
        result = err_set(err, ERR_CONFLICT,
                         "job %" PRId64 " was resized a moment ago",
                         job->request.id);
    if (result == 0)
        result = event->op == DIRECTIVE_GROW
                     ? choose_growth(sched, job, event, &delta, err)
                     : choose_shrink(job, event, &delta, err);
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
    const struct job *head = sched_head(sched);
    struct queue_hole hole = plan_hole(sched, head);
    bool is_kept =
        head != NULL && sched->config.backfill == BACKFILL_CONSERVATIVE;
    uint32_t room;

    *n = 0;
    *until = 0;
    if (job == NULL || is_kept || job->no_resize_before > now ||
        check_resizable(sched, job, NULL) < 0)
        return false;
    room = job->request.max_nodes - idset_count(&job->nodes);
    *n = step_ends_in_time(job, &hole, sched->now) ? hole.n_free : hole.n_extra;
    if (*n > room)
        *n = room;
    *until = *n > 0 ? job->planned_end : 0;
    return *n > 0;
}
