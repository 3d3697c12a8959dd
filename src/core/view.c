/* SPDX-License-Identifier: BSD-2-Clause */
/* Looking at the scheduler: jobs, counts, nodes and their names. */
#include <assert.h>
#include <string.h>

#include "core/index.h"

const struct job *sched_job(const struct sched *sched, int64_t id)
{
    return job_table_get(&sched->jobs, id);
}

bool sched_outcome(const struct sched *sched, int64_t id, enum job_state *out)
{
    const struct job *job = job_table_get(&sched->jobs, id);

    if (job == NULL)
        return job_table_outcome(&sched->jobs, id, out);
    *out = job->state;
    return true;
}

const struct job *sched_next_job(const struct sched *sched, int64_t after)
{
    return job_table_next(&sched->jobs, after);
}

int64_t sched_max_id(const struct sched *sched)
{
    return sched->jobs.max_id;
}

const struct sched_config *sched_config(const struct sched *sched)
{
    return &sched->config;
}

const struct idset *sched_nodes(const struct sched *sched)
{
    return &sched->pool.members;
}

enum node_state sched_node_state(const struct sched *sched, uint32_t node)
{
    const struct pool *pool = &sched->pool;
    bool has_owner = pool_owner(pool, node) != 0;

    if (!idset_has(&pool->members, node))
        return has_owner ? NODE_LEAVING : NODE_ABSENT;
    if (idset_has(&pool->down, node))
        return NODE_DOWN;
    if (idset_has(&pool->drained, node))
        return has_owner ? NODE_DRAINING : NODE_DRAINED;
    if (has_owner)
        return NODE_ALLOCATED;
    return idset_has(&sched->reservation.nodes, node) ? NODE_RESERVED
                                                      : NODE_IDLE;
}

int64_t sched_node_job(const struct sched *sched, uint32_t node)
{
    if (sched_node_state(sched, node) == NODE_RESERVED)
        return sched->reservation.job;
    return pool_owner(&sched->pool, node);
}

void sched_counts(const struct sched *sched, struct sched_counts *out)
{
    const struct pool *pool = &sched->pool;
    const struct job *job = sched_next_job(sched, 0);

    *out = (struct sched_counts){.pool = idset_count(&pool->members)};
    for (; job != NULL; job = sched_next_job(sched, job->request.id)) {
        out->pending += job->state == JOB_PENDING;
        out->active += job_is_active(job);
    }
    IDSET_EACH (&pool->members, node) {
        enum node_state state = sched_node_state(sched, node);

        out->idle += state == NODE_IDLE;
        out->allocated += state == NODE_ALLOCATED || state == NODE_DRAINING;
        out->reserved += state == NODE_RESERVED;
        out->drained += state == NODE_DRAINED;
        out->down += state == NODE_DOWN;
    }
}

static const char *const backfills[] = {"none", "easy", "conservative"};
static const char *const backfill_orders[] = {"fcfs", "sjf"};
static const char *const sizings[] = {"min", "preferred"};
static const char *const estimates_names[] = {"requested", "predicted"};
static const char *const modes[] = {"rigid", "evolving", "elastic"};

const char *backfill_name(enum backfill backfill)
{
    assert((size_t)backfill < 3);
    return backfills[backfill];
}

const char *backfill_order_name(enum backfill_order order)
{
    assert((size_t)order < 2);
    return backfill_orders[order];
}

const char *sched_mode_name(enum sched_mode mode)
{
    assert((size_t)mode < 3);
    return modes[mode];
}

const char *sizing_name(enum sizing sizing)
{
    assert((size_t)sizing < 2);
    return sizings[sizing];
}

const char *estimates_name(enum estimates estimates)
{
    assert((size_t)estimates < 2);
    return estimates_names[estimates];
}

static int find(const char *const *names, int n, const char *name)
{
    for (int i = 0; i < n; i++) {
        if (strcmp(names[i], name) == 0)
            return i;
    }
    return -1;
}

int backfill_parse(const char *name, enum backfill *out)
{
    int i = find(backfills, 3, name);

    if (i < 0)
        return -1;
    *out = (enum backfill)i;
    return 0;
}

int backfill_order_parse(const char *name, enum backfill_order *out)
{
    int i = find(backfill_orders, 2, name);

    if (i < 0)
        return -1;
    *out = (enum backfill_order)i;
    return 0;
}

int sched_mode_parse(const char *name, enum sched_mode *out)
{
    int i = strcmp(name, "scheduler_driven") == 0 ? (int)MODE_ELASTIC
                                                  : find(modes, 3, name);

    if (i < 0)
        return -1;
    *out = (enum sched_mode)i;
    return 0;
}

int sizing_parse(const char *name, enum sizing *out)
{
    int i = find(sizings, 2, name);

    if (i < 0)
        return -1;
    *out = (enum sizing)i;
    return 0;
}

int estimates_parse(const char *name, enum estimates *out)
{
    int i = find(estimates_names, 2, name);

    if (i < 0)
        return -1;
    *out = (enum estimates)i;
    return 0;
}

const char *node_state_name(enum node_state state)
{
    static const char *const names[] = {"idle",     "allocated", "reserved",
                                        "draining", "drained",   "down",
                                        "leaving",  "absent"};

    assert((size_t)state < sizeof names / sizeof *names);
    return names[state];
}

const char *pending_reason_name(enum pending_reason reason)
{
    static const char *const names[] = {
        "none",      "held",           "dependency",  "begin_time",
        "too_large", "allocation_end", "unavailable", "reserved",
        "resources", "priority"};

    assert((size_t)reason < sizeof names / sizeof *names);
    return names[reason];
}
