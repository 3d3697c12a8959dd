/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A growing string. `text` is always NUL-terminated and never NULL after
 * strbuf_init; `len` does not count the NUL.
 */
#ifndef ERM_BASE_STRBUF_H
#define ERM_BASE_STRBUF_H

#include <stddef.h>
#include <stdarg.h>

struct strbuf {
    char *text;
    size_t len;
    size_t size; /* bytes allocated; 0 while text is the shared "" */
};

void strbuf_init(struct strbuf *sb);
/* Frees and leaves an initialised, empty strbuf. NULL is fine. */
void strbuf_release(struct strbuf *sb);
/* Empties, keeps the memory. */
void strbuf_reset(struct strbuf *sb);
void strbuf_add(struct strbuf *sb, const void *data, size_t n);
void strbuf_add_str(struct strbuf *sb, const char *text);
void strbuf_add_char(struct strbuf *sb, char c);
void strbuf_add_fmt(struct strbuf *sb, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void strbuf_add_vfmt(struct strbuf *sb, const char *format, va_list ap);
/* Cuts to LEN bytes, which must not be more than there are. */
void strbuf_truncate(struct strbuf *sb, size_t len);
/* Returns the owned string and leaves SB initialised and empty. */
char *strbuf_detach(struct strbuf *sb);

#endif
