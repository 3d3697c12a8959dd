/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A strict reader of JSON (RFC 8259) for the few objects of a mailbox. It works
 * in place: strings are decoded where they stand and borrow the text. A text
 * may be anything; what is not JSON is an error that says what is wrong.
 */
#ifndef ERM_LIB_SCAN_H
#define ERM_LIB_SCAN_H

#include <stdbool.h>

#include "lib/list.h"

struct erm_scan {
    char *at;        /* in a NUL-ended text, which is changed */
    const char *why; /* once it has failed: what is wrong */
    int depth;
};

/* Takes the value of KEY (0), or leaves it to be skipped (1); -1: bad. */
typedef int erm_member_f(void *context, struct erm_scan *s, const char *key);

/* TEXT is one object and nothing else; each member goes to MEMBER. NULL, or
 * what is wrong with it. */
const char *erm_scan_text(char *text, erm_member_f *member, void *context);

/* For members: each takes one value. -1 when it is another one. */
int erm_scan_string(struct erm_scan *s, const char **string);
int erm_scan_number(struct erm_scan *s, double *value);
int erm_scan_int(struct erm_scan *s, int min, int *value);
int erm_scan_bool(struct erm_scan *s, int *value);
/* A list of strings, none of them empty. */
int erm_scan_list(struct erm_scan *s, struct erm_list *list);
/* Does null follow? It is left to be skipped. */
bool erm_scan_sees_null(struct erm_scan *s);
/* Fails because of WHY (a literal), when nothing has failed before. -1. */
int erm_scan_fail(struct erm_scan *s, const char *why);

#endif
