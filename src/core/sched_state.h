/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler's inside, for the core itself, for the snapshot codec and for
 * the invariants. Nothing else includes this.
 */
#ifndef ERM_CORE_SCHED_STATE_H
#define ERM_CORE_SCHED_STATE_H

#include "base/heap.h"
#include "core/candidates.h"
#include "core/elastic_list.h"
#include "core/job_table.h"
#include "core/pool.h"
#include "core/profile.h"
#include "core/queue.h"
#include "core/sched.h"

/* Nodes kept for one waiting job while others shrink for it. */
struct reservation {
    int64_t job;        /* 0 = there is none */
    struct idset nodes; /* idle ones and coming ones */
    time_us promised;
};

struct sched {
    struct sched_config config;
    struct job_table jobs;
    struct pool pool;
    struct queue queue;          /* pending jobs that may start */
    struct profile profile;      /* when nodes come back */
    struct job *aside;           /* pending, but too large or too long now */
    struct elastic_list elastic; /* running elastic jobs */
    uint32_t n_giving;           /* jobs that are to give nodes for others */
    struct job *first_wish, *last_wish; /* wishes that wait, oldest first */
    struct heap timers; /* begin times, deadlines, cool-downs, wishes */
    struct reservation reservation;
    struct candidates candidates; /* of what is being decided; its memory */
    uint64_t last_arrival;
    uint64_t last_seq; /* of directives */
    uint64_t last_wish_order;
    time_us recorded; /* of the last event that changed something */
    time_us now;      /* of the last event; may be later, never earlier */
    bool is_pass_due; /* events came of which more were to follow */
};

/*
 * For the snapshot: the state is exactly config (not stored), `recorded`,
 * last_arrival, last_seq, last_wish_order, the pool's sets (pool.h), the
 * reservation (job, nodes, promised), the ended ids with their outcome
 * (job_table.h), and every job's fields above "indexes", its request included.
 * Load: sched_create, pool_restore, job_table_set_ended..., sched_restore_job
 * for each job by rising id (takes the job), then sched_restore_finish.
 */
void sched_restore_job(struct sched *sched, struct job *job);
void sched_restore_finish(struct sched *sched);

#endif
