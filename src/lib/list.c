/* SPDX-License-Identifier: BSD-2-Clause */
/* See list.h. */
#include "lib/list.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

int erm_list_add(struct erm_list *list, const char *item)
{
    if (list->n == list->size) {
        if (list->size > INT_MAX / 4)
            return -1;
        int size = list->size > 0 ? 2 * list->size : 16;
        const char **items =
            realloc(list->items, (size_t)size * sizeof(*items));
        if (items == NULL)
            return -1;
        list->items = items;
        list->size = size;
    }
    list->items[list->n++] = item;
    return 0;
}

void erm_list_release(struct erm_list *list)
{
    free(list->items);
    memset(list, 0, sizeof(*list));
}
