/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An array by number; names are searched, which only people's requests do.
 */
#include "manager/node_names.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct node_names *node_names_create(void)
{
    return mem_alloc(sizeof(struct node_names));
}

void node_names_destroy(struct node_names *names)
{
    if (names == NULL)
        return;
    for (uint32_t i = 0; i < names->n; i++) {
        free(names->entries[i].name);
        free(names->entries[i].reason);
    }
    free(names->entries);
    free(names);
}

static void make_room(struct node_names *names, uint32_t number)
{
    uint32_t size = names->size == 0 ? 64 : names->size;

    while (size <= number)
        size *= 2;
    if (size == names->size)
        return;
    names->entries = mem_resize(names->entries, size, sizeof(*names->entries));
    memset(names->entries + names->size, 0,
           (size - names->size) * sizeof(*names->entries));
    names->size = size;
}

void node_names_put(struct node_names *names, uint32_t number, const char *name,
                    uint32_t asked)
{
    struct node_entry *entry;

    make_room(names, number);
    entry = &names->entries[number];
    if (entry->name == NULL)
        entry->name = mem_strdup(name);
    assert(strcmp(entry->name, name) == 0);
    entry->asked = asked;
    entry->slots = asked;
    if (number >= names->n)
        names->n = number + 1;
}

const char *node_names_name(const struct node_names *names, uint32_t number)
{
    if (number >= names->n || names->entries[number].name == NULL)
        return "?";
    return names->entries[number].name;
}

uint32_t node_names_slots(const struct node_names *names, uint32_t number)
{
    if (number >= names->n || names->entries[number].slots == 0)
        return 1;
    return names->entries[number].slots;
}

uint32_t node_names_find(const struct node_names *names, const char *name)
{
    for (uint32_t i = 0; i < names->n; i++) {
        const char *known = names->entries[i].name;
        if (known != NULL && strcmp(known, name) == 0)
            return i;
    }
    return IDSET_NONE;
}

void node_names_list(const struct node_names *names, const struct idset *nodes,
                     struct hostlist *out)
{
    IDSET_EACH (nodes, number) {
        hostlist_add(out, node_names_name(names, number));
    }
}

void node_names_format(const struct node_names *names,
                       const struct idset *nodes, struct strbuf *out)
{
    struct hostlist list;

    hostlist_init(&list);
    node_names_list(names, nodes, &list);
    hostlist_format(&list, out);
    hostlist_release(&list);
}

int node_names_parse(const struct node_names *names, const char *expression,
                     struct idset *out, struct err *err)
{
    struct hostlist list;
    int result = -1;

    hostlist_init(&list);
    if (hostlist_parse(&list, expression, err) != 0)
        goto done;
    for (size_t i = 0; i < list.n; i++) {
        if (node_names_find(names, list.names[i]) != IDSET_NONE)
            continue;
        err_set(err, ERR_NOT_FOUND, "no node '%s'", list.names[i]);
        goto done;
    }
    for (size_t i = 0; i < list.n; i++)
        idset_add(out, node_names_find(names, list.names[i]));
    result = 0;
done:
    hostlist_release(&list);
    return result;
}

void node_names_note(struct node_names *names, uint32_t number, time_us when,
                     const char *reason)
{
    if (number >= names->n)
        return;
    free(names->entries[number].reason);
    names->entries[number].reason = mem_strdup(reason);
    names->entries[number].since = when;
}
