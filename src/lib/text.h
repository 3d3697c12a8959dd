/* SPDX-License-Identifier: BSD-2-Clause */
/* A text that is put together: the JSON that a program writes. */
#ifndef ERM_LIB_TEXT_H
#define ERM_LIB_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct erm_text {
    char *bytes; /* owned, NUL-ended; NULL while empty */
    size_t n, size;
    bool is_bad; /* no memory: nothing is added any more */
};

void erm_text_add(struct erm_text *text, const char *bytes, size_t n);
/* At most 199 bytes: for numbers, and words that are known. */
void erm_text_format(struct erm_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Not below 0, to 6 places. */
void erm_text_number(struct erm_text *text, double value);
/* As a JSON string; what is not UTF-8 becomes '?'. */
void erm_text_string(struct erm_text *text, const char *string);
/* As a JSON list of strings. */
void erm_text_names(struct erm_text *text, const char *const *names, int n);

#endif
