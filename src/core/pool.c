/* SPDX-License-Identifier: BSD-2-Clause */
/* The nodes and who owns them. */
#include "core/pool.h"

#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"

void pool_init(struct pool *pool)
{
    *pool = (struct pool){.owner = NULL};
}

void pool_release(struct pool *pool)
{
    if (pool == NULL)
        return;
    idset_release(&pool->members);
    idset_release(&pool->down);
    idset_release(&pool->drained);
    idset_release(&pool->free);
    idset_release(&pool->usable);
    free(pool->owner);
    pool_init(pool);
}

static void grow_owners(struct pool *pool, const struct idset *nodes)
{
    uint32_t last = idset_last(nodes);

    if (last == IDSET_NONE || last < pool->n_owner)
        return;
    pool->owner = mem_resize(pool->owner, last + 1, sizeof *pool->owner);
    while (pool->n_owner <= last)
        pool->owner[pool->n_owner++] = 0;
}

void pool_restore(struct pool *pool)
{
    grow_owners(pool, &pool->members);
    idset_copy(&pool->usable, &pool->members);
    idset_subtract(&pool->usable, &pool->down);
    idset_subtract(&pool->usable, &pool->drained);
    idset_clear(&pool->free);
    IDSET_EACH (&pool->usable, node) {
        if (pool->owner[node] == 0)
            idset_add(&pool->free, node);
    }
}

void pool_set_members(struct pool *pool, const struct idset *nodes)
{
    idset_copy(&pool->members, nodes);
    pool_restore(pool);
}

static void change(struct pool *pool, struct idset *set,
                   const struct idset *nodes, bool is_added)
{
    if (is_added)
        idset_unite(set, nodes);
    else
        idset_subtract(set, nodes);
    pool_restore(pool);
}

void pool_set_down(struct pool *pool, const struct idset *nodes, bool down)
{
    change(pool, &pool->down, nodes, down);
}

void pool_set_drained(struct pool *pool, const struct idset *nodes, bool drain)
{
    change(pool, &pool->drained, nodes, drain);
}

void pool_take(struct pool *pool, const struct idset *nodes, int64_t job)
{
    assert(job != 0);
    grow_owners(pool, nodes);
    IDSET_EACH (nodes, node) {
        assert(pool->owner[node] == 0);
        pool->owner[node] = job;
    }
    idset_subtract(&pool->free, nodes);
}

void pool_give_back(struct pool *pool, const struct idset *nodes)
{
    IDSET_EACH (nodes, node) {
        assert(pool_owner(pool, node) != 0);
        pool->owner[node] = 0;
        if (idset_has(&pool->usable, node))
            idset_add(&pool->free, node);
    }
}

int64_t pool_owner(const struct pool *pool, uint32_t node)
{
    return node < pool->n_owner ? pool->owner[node] : 0;
}
