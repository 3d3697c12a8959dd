/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nodes by number and by name. The core and the launcher know numbers; people
 * and files know names. A name keeps its number for ever (store), so that the
 * journal means the same node after every restart and change of the pool.
 */
#ifndef ERM_MANAGER_NODE_NAMES_H
#define ERM_MANAGER_NODE_NAMES_H

#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/hostlist.h"
#include "base/idset.h"

struct node_entry {
    char *name;     /* owned; NULL: a number that is not used */
    uint32_t slots; /* as told to jobs */
    uint32_t asked; /* as the hostfile says; 0 = the launcher says */
    time_us since;  /* of its last change of state by a person or the pool */
    char *reason;   /* owned: of a drain; NULL none */
};

struct node_names {
    struct node_entry *entries; /* owned; by number */
    uint32_t n;                 /* numbers are below this */
    uint32_t size;
};

struct node_names *node_names_create(void);
void node_names_destroy(struct node_names *names);
/* Makes NUMBER known as NAME, or changes its slots. */
void node_names_put(struct node_names *names, uint32_t number, const char *name,
                    uint32_t asked);
/* "?" for an unknown number. Borrowed until the pool changes. */
const char *node_names_name(const struct node_names *names, uint32_t number);
/* At least 1. */
uint32_t node_names_slots(const struct node_names *names, uint32_t number);
/* IDSET_NONE when there is none of that name. */
uint32_t node_names_find(const struct node_names *names, const char *name);
/* Adds the names of NODES in the order of their numbers. */
void node_names_list(const struct node_names *names, const struct idset *nodes,
                     struct hostlist *out);
/* Appends them in brackets: "st[33-34]". */
void node_names_format(const struct node_names *names,
                       const struct idset *nodes, struct strbuf *out);
/* Adds the nodes of EXPRESSION ("n1,n[3-4]"); ERR_NOT_FOUND names the first
 * unknown one. */
int node_names_parse(const struct node_names *names, const char *expression,
                     struct idset *out, struct err *err);
/* Notes why (NULL: nothing) and when a node's state was changed. */
void node_names_note(struct node_names *names, uint32_t number, time_us when,
                     const char *reason);

#endif
