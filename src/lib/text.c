/* SPDX-License-Identifier: BSD-2-Clause */
/* See text.h. */
#include "lib/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void erm_text_add(struct erm_text *text, const char *bytes, size_t n)
{
    if (text->is_bad)
        return;
    if (text->size - text->n <= n) {
        size_t size = 2 * (text->size + n) + 64;
        char *grown = realloc(text->bytes, size);
        if (grown == NULL) {
            text->is_bad = true;
            return;
        }
        text->bytes = grown;
        text->size = size;
    }
    memcpy(text->bytes + text->n, bytes, n);
    text->n += n;
    text->bytes[text->n] = '\0';
}

void erm_text_format(struct erm_text *text, const char *format, ...)
{
    char part[200]; /* only for numbers and words of this file */
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(part, sizeof(part), format, ap);
    va_end(ap);
    erm_text_add(text, part, (size_t)n);
}

/* Seconds or a fraction, with a point in every locale. */
void erm_text_number(struct erm_text *text, double value)
{
    long long micros = (long long)(value * 1e6 + 0.5);
    erm_text_format(text, "%lld.%06lld", micros / 1000000, micros % 1000000);
}

/* Bytes of the UTF-8 character at TEXT, 0 when there is none. */
static size_t utf8_length(const char *text)
{
    const unsigned char *c = (const unsigned char *)text;
    size_t n = *c < 0x80   ? 1
               : *c < 0xc2 ? 0
               : *c < 0xe0 ? 2
               : *c < 0xf0 ? 3
                           : 4;
    if (n == 0 || *c > 0xf4)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((c[i] & 0xc0) != 0x80)
            return 0;
    bool is_bad = (*c == 0xe0 && c[1] < 0xa0) || (*c == 0xed && c[1] > 0x9f) ||
                  (*c == 0xf0 && c[1] < 0x90) || (*c == 0xf4 && c[1] > 0x8f);
    return is_bad ? 0 : n;
}

/* As a JSON string, also when STRING is not UTF-8: a reason that nobody can
 * read must not cost the answer. */
void erm_text_string(struct erm_text *text, const char *string)
{
    erm_text_add(text, "\"", 1);
    for (const char *at = string; *at != '\0';) {
        size_t n = utf8_length(at);
        if (n == 0)
            erm_text_add(text, "?", 1);
        else if (*at == '"' || *at == '\\')
            erm_text_format(text, "\\%c", *at);
        else if ((unsigned char)*at < 0x20)
            erm_text_format(text, "\\u%04x", (unsigned)*at);
        else
            erm_text_add(text, at, n);
        at += n > 0 ? n : 1;
    }
    erm_text_add(text, "\"", 1);
}

void erm_text_names(struct erm_text *text, const char *const *names, int n)
{
    erm_text_add(text, "[", 1);
    for (int i = 0; i < n; i++) {
        if (i > 0)
            erm_text_add(text, ",", 1);
        erm_text_string(text, names[i]);
    }
    erm_text_add(text, "]", 1);
}
