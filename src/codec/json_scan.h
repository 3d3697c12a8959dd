/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Walking over JSON text without parsing it: strings and brackets only.
 *
 * Good for finding places in text that jansson accepted, and for finding the
 * entries of a list in text that it did not. Never reads past LEN and always
 * comes to an end, whatever the text is. A string also ends at a newline,
 * which JSON forbids in strings, so one lost quote spoils one line only.
 */
#ifndef ERM_CODEC_JSON_SCAN_H
#define ERM_CODEC_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#define SCAN_NONE ((size_t)-1)

/* A part of a text: bytes START up to, without, END. */
struct span {
    size_t start, end;
    bool is_closed; /* its brackets were all closed */
};

struct spans {
    struct span *items; /* owned */
    size_t n, size;
    bool is_found;  /* there is such a list */
    bool is_closed; /* and it has its ']' */
};

/* The first byte at or after AT that is not white space; LEN at the end. */
size_t scan_space(const char *text, size_t len, size_t at);
/* The byte after the string whose quote is at AT. */
size_t scan_string(const char *text, size_t len, size_t at);
/* The value that starts at AT. It ends before a bracket that it did not
 * open. */
struct span scan_value(const char *text, size_t len, size_t at);
/* The first bracket inside more than LIMIT others, or SCAN_NONE. */
size_t scan_too_deep(const char *text, struct span part, unsigned limit);
/* The innermost bracket still open at the end, or SCAN_NONE. */
size_t scan_last_open(const char *text, size_t len);
/* Is the string at AT equal to KEY, escapes decoded? */
bool scan_string_is(const char *text, size_t len, size_t at, const char *key);

void spans_init(struct spans *spans);
void spans_release(struct spans *spans);
/* The elements of the list that is the text itself, or the member KEY of the
 * object that it is. Stops after MAX + 1 of them. */
void spans_find(struct spans *spans, const char *text, size_t len,
                const char *key, size_t max);

#endif
