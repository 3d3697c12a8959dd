/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The numbers of nodes. A name keeps its number for good and a number is never
 * given to another name, so node sets in old records keep their meaning.
 */
#ifndef ERM_STORE_NODE_TABLE_H
#define ERM_STORE_NODE_TABLE_H

#include "base/clock.h"
#include "store/store.h"

struct node_row {
    uint32_t number;
    const char *name;
    uint32_t slots;
    const char *reason; /* why it is drained or down; NULL = none */
    time_us since;      /* of the reason; 0 = never had one */
};

/* RECORD is borrowed for the call; nonzero ends the iteration and becomes its
 * result. */
typedef int (*node_row_f)(void *arg, const struct node_row *node);

/* The number of the node NAME, from 0; a new one when it was never seen.
 * Remembers SLOTS. -1 on an error. */
int64_t store_node_number(struct store *store, const char *name, uint32_t slots,
                          struct err *err);
/* Copies REASON; NULL removes it. */
int store_set_node_reason(struct store *store, uint32_t number,
                          const char *reason, time_us time, struct err *err);
/* All nodes ever seen, by number. */
int store_each_node(struct store *store, node_row_f each, void *arg,
                    struct err *err);

#endif
