/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of wishes, in the order of wishing. */
#include "core/wish.h"

#include "core/index.h"

/* After those that are older; a new one is the youngest of all. */
static void link_wish(struct sched *sched, struct job *job)
{
    struct job *before = sched->last_wish;

    while (before != NULL && before->wish.order > job->wish.order)
        before = before->prev_wish;
    job->prev_wish = before;
    job->next_wish = before == NULL ? sched->first_wish : before->next_wish;
    if (job->next_wish != NULL)
        job->next_wish->prev_wish = job;
    else
        sched->last_wish = job;
    if (before != NULL)
        before->next_wish = job;
    else
        sched->first_wish = job;
}

static void unlink_wish(struct sched *sched, struct job *job)
{
    if (job->prev_wish != NULL)
        job->prev_wish->next_wish = job->next_wish;
    else
        sched->first_wish = job->next_wish;
    if (job->next_wish != NULL)
        job->next_wish->prev_wish = job->prev_wish;
    else
        sched->last_wish = job->prev_wish;
    job->prev_wish = job->next_wish = NULL;
}

static void answer(const struct job *job, enum wish_answer what, uint32_t n,
                   dur_us retry, struct actions *out)
{
    struct action *action;

    if (out == NULL)
        return;
    action = actions_add(out, ACT_ANSWER);
    action->job = job->request.id;
    action->attempt = job->attempt;
    action->seq = job->wish.seq;
    action->op = job->wish.op;
    action->answer = what;
    action->n = n;
    action->duration = retry;
}

static void end(struct sched *sched, struct job *job, enum wish_answer what,
                uint32_t n, dur_us retry, struct actions *out)
{
    answer(job, what, n, retry, out);
    unlink_wish(sched, job);
    job->wish = (struct job_wish){.n = 0};
}

static void begin(struct sched *sched, struct job *job,
                  const struct event *event, struct actions *out)
{
    wish_abandon(sched, job, out);
    job->wish = (struct job_wish){.n = event->n,
                                  .n_min = event->n_min,
                                  .op = event->op,
                                  .seq = event->seq,
                                  .order = ++sched->last_wish_order,
                                  .until = event->when};
    link_wish(sched, job);
    index_timers(sched, job);
    answer(job, ANSWER_QUEUED, 0, 0, out);
}

void wish_apply(struct sched *sched, struct job *job, const struct event *event,
                struct actions *out)
{
    if (event->type == EV_WISH)
        begin(sched, job, event, out);
    else
        end(sched, job, event->answer, event->n, event->duration, out);
}

void wish_abandon(struct sched *sched, struct job *job, struct actions *out)
{
    if (job->wish.n > 0)
        end(sched, job, ANSWER_DENIED, 0, 0, out);
}

void wish_restore(struct sched *sched, struct job *job)
{
    if (job->wish.n > 0)
        link_wish(sched, job);
}
