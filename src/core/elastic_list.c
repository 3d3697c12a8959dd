/* SPDX-License-Identifier: BSD-2-Clause */
/* See elastic_list.h. */
#include "core/elastic_list.h"

#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"

void elastic_list_add(struct elastic_list *list,
                      const struct elastic_entry *entry)
{
    assert(!entry->job->is_listed);
    if (list->n == list->size) {
        list->size = list->size == 0 ? 64 : 2 * list->size;
        list->items = mem_resize(list->items, list->size, sizeof *list->items);
    }
    entry->job->is_listed = true;
    entry->job->listed_at = list->n;
    list->items[list->n++] = *entry;
}

/* The last one takes its place. */
void elastic_list_remove(struct elastic_list *list, struct job *job)
{
    struct elastic_entry *last = &list->items[--list->n];

    assert(job->is_listed && list->items[job->listed_at].job == job);
    last->job->listed_at = job->listed_at;
    list->items[job->listed_at] = *last;
    job->is_listed = false;
}

void elastic_list_release(struct elastic_list *list)
{
    free(list->items);
    *list = (struct elastic_list){.items = NULL};
}
