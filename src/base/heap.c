/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A binary min-heap in an array: the children of i are 2i + 1 and 2i + 2.
 * Does not know what an entry means, nor which entries are out of date.
 */
#include "base/heap.h"

#include <stdlib.h>

#include "base/alloc.h"

#define FIRST_SIZE 16

void heap_init(struct heap *heap)
{
    *heap = (struct heap){0};
}

void heap_release(struct heap *heap)
{
    if (!heap)
        return;
    free(heap->entries);
    heap_init(heap);
}

void heap_clear(struct heap *heap)
{
    heap->n = 0;
}

static bool is_before(const struct heap_entry *a, const struct heap_entry *b)
{
    if (a->when != b->when)
        return a->when < b->when;
    if (a->kind != b->kind)
        return a->kind < b->kind;
    if (a->id != b->id)
        return a->id < b->id;
    return a->seq < b->seq;
}

void heap_push(struct heap *heap, struct heap_entry entry)
{
    if (heap->n == heap->size) {
        heap->size = heap->size > 0 ? heap->size * 2 : FIRST_SIZE;
        heap->entries =
            mem_resize(heap->entries, heap->size, sizeof(*heap->entries));
    }

    /* the hole rises until its parent is not after the new entry */
    size_t hole = heap->n++;
    while (hole > 0) {
        size_t parent = (hole - 1) / 2;
        if (!is_before(&entry, &heap->entries[parent]))
            break;
        heap->entries[hole] = heap->entries[parent];
        hole = parent;
    }
    heap->entries[hole] = entry;
}

const struct heap_entry *heap_top(const struct heap *heap)
{
    return heap->n > 0 ? heap->entries : NULL;
}

/* Puts ENTRY where it belongs below the hole at the top. */
static void sink(struct heap *heap, struct heap_entry entry)
{
    size_t hole = 0;
    for (;;) {
        size_t child = 2 * hole + 1;
        if (child >= heap->n)
            break;
        if (child + 1 < heap->n &&
            is_before(&heap->entries[child + 1], &heap->entries[child]))
            child++;
        if (!is_before(&heap->entries[child], &entry))
            break;
        heap->entries[hole] = heap->entries[child];
        hole = child;
    }
    heap->entries[hole] = entry;
}

bool heap_pop(struct heap *heap, struct heap_entry *out)
{
    if (heap->n == 0)
        return false;
    if (out)
        *out = heap->entries[0];
    heap->n--;
    if (heap->n > 0)
        sink(heap, heap->entries[heap->n]);
    return true;
}
