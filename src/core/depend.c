/* SPDX-License-Identifier: BSD-2-Clause */
/* The graph of dependencies: each edge is owned by the job that waits. */
#include "core/depend.h"

#include "core/index.h"

static bool is_satisfied(enum dependency_kind kind, enum job_state outcome)
{
    return kind == AFTER_ANY ||
           (kind == AFTER_OK) == (outcome == JOB_COMPLETED);
}

/* Settles one edge now that the job it waits for has ended. */
static void settle(struct sched *sched, struct waiter *waiter,
                   enum job_state outcome)
{
    if (is_satisfied(waiter->on.kind, outcome)) {
        waiter->is_met = true;
        waiter->job->n_unmet--;
    } else {
        index_timer(sched, TIMER_IMPOSSIBLE, sched->now,
                    waiter->job->request.id, 0);
    }
}

void depend_link(struct sched *sched, struct job *job)
{
    job->n_unmet = job->request.n_after;
    for (uint32_t i = 0; i < job->request.n_after; i++) {
        struct waiter *waiter = &job->waits[i];
        struct job *target;
        enum job_state outcome;

        *waiter = (struct waiter){.job = job, .on = job->request.after[i]};
        target = job_table_get(&sched->jobs, waiter->on.id);
        if (target != NULL) {
            waiter->next = target->waiters;
            target->waiters = waiter;
        } else if (job_table_outcome(&sched->jobs, waiter->on.id, &outcome)) {
            settle(sched, waiter, outcome);
        }
    }
}

void depend_unlink(struct sched *sched, struct job *job)
{
    for (uint32_t i = 0; i < job->request.n_after; i++) {
        struct job *target = job_table_get(&sched->jobs, job->waits[i].on.id);
        struct waiter **link;

        if (target == NULL)
            continue;
        for (link = &target->waiters; *link != NULL; link = &(*link)->next) {
            if (*link == &job->waits[i]) {
                *link = job->waits[i].next;
                break;
            }
        }
    }
}

void depend_settle(struct sched *sched, struct job *job, enum job_state outcome)
{
    struct waiter *next;

    for (struct waiter *waiter = job->waiters; waiter != NULL; waiter = next) {
        next = waiter->next;
        settle(sched, waiter, outcome);
        index_renew(sched, waiter->job);
    }
    job->waiters = NULL;
}
