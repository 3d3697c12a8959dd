/* SPDX-License-Identifier: BSD-2-Clause */
/* The one door, replay, and the scheduler's life. */
#include "core/sched.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/duration.h"
#include "core/apply.h"
#include "core/check.h"
#include "core/index.h"
#include "core/step.h"
#include "core/walltime.h"

void sched_config_init(struct sched_config *config)
{
    *config = (struct sched_config){
        .backfill = BACKFILL_EASY,
        .backfill_depth = 1000,
        .mode = MODE_ELASTIC,
        .sizing = SIZING_PREFERRED,
        .expand = strategy_expand("speedup"),
        .shrink = strategy_shrink("speedup"),
        .accept_within = 30 * USEC_PER_SEC,
        .done_within = 300 * USEC_PER_SEC,
        .policy_done_within = 600 * USEC_PER_SEC,
        .cooldown = -1,
        .ends = TIME_NEVER,
    };
}

/* Shrinking for those behind the head goes by the shortest, too. */
static void keep_order(struct sched *sched)
{
    const struct sched_config *config = &sched->config;

    queue_keep_shortest(&sched->queue,
                        config->backfill_order == BACKFILL_SHORTEST ||
                            config->sizing == SIZING_PREFERRED);
}

struct sched *sched_create(const struct sched_config *config)
{
    struct sched *sched = mem_alloc(sizeof *sched);

    sched->config = *config;
    job_table_init(&sched->jobs);
    pool_init(&sched->pool);
    queue_init(&sched->queue);
    keep_order(sched);
    profile_init(&sched->profile);
    heap_init(&sched->timers);
    return sched;
}

void sched_destroy(struct sched *sched)
{
    if (sched == NULL)
        return;
    job_table_release(&sched->jobs);
    pool_release(&sched->pool);
    heap_release(&sched->timers);
    idset_release(&sched->reservation.nodes);
    candidates_release(&sched->candidates);
    elastic_list_release(&sched->elastic);
    free(sched);
}

void sched_set_config(struct sched *sched, const struct sched_config *config)
{
    bool is_moved = sched->config.ends != config->ends ||
                    sched->config.least_run != config->least_run ||
                    sched->config.estimates != config->estimates ||
                    sched->config.sizing != config->sizing ||
                    sched->config.start_at_max != config->start_at_max;

    sched->config = *config;
    keep_order(sched);
    if (is_moved)
        index_refresh_all(sched);
}

static void record(const struct sched *sched, const struct event *event,
                   struct actions *out)
{
    struct event *copy;

    if (out->without_records)
        return;
    copy = &actions_add(out, ACT_RECORD)->event;
    event_copy(copy, event);
    copy->now = sched->now;
    copy->more = false;
}

void step_decide(struct sched *sched, struct event *event, struct actions *out)
{
    enum check check = check_event(sched, event, NULL);

    assert(check != CHECK_BAD);
    if (check == CHECK_OK) {
        record(sched, event, out);
        apply_event(sched, event, out);
    }
    event_release(event);
}

/* A submit is recorded with what the configuration adds, so that replay does
 * not depend on it. */
static void step_submit(struct sched *sched, const struct event *event,
                        struct actions *out)
{
    struct event complete = *event; /* what it owns stays EVENT's */
    struct job_request *request = &complete.request;
    const struct sched_config *config = &sched->config;

    if (request->accept_within == 0)
        request->accept_within = config->accept_within;
    if (request->done_within == 0)
        request->done_within = request->resize == RESIZE_POLICY
                                   ? config->policy_done_within
                                   : config->done_within;
    if (request->cooldown < 0)
        request->cooldown = config->cooldown;
    record(sched, &complete, out);
    apply_event(sched, &complete, out);
}

/* A running job gets no limit past the end of the allocation, unless it is a
 * shorter one than it has, from when the end was another. Not a part of the
 * guard: the journal may be read with another end, too. */
static int check_new_end(const struct sched *sched, const struct event *event,
                         struct err *err)
{
    const struct job *job = job_table_get(&sched->jobs, event->job);
    time_us ends = sched->config.ends, new_end;
    char span[DURATION_TEXT_MAX];

    if (event->type != EV_UPDATE || job->state == JOB_PENDING ||
        !(event->update.changes & CHANGE_WALLTIME))
        return 0;
    new_end = walltime_new_end(job, event->update.walltime);
    if (new_end <= ends || new_end == job->planned_end ||
        (new_end < job->planned_end && job->planned_end != TIME_NEVER))
        return 0;
    err_set(err, ERR_CONFLICT,
            "job %" PRId64 " would run past the end of the allocation",
            event->job);
    if (ends <= job->started)
        return -1;
    return err_hint(err, "its walltime can be %s at most",
                    duration_human(ends - job->started, span));
}

/* Nothing comes of EVENT, nor of others that came just before it. */
static bool is_nothing(const struct sched *sched, const struct event *event,
                       enum check check)
{
    return check == CHECK_IGNORE && event->type != EV_TIMER &&
           (event->more || !sched->is_pass_due);
}

int sched_step(struct sched *sched, const struct event *event,
               struct actions *out)
{
    enum check check = check_event(sched, event, &out->err);
    time_us before = sched->now;

    if (check == CHECK_BAD)
        return -1;
    out->retry_after = 0;
    err_clear(&out->err);
    if (is_nothing(sched, event, check))
        return 0;
    if (check_new_end(sched, event, &out->err) < 0)
        return -1;
    if (event->now > sched->now)
        sched->now = event->now;
    if (event->type == EV_RESIZE_ASKED) {
        if (step_resize(sched, event, out, &out->err) < 0) {
            sched->now = before;
            return -1;
        }
    } else if (event->type == EV_SUBMIT) {
        step_submit(sched, event, out);
    } else if (check == CHECK_OK) {
        record(sched, event, out);
        apply_event(sched, event, out);
    }
    sched->is_pass_due = event->more;
    if (!event->more)
        step_schedule(sched, out);
    return 0;
}

int sched_replay(struct sched *sched, const struct event *record,
                 struct err *err)
{
    /* A wish is not recorded, only the offer that came of it. */
    if (record->type == EV_RESIZE_ASKED ||
        check_event(sched, record, err) != CHECK_OK)
        return err_set(err, ERR_INPUT,
                       "the journal does not fit: %s for job %lld",
                       event_type_name(record->type), (long long)record->job);
    if (record->now > sched->now)
        sched->now = record->now;
    apply_event(sched, record, NULL);
    return 0;
}

static void repeat(const struct job *job, enum action_type type,
                   struct actions *out)
{
    const struct directive *directive = &job->directive;
    struct action *action = actions_add(out, type);

    action->job = job->request.id;
    action->attempt = job->attempt;
    action->ending = job->ending;
    action->seq = directive->seq;
    action->op = directive->op;
    idset_copy(&action->nodes,
               type == ACT_START ? &job->nodes : &directive->delta);
}

void sched_resume(struct sched *sched, time_us now, struct actions *out)
{
    const struct job *job = sched_next_job(sched, 0);

    for (; job != NULL; job = sched_next_job(sched, job->request.id)) {
        if (job->state == JOB_STARTING)
            repeat(job, ACT_START, out);
        if (job->state == JOB_COMPLETING)
            repeat(job, ACT_KILL, out);
        if (job->directive.state == DIRECTIVE_OFFERED && !job->directive.shown)
            repeat(job, ACT_OFFER, out);
        if (job->directive.state == DIRECTIVE_WITHDRAWING)
            repeat(job, ACT_WITHDRAW, out);
        if (job->directive.state == DIRECTIVE_FORCING &&
            job->state == JOB_RUNNING)
            repeat(job, ACT_FORCE, out);
    }
    if (now > sched->now)
        sched->now = now;
    step_schedule(sched, out);
}
