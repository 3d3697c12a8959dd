/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Many tasks on nodes that come and go. Pure: who runs where, what is still to
 * be run, what has failed for good.
 *
 * Each task is run until it has succeeded once, or has failed RETRIES + 1
 * times. One that was cut off, because its node had to go, counts as not run.
 * A run has a number of its own: what is told of another one is ignored, so
 * nothing counts twice.
 */
#ifndef ERM_CLI_TASK_POOL_H
#define ERM_CLI_TASK_POOL_H

#include <stdbool.h>
#include <stdint.h>

enum task_state { TASK_WAITS, TASK_RUNS, TASK_DONE, TASK_FAILED };

struct task {
    enum task_state state;
    unsigned n_failures;
    uint64_t run; /* of TASK_RUNS */
    int node;     /* of TASK_RUNS */
};

enum node_state {
    NODE_USED,
    NODE_LEAVING, /* nothing new is started there */
    NODE_GONE
};

struct task_node {
    char *name; /* owned */
    unsigned n_slots, n_runs;
    enum node_state state;
    bool is_given; /* back: it does not stay */
};

struct task_pool {
    struct task *tasks; /* owned */
    int *queue;         /* owned ring of those that wait */
    int n_tasks, first, n_waiting;
    struct task_node *nodes; /* owned */
    int n_nodes, nodes_size;
    unsigned retries;
    bool is_going_on; /* after a task has failed for good */
    int n_running, n_done, n_failed;
    unsigned n_again; /* runs that were cut off or failed and came again */
    uint64_t last_run;
};

void task_pool_init(struct task_pool *pool, int n_tasks, unsigned retries,
                    bool is_going_on);
void task_pool_release(struct task_pool *pool);
/* Before anything has run: TASK needs no run. */
void task_pool_skip(struct task_pool *pool, int task);

/* The index of the node NAME; -1 when it never was one. */
int task_pool_find(const struct task_pool *pool, const char *name);
/* NAME may be used (again), N_SLOTS > 0 tasks at a time. Its index. */
int task_pool_add(struct task_pool *pool, const char *name, unsigned n_slots);
/* Nothing new is started on NODE; or it is used again after all. */
void task_pool_leave(struct task_pool *pool, int node);
void task_pool_stay(struct task_pool *pool, int node);
/* NODE is given back: it leaves for good; or, if it was, nobody has taken it.
 */
void task_pool_give(struct task_pool *pool, int node);
void task_pool_keep(struct task_pool *pool, int node);
/* NODE is gone: what runs there is cut off. */
void task_pool_drop(struct task_pool *pool, int node);

/* What is to be started now: true, and *TASK counts as running on *NODE (the
 * one with most free slots) in the run *RUN. */
bool task_pool_start(struct task_pool *pool, int *task, int *node,
                     uint64_t *run);
/* The run RUN of TASK has ended. */
void task_pool_end(struct task_pool *pool, int task, uint64_t run,
                   bool is_success);
/* The run RUN of TASK was cut off: it is the next one to be run. */
void task_pool_cut(struct task_pool *pool, int task, uint64_t run);

/* Will nothing be started any more? When nothing runs either it is the end. */
bool task_pool_is_over(const struct task_pool *pool);
/* How many tasks more than can run now there are for further nodes. */
int task_pool_wants(const struct task_pool *pool);

#endif
