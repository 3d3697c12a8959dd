/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of the codecs share. */
#ifndef ERM_T_CODEC_SUPPORT_H
#define ERM_T_CODEC_SUPPORT_H

/* cmocka.h wants these before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

#define assert_contains(text, part)                          \
    do {                                                     \
        const char *text_ = (text);                          \
        if (!strstr(text_, (part)))                          \
            fail_msg("\"%s\" is not in: %s", (part), text_); \
    } while (0)

/* Returns the file NAME of the source tree, owned, with its length. */
static inline char *read_source(const char *name, size_t *len)
{
    char path[4096];
    FILE *file;
    char *text = malloc(1 << 20);

    snprintf(path, sizeof(path), "%s/%s", SOURCE_ROOT, name);
    file = fopen(path, "r");
    if (!file)
        fail_msg("cannot open %s", path);
    assert_non_null(text);
    *len = fread(text, 1, (1 << 20) - 1, file);
    text[*len] = '\0';
    fclose(file);
    return text;
}

#endif
