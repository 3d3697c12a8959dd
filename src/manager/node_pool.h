/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which nodes belong to the pool: those of the source (node_source.h), as many
 * as -N says. The user's hostfile is read and never written; who is free and
 * who is not is told in `free_nodes` and `allocated_nodes` of the state
 * directory.
 */
#ifndef ERM_MANAGER_NODE_POOL_H
#define ERM_MANAGER_NODE_POOL_H

#include "manager/context.h"

/* Reads what the options say and numbers the nodes; fills manager->nodes.
 * Returns owned, or NULL and ERR. */
struct node_pool *node_pool_create(struct manager *manager, struct err *err);
void node_pool_destroy(struct node_pool *pool);
/* Borrowed until the pool changes. */
const struct idset *node_pool_members(const struct node_pool *pool);
/* Tells the launcher and, when it differs from the core's, the core
 * (EV_POOL_CHANGED). Once the core is recovered, and after a change. */
int node_pool_apply(struct node_pool *pool, struct err *err);
/* Reads the source again and applies it. -1 and ERR: it is bad, nothing
 * changed. Nodes added or removed by hand are forgotten. */
int node_pool_reload(struct node_pool *pool, struct err *err);
/* Adds or removes nodes by name until the next reload or restart. Removing a
 * busy node lets its job end first. */
int node_pool_add(struct node_pool *pool, const char *name, uint32_t slots,
                  struct err *err);
int node_pool_remove(struct node_pool *pool, const char *name, struct err *err);
/* Processors of this machine that may be used. */
uint32_t node_pool_cores(void);
/* Starts to watch the hostfile. */
void node_pool_watch(struct node_pool *pool);
/* The lists are written again soon when they changed. */
void node_pool_touch(struct node_pool *pool);
/* Writes them now. */
void node_pool_flush(struct node_pool *pool);

#endif
