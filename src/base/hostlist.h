/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host names and the bracket notation for many of them: node[01-04,7],rack1.
 * Rules and test vectors: Flux RFC 29 (hostlist format); zero padding is kept.
 *
 * A hostlist keeps order and repeats. Names follow [A-Za-z0-9._-]{1,253} with
 * no leading '-' or '.', so that a name is safe in a command and after ssh --.
 */
#ifndef ERM_BASE_HOSTLIST_H
#define ERM_BASE_HOSTLIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/strbuf.h"

#define HOSTNAME_MAX 253
#define HOSTLIST_MAX 100000 /* names one expression may expand to */

struct hostlist {
    char **names; /* owned */
    size_t n;
    size_t size;
};

void hostlist_init(struct hostlist *list);
/* Frees and leaves an initialised, empty list. NULL is fine. */
void hostlist_release(struct hostlist *list);
/* Copies NAME, which is not checked. */
void hostlist_add(struct hostlist *list, const char *name);
/* Adds all names of EXPRESSION ("a,b[1-3]"); -1 and ERR (ERR_INPUT) for a bad
 * one, LIST unchanged. */
int hostlist_parse(struct hostlist *list, const char *expression,
                   struct err *err);
/* True when NAME follows the grammar above. */
bool hostname_is_valid(const char *name);
/* Index of NAME, or -1. */
long hostlist_find(const struct hostlist *list, const char *name);
/* Appends the shortest bracket form that keeps the order: "node[01-03],x". */
void hostlist_format(const struct hostlist *list, struct strbuf *out);
/* Appends the names joined by SEPARATOR. */
void hostlist_join(const struct hostlist *list, const char *separator,
                   struct strbuf *out);

#endif
