/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Deciding on wishes of jobs for another size: when they are made, and in each
 * pass for those that wait, oldest first (doc/elastic.md, "Wishes").
 */
#include "core/grant.h"
#include "core/index.h"
#include "core/step.h"

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* The most that JOB could ever get, or give, at its size. */
static uint32_t room_of(const struct job *job, enum directive_op op)
{
    uint32_t has = idset_count(&job->nodes);

    return op == DIRECTIVE_GROW ? job->request.max_nodes - has
                                : has - job->request.min_nodes;
}

static struct grant grant_of(const struct sched *sched, const struct job *job,
                             enum directive_op op, uint32_t n,
                             uint32_t n_claimed)
{
    bool can_give = job->ending == ENDING_NOT && !job_has_open_directive(job);

    if (op == DIRECTIVE_SHRINK)
        return (struct grant){can_give ? smaller(n, room_of(job, op)) : 0, 0};
    if (!step_may_resize(sched, job))
        return (struct grant){0, 0};
    return grant_growth(sched, job, n, n_claimed);
}

static void record_delay(struct sched *sched, dur_us delay, struct actions *out)
{
    struct event event;

    if (delay <= 0)
        return;
    event_init(&event, EV_DELAY, sched->now);
    event.job = sched_head(sched)->request.id;
    event.duration = delay;
    step_decide(sched, &event, out);
}

/* Idle nodes to grow by, or the job's last ones. */
static void offer(struct sched *sched, struct job *job, enum directive_op op,
                  struct grant grant, dur_us within, struct actions *out)
{
    struct idset from = {.count = 0}, delta = {.count = 0};

    if (op == DIRECTIVE_GROW) {
        sched_idle(sched, &from);
        idset_take_first(&from, grant.n, &delta);
    } else {
        idset_copy(&from, &job->nodes);
        idset_take_last(&from, grant.n, &delta);
    }
    idset_release(&from);
    record_delay(sched, grant.delay, out);
    step_offer(sched, job, op, &delta, ASKED_BY_JOB, 0, within, out);
}

static void end_wish(struct sched *sched, const struct job *job,
                     enum wish_answer answer, uint32_t n, dur_us retry,
                     struct actions *out)
{
    struct event event;

    event_init(&event, EV_WISH_ENDED, sched->now);
    event.job = job->request.id;
    event.answer = answer;
    event.n = n;
    event.duration = retry;
    step_decide(sched, &event, out);
}

/* ---- a new one ---- */

static void queue_wish(struct sched *sched, const struct event *asked,
                       uint32_t n_min, struct actions *out)
{
    struct event event;

    event_init(&event, EV_WISH, sched->now);
    event.job = asked->job;
    event.op = asked->op;
    event.n = asked->n;
    event.n_min = n_min;
    event.seq = asked->seq;
    event.when = time_add(sched->now, asked->wait);
    step_decide(sched, &event, out);
}

static void grant_now(struct sched *sched, struct job *job,
                      const struct event *asked, struct grant grant,
                      struct actions *out)
{
    struct action *action;

    if (job->wish.n > 0) /* one that waited is replaced */
        end_wish(sched, job, ANSWER_DENIED, 0, 0, out);
    action = actions_tell(out, ACT_ANSWER, job);
    action->seq = asked->seq;
    action->op = asked->op;
    action->n = grant.n;
    action->answer = grant.n < asked->n ? ANSWER_PARTIAL : ANSWER_GRANTED;
    offer(sched, job, asked->op, grant, asked->duration, out);
}

int step_wish(struct sched *sched, struct job *job, const struct event *asked,
              struct actions *out, struct err *err)
{
    uint32_t n_min = asked->n_min == 0 ? asked->n : asked->n_min;
    struct grant grant;

    if (step_explain_bounds(job, asked->op, n_min, err) < 0)
        return -1;
    if (n_min > asked->n)
        return err_set(err, ERR_INPUT,
                       "job %lld wishes for %u nodes, at least %u",
                       (long long)asked->job, asked->n, n_min);
    grant =
        grant_of(sched, job, asked->op, asked->n, grant_n_claimed(sched, job));
    if (grant.n >= n_min) {
        grant_now(sched, job, asked, grant, out);
        return 0;
    }
    if (asked->wait > 0) {
        queue_wish(sched, asked, n_min, out);
        return 0;
    }
    out->retry_after = grant_retry_after(sched, job, asked->op, n_min);
    return step_explain_refusal(sched, job, asked->op, n_min, err);
}

/* ---- those that wait ---- */

/* Returns how many idle nodes are to be kept for it. */
static uint32_t look_at(struct sched *sched, struct job *job,
                        uint32_t n_claimed, struct actions *out)
{
    const struct job_wish wish = job->wish;
    struct grant grant;

    if (wish.until <= sched->now || wish.n_min > room_of(job, wish.op) ||
        sched->config.mode == MODE_RIGID) {
        end_wish(sched, job, ANSWER_DENIED, 0,
                 grant_retry_after(sched, job, wish.op, wish.n_min), out);
        return 0;
    }
    grant = grant_of(sched, job, wish.op, wish.n, n_claimed);
    if (grant.n >= wish.n_min) {
        end_wish(sched, job, grant.n < wish.n ? ANSWER_PARTIAL : ANSWER_GRANTED,
                 grant.n, 0, out);
        offer(sched, job, wish.op, grant, 0, out);
        return 0;
    }
    return wish.op == DIRECTIVE_GROW && step_may_resize(sched, job) &&
                   wish.n_min > sched_n_idle(sched)
               ? wish.n_min
               : 0;
}

uint32_t step_wishes(struct sched *sched, struct actions *out)
{
    struct job *next;
    uint32_t n_claimed = 0;

    for (struct job *job = sched->first_wish; job != NULL; job = next) {
        uint32_t n_idle = sched_n_idle(sched);

        next = job->next_wish;
        n_claimed += smaller(look_at(sched, job, n_claimed, out),
                             n_idle > n_claimed ? n_idle - n_claimed : 0);
    }
    return n_claimed;
}
