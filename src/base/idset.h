/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A set of small integers (node numbers) as a bitmap.
 *
 * The set grows as needed; `count` is kept, so idset_count is O(1). Every
 * other operation is O(highest id / 64). An all-zero struct is an empty set.
 * Ids below 128 are in the struct itself: such a set allocates nothing.
 */
#ifndef ERM_BASE_IDSET_H
#define ERM_BASE_IDSET_H

#include <stdbool.h>
#include <stdint.h>

#define IDSET_NONE UINT32_MAX

#define IDSET_N_INNER 2

struct idset {
    union {
        uint64_t inner[IDSET_N_INNER]; /* with n_words <= IDSET_N_INNER */
        uint64_t *outer;               /* allocated, with more */
    } words;
    uint32_t n_words;
    uint32_t count;
};

void idset_init(struct idset *set);
/* Frees and leaves an initialised, empty set. NULL is fine. */
void idset_release(struct idset *set);
void idset_clear(struct idset *set);
void idset_copy(struct idset *to, const struct idset *from);
/* Moves FROM's content into TO (released first); FROM is then empty. */
void idset_move(struct idset *to, struct idset *from);

void idset_add(struct idset *set, uint32_t id);
void idset_add_range(struct idset *set, uint32_t first, uint32_t last);
void idset_remove(struct idset *set, uint32_t id);
bool idset_has(const struct idset *set, uint32_t id);
static inline uint32_t idset_count(const struct idset *set)
{
    return set->count;
}
static inline bool idset_is_empty(const struct idset *set)
{
    return set->count == 0;
}

/* TO = TO | FROM, TO & FROM, TO \ FROM. TO and FROM may be the same. */
void idset_unite(struct idset *to, const struct idset *from);
void idset_intersect(struct idset *to, const struct idset *from);
void idset_subtract(struct idset *to, const struct idset *from);
bool idset_is_equal(const struct idset *a, const struct idset *b);
bool idset_is_subset(const struct idset *part, const struct idset *whole);
bool idset_has_common(const struct idset *a, const struct idset *b);
uint32_t idset_count_common(const struct idset *a, const struct idset *b);

/* The lowest id, the lowest id > AFTER, the highest id; IDSET_NONE if none. */
uint32_t idset_first(const struct idset *set);
uint32_t idset_next(const struct idset *set, uint32_t after);
uint32_t idset_last(const struct idset *set);
/* Moves the N lowest (highest) ids of FROM into TO. FROM must have N. */
void idset_take_first(struct idset *from, uint32_t n, struct idset *to);
void idset_take_last(struct idset *from, uint32_t n, struct idset *to);

#define IDSET_EACH(set, id)                                \
    for (uint32_t id = idset_first(set); id != IDSET_NONE; \
         id = idset_next(set, id))

#endif
