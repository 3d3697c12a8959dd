/* SPDX-License-Identifier: BSD-2-Clause */
#include "launch/slices.h"

#include <assert.h>
#include <stdlib.h>

struct block {
    uint32_t first, n; /* indices into processors */
};

static struct block block_of(const struct slices *slices, uint32_t node)
{
    assert(node < slices->n_nodes);
    uint64_t n = slices->n_processors;
    if (slices->n_nodes > n)
        return (struct block){(uint32_t)(node % n), 1};
    uint32_t first = (uint32_t)(node * n / slices->n_nodes);
    uint32_t next = (uint32_t)((node + 1) * n / slices->n_nodes);
    return (struct block){first, next - first};
}

void slices_init(struct slices *slices, uint32_t *processors, uint32_t n)
{
    assert(n > 0);
    *slices = (struct slices){.processors = processors, .n_processors = n};
}

void slices_release(struct slices *slices)
{
    free(slices->processors);
    *slices = (struct slices){0};
}

uint32_t slices_count(const struct slices *slices, uint32_t node)
{
    return block_of(slices, node).n;
}

void slices_add(const struct slices *slices, uint32_t node, struct idset *out)
{
    struct block block = block_of(slices, node);
    for (uint32_t i = 0; i < block.n; i++)
        idset_add(out, slices->processors[block.first + i]);
}

static void add_range(struct strbuf *out, uint32_t first, uint32_t last)
{
    if (out->len > 0)
        strbuf_add_char(out, ',');
    strbuf_add_fmt(out, "%u", first);
    if (last > first)
        strbuf_add_fmt(out, "-%u", last);
}

void slices_format(const struct slices *slices, const struct idset *nodes,
                   struct strbuf *out)
{
    struct idset all;
    struct strbuf text;
    idset_init(&all);
    strbuf_init(&text);
    IDSET_EACH (nodes, node)
        slices_add(slices, node, &all);
    uint32_t first = idset_first(&all), last = first;
    while (first != IDSET_NONE) {
        uint32_t next = idset_next(&all, last);
        if (next != last + 1) {
            add_range(&text, first, last);
            first = next;
        }
        last = next;
    }
    strbuf_add(out, text.text, text.len);
    strbuf_release(&text);
    idset_release(&all);
}
