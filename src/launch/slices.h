/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * This machine's processors dealt out to nodes that are only names: node i of
 * n gets the i-th of n contiguous, nearly equal blocks; when there are more
 * nodes than processors they share them in turn. Pure.
 */
#ifndef ERM_LAUNCH_SLICES_H
#define ERM_LAUNCH_SLICES_H

#include <stdint.h>

#include "base/idset.h"
#include "base/strbuf.h"

struct slices {
    uint32_t *processors; /* owned; numbers in the order to deal them out */
    uint32_t n_processors;
    uint32_t n_nodes;
};

/* Takes PROCESSORS (N > 0 of them). */
void slices_init(struct slices *slices, uint32_t *processors, uint32_t n);
void slices_release(struct slices *slices);
/* How many processors NODE has: at least one. */
uint32_t slices_count(const struct slices *slices, uint32_t node);
/* Adds NODE's processors to OUT. */
void slices_add(const struct slices *slices, uint32_t node, struct idset *out);
/* Appends the processors of all NODES as "0-3,8". */
void slices_format(const struct slices *slices, const struct idset *nodes,
                   struct strbuf *out);

#endif
