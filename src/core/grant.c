/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How far a wish can be granted. The bound on the delay is that of Prabhakaran
 * et al., "A Batch System with Fair Scheduling for Evolving Applications",
 * ICPP 2014: what grants cost the jobs that wait is added up, and when the sum
 * would pass the limit there are no more. Here it is added up for each head.
 */
#include "core/grant.h"

#include "core/index.h"
#include "core/plan.h"
#include "core/sizing.h"
#include "core/step.h"

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Free nodes that HEAD may have now. */
static uint32_t n_free_for(const struct sched *sched, const struct job *head)
{
    uint32_t n = sched_n_idle(sched);

    return head->request.id == sched->reservation.job ? n + sched_n_kept(sched)
                                                      : n;
}

/* The promised start of HEAD when N nodes are taken now and come back at
 * BACK. */
static time_us start_without(const struct sched *sched, const struct job *head,
                             uint32_t n, time_us back)
{
    uint32_t n_free = n_free_for(sched, head) - n;
    uint32_t needs = sizing_planned(sched, head);
    time_us never_back =
        profile_promise(&sched->profile, sched->now, n_free, needs).shadow;
    time_us with_them = back;

    if (back == TIME_NEVER)
        return never_back;
    if (back <= sched->now)
        back = with_them = sched->now + USEC_PER_SEC;
    if (n_free + n < needs)
        with_them =
            profile_promise(&sched->profile, sched->now, n_free + n, needs)
                .shadow;
    if (with_them < back)
        with_them = back;
    return with_them < never_back ? with_them : never_back;
}

/* By how much HEAD starts later when JOB gets N nodes until its planned end. */
static dur_us delay_of(const struct sched *sched, const struct job *head,
                       const struct job *job, uint32_t n)
{
    time_us before = start_without(sched, head, 0, TIME_NEVER);
    time_us after = start_without(sched, head, n, job->estimated_end);

    if (after == TIME_NEVER)
        return before == TIME_NEVER ? 0 : TIME_NEVER;
    return after > before ? after - before : 0;
}

/* The most from N_SAFE, which delay nobody, up to N, within the budget. */
static struct grant within_budget(const struct sched *sched,
                                  const struct job *head, const struct job *job,
                                  uint32_t n_safe, uint32_t n)
{
    dur_us budget = sched->config.evolving_delay - head->delayed;
    struct grant grant = {n_safe, 0};

    while (n_safe < n) {
        uint32_t middle = n_safe + (n - n_safe + 1) / 2;
        dur_us delay = delay_of(sched, head, job, middle);

        if (delay <= budget) {
            n_safe = middle;
            grant = (struct grant){middle, delay};
        } else {
            n = middle - 1;
        }
    }
    return grant;
}

/* Idle nodes that JOB has room for. */
static uint32_t n_within_reach(const struct sched *sched, const struct job *job,
                               uint32_t n_claimed)
{
    uint32_t n_idle = sched_n_idle(sched);

    return smaller(job->request.max_nodes - idset_count(&job->nodes),
                   n_idle > n_claimed ? n_idle - n_claimed : 0);
}

uint32_t grant_safe_growth(const struct sched *sched, const struct job *job,
                           uint32_t n_claimed)
{
    const struct job *head = sched_head(sched);
    struct queue_hole hole = plan_hole(sched, head);
    uint32_t n = n_within_reach(sched, job, n_claimed);

    if (head == NULL)
        return n;
    if (sched->config.backfill == BACKFILL_CONSERVATIVE)
        return 0;
    return smaller(n, step_ends_in_time(sched, job, &hole) ? hole.n_free
                                                           : hole.n_extra);
}

struct grant grant_growth(const struct sched *sched, const struct job *job,
                          uint32_t n, uint32_t n_claimed)
{
    const struct job *head = sched_head(sched);
    uint32_t n_safe = grant_safe_growth(sched, job, n_claimed);

    n = smaller(n, n_within_reach(sched, job, n_claimed));
    if (n <= n_safe)
        return (struct grant){n, 0};
    if (sched->config.backfill == BACKFILL_CONSERVATIVE ||
        sched->config.evolving_delay <= head->delayed)
        return (struct grant){n_safe, 0};
    return within_budget(sched, head, job, n_safe, n);
}

uint32_t grant_n_claimed(const struct sched *sched, const struct job *job)
{
    uint32_t n_idle = sched_n_idle(sched);
    uint64_t sum = 0;

    for (const struct job *other = sched->first_wish; other != NULL;
         other = other->next_wish) {
        if (other != job && other->wish.op == DIRECTIVE_GROW &&
            other->wish.n_min > n_idle && step_may_resize(sched, other))
            sum += other->wish.n_min;
    }
    return sum < n_idle ? (uint32_t)sum : n_idle;
}

/* When N nodes more can be had, as far as the nodes and the head go. */
static time_us time_of_growth(const struct sched *sched, uint32_t n)
{
    const struct job *head = sched_head(sched);
    struct queue_hole hole = plan_hole(sched, head);
    uint32_t n_idle = sched_n_idle(sched);

    if (n > n_idle)
        return profile_promise(&sched->profile, sched->now, n_idle, n).shadow;
    if (head == NULL || hole.longest >= TIME_NEVER - 1)
        return TIME_NEVER;
    return time_add(sched->now, hole.longest);
}

dur_us grant_retry_after(const struct sched *sched, const struct job *job,
                         enum directive_op op, uint32_t n)
{
    time_us when = 0;

    if (job_has_open_directive(job))
        when = job->directive.done_by;
    if (op == DIRECTIVE_GROW && job->no_resize_before > when)
        when = job->no_resize_before;
    if (op == DIRECTIVE_GROW &&
        (when <= sched->now || n > sched_n_idle(sched))) {
        time_us growth = time_of_growth(sched, n);

        when = growth > when ? growth : when;
    }
    return when == TIME_NEVER || when <= sched->now ? 0 : when - sched->now;
}
