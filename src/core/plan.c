/* SPDX-License-Identifier: BSD-2-Clause */
/* Free nodes over time, as a sorted array of steps. */
#include "core/plan.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "core/estimate.h"
#include "core/index.h"
#include "core/sizing.h"

static void insert(struct plan *plan, size_t at, struct plan_step step)
{
    if (plan->n == plan->size) {
        plan->size = plan->size == 0 ? 64 : 2 * plan->size;
        plan->steps = mem_resize(plan->steps, plan->size, sizeof *plan->steps);
    }
    memmove(&plan->steps[at + 1], &plan->steps[at],
            (plan->n - at) * sizeof *plan->steps);
    plan->steps[at] = step;
    plan->n++;
}

/* N_NOW nodes now, and more as jobs end. */
static void add_ends(struct plan *plan, const struct sched *sched,
                     uint32_t n_now)
{
    const struct release *release = profile_first(&sched->profile);
    struct plan_step step = {sched->now, n_now};

    *plan = (struct plan){.steps = NULL};
    insert(plan, 0, step);
    for (; release != NULL; release = profile_next(release)) {
        time_us when = release->when;

        if (when == TIME_NEVER)
            break;
        if (when <= sched->now) /* overdue: about to go */
            when = sched->now + USEC_PER_SEC;
        step.n_free += release->n;
        if (when <= step.from && plan->n > 1) {
            plan->steps[plan->n - 1].n_free = step.n_free;
        } else {
            step.from = when;
            insert(plan, plan->n, step);
        }
    }
}

void plan_release(struct plan *plan)
{
    free(plan->steps);
    *plan = (struct plan){.steps = NULL};
}

uint32_t plan_free_now(const struct plan *plan)
{
    return plan->steps[0].n_free;
}

uint32_t plan_free_until(const struct plan *plan, time_us until)
{
    uint32_t n = plan->steps[0].n_free;

    for (size_t i = 1; i < plan->n && plan->steps[i].from < until; i++) {
        if (plan->steps[i].n_free < n)
            n = plan->steps[i].n_free;
    }
    return n;
}

bool plan_fits_now(const struct plan *plan, uint32_t n, dur_us length)
{
    time_us end = time_add(plan->steps[0].from, length);

    for (size_t i = 0; i < plan->n && plan->steps[i].from < end; i++) {
        if (plan->steps[i].n_free < n)
            return false;
    }
    return true;
}

/* The last step that begins by WHEN, or the first. */
static size_t find_step(const struct plan *plan, time_us when)
{
    size_t low = 0, high = plan->n;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (plan->steps[middle].from <= when)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* The earliest time >= FROM at which N nodes are free for LENGTH. */
static time_us first_fit(const struct plan *plan, time_us from, uint32_t n,
                         dur_us length)
{
    const struct plan_step *steps = plan->steps;
    size_t i = find_step(plan, from);

    while (i < plan->n) {
        time_us start = steps[i].from, end;

        if (steps[i].n_free < n) {
            i++;
            continue;
        }
        end = time_add(start, length);
        while (i < plan->n && steps[i].n_free >= n && steps[i].from < end)
            i++;
        if (i == plan->n || steps[i].from >= end)
            return start;
    }
    return TIME_NEVER;
}

time_us plan_earliest(struct plan *plan, uint32_t n, dur_us length)
{
    int k = 31 - __builtin_clz(n);
    int l = (63 - __builtin_clzll((uint64_t)length)) / 2;
    time_us *bound = &plan->not_before[k][l];

    assert(n > 0 && length > 0);
    *bound = first_fit(plan, *bound, UINT32_C(1) << k, INT64_C(1) << 2 * l);
    if (*bound == TIME_NEVER)
        return TIME_NEVER;
    return first_fit(plan, *bound, n, length);
}

/* The index of the step that begins at WHEN, made if need be. */
static size_t split(struct plan *plan, time_us when)
{
    size_t at = find_step(plan, when);

    if (plan->steps[at].from == when)
        return at;
    insert(plan, at + 1, (struct plan_step){when, plan->steps[at].n_free});
    return at + 1;
}

void plan_take(struct plan *plan, time_us when, dur_us length, uint32_t n)
{
    time_us end = time_add(when, length);
    size_t first = split(plan, when);
    size_t last = end == TIME_NEVER ? plan->n : split(plan, end);

    for (size_t i = first; i < last; i++) {
        assert(plan->steps[i].n_free >= n);
        plan->steps[i].n_free -= n;
    }
}

/* ---- from the scheduler's state ---- */

void plan_init(struct plan *plan, const struct sched *sched)
{
    const struct job *job = job_table_get(&sched->jobs, sched->reservation.job);
    uint32_t n_kept = sched_n_kept(sched);
    uint32_t needs;
    time_us start;
    dur_us walltime;

    add_ends(plan, sched, sched_n_idle(sched) + n_kept);
    if (job == NULL)
        return;
    needs = sizing_planned(sched, job);
    walltime = estimate_at(sched, &job->request, needs);
    start = plan_earliest(plan, needs, walltime);
    if (start != TIME_NEVER)
        plan_take(plan, start, walltime, needs);
    if (start > sched->now)
        plan_take(plan, sched->now, time_between(sched->now, start), n_kept);
}

/* CHANGE nodes more (or fewer) from WHEN on; an earlier one is overdue. */
static void shift(struct plan *plan, time_us when, int change)
{
    if (when == TIME_NEVER)
        return;
    if (when < plan->steps[0].from + USEC_PER_SEC)
        when = plan->steps[0].from + USEC_PER_SEC;
    for (size_t i = split(plan, when); i < plan->n; i++)
        plan->steps[i].n_free += (uint32_t)change;
}

void plan_init_expected(struct plan *plan, const struct sched *sched)
{
    const struct reservation *reservation = &sched->reservation;
    const struct job *job = job_table_get(&sched->jobs, reservation->job);

    add_ends(plan, sched, sched_n_idle(sched));
    if (job == NULL)
        return;
    IDSET_EACH (&reservation->nodes, node) {
        const struct job *owner =
            job_table_get(&sched->jobs, pool_owner(&sched->pool, node));

        if (owner != NULL)
            shift(plan, owner->estimated_end, -1);
    }
    shift(
        plan,
        time_add(reservation->promised,
                 estimate_at(sched, &job->request, sizing_needed(sched, job))),
        (int)idset_count(&reservation->nodes));
}
