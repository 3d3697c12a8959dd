/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A binary min-heap of {time, kind, id, seq} entries, for timers.
 *
 * Entries are values and are never searched or removed from the middle: an
 * owner that changes its mind pushes a new entry and ignores the old one when
 * it comes up (lazy deletion). Order: time, then kind, id, seq, so that equal
 * times come out the same way in every run.
 */
#ifndef ERM_BASE_HEAP_H
#define ERM_BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

struct heap_entry {
    time_us when;
    uint32_t kind;
    uint32_t id;
    uint64_t seq;
};

struct heap {
    struct heap_entry *entries; /* owned */
    size_t n;
    size_t size;
};

void heap_init(struct heap *heap);
void heap_release(struct heap *heap);
void heap_clear(struct heap *heap);
void heap_push(struct heap *heap, struct heap_entry entry);
/* The smallest entry, borrowed until the next change; NULL when empty. */
const struct heap_entry *heap_top(const struct heap *heap);
/* Removes the smallest entry into *OUT (may be NULL); false when empty. */
bool heap_pop(struct heap *heap, struct heap_entry *out);

#endif
