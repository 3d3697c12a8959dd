/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running elastic jobs, and what a pass asks of each of them first: close
 * together, as most are then of no interest. In no particular order.
 */
#ifndef ERM_CORE_ELASTIC_LIST_H
#define ERM_CORE_ELASTIC_LIST_H

#include "core/job.h"

struct elastic_entry {
    struct job *job;          /* borrowed */
    time_us no_resize_before; /* its cool-down */
    uint32_t n_nodes;
    uint32_t above, spare;       /* nodes to give: above what it prefers; all */
    uint32_t most_awaited, most; /* up to these it grows: others wait, or not */
};

struct elastic_list {
    struct elastic_entry *items; /* owned */
    uint32_t n, size;
};

/* Copies ENTRY; its job knows its place from then on. */
void elastic_list_add(struct elastic_list *list,
                      const struct elastic_entry *entry);
void elastic_list_remove(struct elastic_list *list, struct job *job);
void elastic_list_release(struct elastic_list *list);

#endif
