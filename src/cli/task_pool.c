/* SPDX-License-Identifier: BSD-2-Clause */
/* See task_pool.h. */
#include "cli/task_pool.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void task_pool_init(struct task_pool *pool, int n_tasks, unsigned retries,
                    bool is_going_on)
{
    memset(pool, 0, sizeof(*pool));
    pool->tasks = mem_alloc_array((size_t)n_tasks, sizeof(*pool->tasks));
    pool->queue = mem_alloc_array((size_t)n_tasks, sizeof(*pool->queue));
    pool->n_tasks = pool->n_waiting = n_tasks;
    pool->retries = retries;
    pool->is_going_on = is_going_on;
    for (int i = 0; i < n_tasks; i++)
        pool->queue[i] = i;
}

void task_pool_release(struct task_pool *pool)
{
    for (int i = 0; i < pool->n_nodes; i++)
        free(pool->nodes[i].name);
    free(pool->nodes);
    free(pool->tasks);
    free(pool->queue);
    memset(pool, 0, sizeof(*pool));
}

/* ---- the queue ---- */

static void push_last(struct task_pool *pool, int task)
{
    pool->queue[(pool->first + pool->n_waiting++) % pool->n_tasks] = task;
}

static void push_first(struct task_pool *pool, int task)
{
    pool->first = (pool->first + pool->n_tasks - 1) % pool->n_tasks;
    pool->queue[pool->first] = task;
    pool->n_waiting++;
}

static int pop_first(struct task_pool *pool)
{
    int task = pool->queue[pool->first];
    pool->first = (pool->first + 1) % pool->n_tasks;
    pool->n_waiting--;
    return task;
}

void task_pool_skip(struct task_pool *pool, int task)
{
    int n = pool->n_waiting;
    assert(pool->last_run == 0);
    if (pool->tasks[task].state != TASK_WAITS)
        return;
    pool->tasks[task].state = TASK_DONE;
    pool->n_done++;
    /* once round, without it */
    for (int i = 0; i < n; i++) {
        int other = pop_first(pool);
        if (other != task)
            push_last(pool, other);
    }
}

/* ---- nodes ---- */

int task_pool_find(const struct task_pool *pool, const char *name)
{
    for (int i = 0; i < pool->n_nodes; i++)
        if (strcmp(pool->nodes[i].name, name) == 0)
            return i;
    return -1;
}

int task_pool_add(struct task_pool *pool, const char *name, unsigned n_slots)
{
    int node = task_pool_find(pool, name);
    assert(n_slots > 0);
    if (node < 0) {
        if (pool->n_nodes == pool->nodes_size) {
            pool->nodes_size = 2 * pool->nodes_size + 4;
            pool->nodes = mem_resize(pool->nodes, (size_t)pool->nodes_size,
                                     sizeof(*pool->nodes));
        }
        node = pool->n_nodes++;
        memset(&pool->nodes[node], 0, sizeof(pool->nodes[node]));
        pool->nodes[node].name = mem_strdup(name);
    }
    pool->nodes[node].n_slots = n_slots;
    pool->nodes[node].is_given = false;
    pool->nodes[node].state = NODE_USED;
    return node;
}

void task_pool_leave(struct task_pool *pool, int node)
{
    if (pool->nodes[node].state == NODE_USED)
        pool->nodes[node].state = NODE_LEAVING;
}

void task_pool_stay(struct task_pool *pool, int node)
{
    if (pool->nodes[node].state == NODE_LEAVING && !pool->nodes[node].is_given)
        pool->nodes[node].state = NODE_USED;
}

void task_pool_give(struct task_pool *pool, int node)
{
    task_pool_leave(pool, node);
    pool->nodes[node].is_given = true;
}

void task_pool_keep(struct task_pool *pool, int node)
{
    if (!pool->nodes[node].is_given)
        return;
    pool->nodes[node].is_given = false;
    task_pool_stay(pool, node);
}

void task_pool_drop(struct task_pool *pool, int node)
{
    pool->nodes[node].state = NODE_GONE;
    for (int i = 0; i < pool->n_tasks && pool->nodes[node].n_runs > 0; i++)
        if (pool->tasks[i].state == TASK_RUNS && pool->tasks[i].node == node)
            task_pool_cut(pool, i, pool->tasks[i].run);
}

/* The node with most free slots, the first of several; -1 when all are full. */
static int freest_node(const struct task_pool *pool)
{
    unsigned most = 0;
    int best = -1;
    for (int i = 0; i < pool->n_nodes; i++) {
        const struct task_node *node = &pool->nodes[i];
        if (node->state != NODE_USED || node->n_runs >= node->n_slots)
            continue;
        if (node->n_slots - node->n_runs > most) {
            most = node->n_slots - node->n_runs;
            best = i;
        }
    }
    return best;
}

/* ---- runs ---- */

bool task_pool_is_over(const struct task_pool *pool)
{
    return pool->n_waiting == 0 || (pool->n_failed > 0 && !pool->is_going_on);
}

bool task_pool_start(struct task_pool *pool, int *task, int *node,
                     uint64_t *run)
{
    if (task_pool_is_over(pool) || (*node = freest_node(pool)) < 0)
        return false;
    *task = pop_first(pool);
    *run = ++pool->last_run;
    pool->tasks[*task].state = TASK_RUNS;
    pool->tasks[*task].node = *node;
    pool->tasks[*task].run = *run;
    pool->nodes[*node].n_runs++;
    pool->n_running++;
    return true;
}

/* Is RUN the one that TASK is in? Then it is in none any more. */
static bool leave_run(struct task_pool *pool, int task, uint64_t run)
{
    struct task *t = &pool->tasks[task];
    if (t->state != TASK_RUNS || t->run != run)
        return false;
    pool->nodes[t->node].n_runs--;
    pool->n_running--;
    t->state = TASK_WAITS;
    return true;
}

void task_pool_end(struct task_pool *pool, int task, uint64_t run,
                   bool is_success)
{
    struct task *t = &pool->tasks[task];
    if (!leave_run(pool, task, run))
        return;
    if (is_success) {
        t->state = TASK_DONE;
        pool->n_done++;
    } else if (++t->n_failures > pool->retries) {
        t->state = TASK_FAILED;
        pool->n_failed++;
    } else {
        push_last(pool, task);
        pool->n_again++;
    }
}

void task_pool_cut(struct task_pool *pool, int task, uint64_t run)
{
    if (!leave_run(pool, task, run))
        return;
    push_first(pool, task);
    pool->n_again++;
}

int task_pool_wants(const struct task_pool *pool)
{
    int n = pool->n_waiting;
    if (task_pool_is_over(pool))
        return 0;
    for (int i = 0; i < pool->n_nodes; i++) {
        const struct task_node *node = &pool->nodes[i];
        if (node->state == NODE_USED && node->n_slots > node->n_runs)
            n -= (int)(node->n_slots - node->n_runs);
    }
    return n > 0 ? n : 0;
}
