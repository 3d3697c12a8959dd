/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory: allocation that never returns NULL.
 *
 * A daemon that is out of memory cannot do anything useful; the journal makes
 * a restart safe. So these abort with one line on stderr instead of returning
 * NULL, and no caller has to write a path that is never run.
 */
#ifndef ERM_BASE_ALLOC_H
#define ERM_BASE_ALLOC_H

#include <stddef.h>

/* Returns owned zeroed memory (size 0 counts as 1); free() it. */
void *mem_alloc(size_t size);
/* Returns owned zeroed memory for N items; aborts on overflow too. */
void *mem_alloc_array(size_t n, size_t size);
/* As realloc for N items; new memory is not zeroed. Takes PTR, returns owned.
 */
void *mem_resize(void *ptr, size_t n, size_t size);
/* Returns an owned copy; NULL gives NULL. */
char *mem_strdup(const char *text);
char *mem_strndup(const char *text, size_t n);

#endif
