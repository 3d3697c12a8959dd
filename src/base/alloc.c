/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that is there or the program is not. Does not pool or count.
 * Used by the pure core: no I/O but the last line before abort.
 */
#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((noreturn)) static void out_of_memory(size_t n, size_t size)
{
    fprintf(stderr, "erm: out of memory (%zu x %zu bytes)\n", n, size);
    abort();
}

void *mem_alloc(size_t size)
{
    return mem_alloc_array(1, size);
}

void *mem_alloc_array(size_t n, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(n, size, &total))
        out_of_memory(n, size);

    void *ptr = calloc(total > 0 ? total : 1, 1);
    if (!ptr)
        out_of_memory(n, size);
    return ptr;
}

void *mem_resize(void *ptr, size_t n, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(n, size, &total))
        out_of_memory(n, size);

    /* realloc to 0 bytes may free and return NULL; 1 byte never does */
    void *bigger = realloc(ptr, total > 0 ? total : 1);
    if (!bigger)
        out_of_memory(n, size);
    return bigger;
}

char *mem_strdup(const char *text)
{
    return text ? mem_strndup(text, strlen(text)) : NULL;
}

char *mem_strndup(const char *text, size_t n)
{
    if (!text)
        return NULL;
    size_t len = strnlen(text, n);
    char *copy = mem_alloc(len + 1);
    memcpy(copy, text, len);
    return copy;
}
