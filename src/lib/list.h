/* SPDX-License-Identifier: BSD-2-Clause */
/* Names that lie in a text of somebody else's. */
#ifndef ERM_LIB_LIST_H
#define ERM_LIB_LIST_H

struct erm_list {
    const char **items; /* owned; the names are not */
    int n, size;
};

/* -1: no memory. */
int erm_list_add(struct erm_list *list, const char *item);
void erm_list_release(struct erm_list *list);

#endif
