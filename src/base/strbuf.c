/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A growing string. Knows nothing of encodings: it holds bytes.
 * While `size` is 0, `text` is a literal and must not be written.
 */
#include "base/strbuf.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define FIRST_SIZE 64

void strbuf_init(struct strbuf *sb)
{
    *sb = (struct strbuf){.text = (char *)""};
}

void strbuf_release(struct strbuf *sb)
{
    if (!sb)
        return;
    if (sb->size > 0)
        free(sb->text);
    strbuf_init(sb);
}

void strbuf_reset(struct strbuf *sb)
{
    strbuf_truncate(sb, 0);
}

/* Ensures: room for N more bytes and the NUL. */
static void reserve(struct strbuf *sb, size_t n)
{
    size_t needed;
    if (__builtin_add_overflow(sb->len + 1, n, &needed))
        needed = SIZE_MAX; /* mem_resize says it and stops */
    if (needed <= sb->size)
        return;

    size_t size = sb->size > 0 ? sb->size : FIRST_SIZE;
    while (size < needed)
        size = size > SIZE_MAX / 2 ? needed : size * 2;
    sb->text = mem_resize(sb->size > 0 ? sb->text : NULL, size, 1);
    sb->text[sb->len] = '\0';
    sb->size = size;
}

void strbuf_add(struct strbuf *sb, const void *data, size_t n)
{
    if (n == 0)
        return;
    reserve(sb, n);
    memcpy(sb->text + sb->len, data, n);
    sb->len += n;
    sb->text[sb->len] = '\0';
}

void strbuf_add_str(struct strbuf *sb, const char *text)
{
    strbuf_add(sb, text, strlen(text));
}

void strbuf_add_char(struct strbuf *sb, char c)
{
    strbuf_add(sb, &c, 1);
}

void strbuf_add_fmt(struct strbuf *sb, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    strbuf_add_vfmt(sb, format, ap);
    va_end(ap);
}

void strbuf_add_vfmt(struct strbuf *sb, const char *format, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    size_t room = sb->size > 0 ? sb->size - sb->len : 0;
    int n = vsnprintf(room > 0 ? sb->text + sb->len : NULL, room, format, ap);
    assert(n >= 0);
    if ((size_t)n >= room) {
        reserve(sb, (size_t)n);
        vsnprintf(sb->text + sb->len, (size_t)n + 1, format, again);
    }
    va_end(again);
    sb->len += (size_t)n;
}

void strbuf_truncate(struct strbuf *sb, size_t len)
{
    assert(len <= sb->len);
    if (sb->size == 0)
        return;
    sb->len = len;
    sb->text[len] = '\0';
}

char *strbuf_detach(struct strbuf *sb)
{
    char *text = sb->size > 0 ? sb->text : mem_strdup("");
    strbuf_init(sb);
    return text;
}
