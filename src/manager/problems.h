/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is wrong at present with the files that the manager watches: for the
 * status answer and for the exit status of `run`. A file's problems are
 * cleared and told anew each time it is read.
 */
#ifndef ERM_MANAGER_PROBLEMS_H
#define ERM_MANAGER_PROBLEMS_H

#include <stddef.h>

struct problem {
    char *file; /* owned, as the user gave its name */
    char *text; /* owned, one or several lines */
};

struct problems {
    struct problem *items; /* owned */
    size_t n, size;
};

struct problems *problems_create(void);
void problems_destroy(struct problems *problems);
/* Copies both. */
void problems_add(struct problems *problems, const char *file,
                  const char *text);
/* Forgets those of FILE. */
void problems_clear(struct problems *problems, const char *file);

#endif
