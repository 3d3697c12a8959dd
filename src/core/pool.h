/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The nodes: who belongs to the pool, which are down or drained, who owns
 * which. Node numbers are given by the caller and never reused for another
 * host. `free` is derived: members, up, not drained, without an owner.
 */
#ifndef ERM_CORE_POOL_H
#define ERM_CORE_POOL_H

#include "base/idset.h"

struct pool {
    struct idset members; /* of the pool now */
    struct idset down;
    struct idset drained;
    struct idset free;   /* derived */
    struct idset usable; /* derived: members, up, not drained */
    int64_t *owner;      /* by node; 0 = none */
    uint32_t n_owner;
};

void pool_init(struct pool *pool);
void pool_release(struct pool *pool);
/* Each keeps the derived sets. Nodes of other sets are left as they are. */
void pool_set_members(struct pool *pool, const struct idset *nodes);
void pool_set_down(struct pool *pool, const struct idset *nodes, bool down);
void pool_set_drained(struct pool *pool, const struct idset *nodes, bool drain);
/* Gives NODES to JOB; they must have no owner. */
void pool_take(struct pool *pool, const struct idset *nodes, int64_t job);
/* Takes NODES from their owner. */
void pool_give_back(struct pool *pool, const struct idset *nodes);
int64_t pool_owner(const struct pool *pool, uint32_t node);
/* Recomputes the derived sets after the three sets were loaded. */
void pool_restore(struct pool *pool);

#endif
