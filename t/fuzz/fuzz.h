/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the fuzz targets share. A target feeds any bytes to a reader of outside
 * bytes and aborts when a promise of that reader is broken; crashes are found
 * by the sanitizers.
 */
#ifndef ERM_T_FUZZ_H
#define ERM_T_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise of the code under test. */
#define EXPECT(condition)                                              \
    do {                                                               \
        if (!(condition)) {                                            \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, \
                    #condition);                                       \
            abort();                                                   \
        }                                                              \
    } while (0)

/* An owned copy of the bytes as a string: up to the first NUL. */
static inline char *fuzz_string(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    EXPECT(text);
    memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

#endif
