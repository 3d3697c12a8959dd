/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is wrong with a file that a person wrote: all of it at once.
 *
 * A diagnosis has a place (line and column from 1, in characters; 0 =
 * unknown), what is wrong, and mostly a hint. Printed as
 *     jobs.json:3:6: error: a key or '}' expected, found ','
 *         3 |     {,
 *           |      ^
 *     hint: remove the comma after '{'
 */
#ifndef ERM_BASE_DIAG_H
#define ERM_BASE_DIAG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

struct diag {
    bool is_warning;
    unsigned line, column;
    char *text; /* owned */
    char *hint; /* owned, NULL when there is none */
};

struct diags {
    struct diag *items; /* owned */
    size_t n;
    size_t size;
    size_t n_errors; /* the rest are warnings */
};

void diags_init(struct diags *diags);
void diags_release(struct diags *diags);
/* Adds an error or a warning; both return the new diag, borrowed until the
 * next call. */
struct diag *diags_error(struct diags *diags, unsigned line, unsigned column,
                         const char *format, ...)
    __attribute__((format(printf, 4, 5)));
struct diag *diags_warning(struct diags *diags, unsigned line, unsigned column,
                           const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void diag_set_hint(struct diag *diag, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Appends one diagnosis in the form above; SOURCE (may be NULL) is the whole
 * file's text, for the quoted line. */
void diag_format(const struct diag *diag, const char *file, const char *source,
                 struct strbuf *out);
void diags_format(const struct diags *diags, const char *file,
                  const char *source, struct strbuf *out);

#endif
