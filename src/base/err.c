/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Errors for people. Says what happened; printing it and choosing what to do
 * next belong to the caller.
 */
#include "base/err.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct code_info {
    const char *name;
    int exit_status;
    const char *text;
};

#define ERR_ROW(code, exit_status, text) {#code, exit_status, text},
static const struct code_info codes[] = {ERR_CODES(ERR_ROW)};
#undef ERR_ROW

static const struct code_info *code_info(enum err_code code)
{
    assert((size_t)code < sizeof(codes) / sizeof(codes[0]));
    return &codes[code];
}

/* Errors quote what people wrote, and that must not drive their terminal. */
static void blank_control(char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
            *text = '?';
    }
}

/* Through a copy, because the arguments may point into TO itself, as when an
 * error is wrapped: err_set(err, err->code, "in %s: %s", name, err->text). */
__attribute__((format(printf, 3, 0))) static void
format_into(char *to, size_t size, const char *format, va_list ap)
{
    char text[sizeof(((struct err *)NULL)->text)];
    assert(size <= sizeof(text));
    vsnprintf(text, size, format, ap);
    blank_control(text);
    memcpy(to, text, strlen(text) + 1);
}

int err_set(struct err *err, enum err_code code, const char *format, ...)
{
    assert(code != ERR_NONE);
    const struct code_info *info = code_info(code);
    if (!err)
        return -1;

    err->code = code;
    if (format && *format) {
        va_list ap;
        va_start(ap, format);
        format_into(err->text, sizeof(err->text), format, ap);
        va_end(ap);
    } else {
        snprintf(err->text, sizeof(err->text), "%s", info->text);
    }
    err->hint[0] = '\0';
    return -1;
}

int err_set_errno(struct err *err, const char *format, ...)
{
    int saved = errno;
    if (!err)
        return -1;

    bool is_full = saved == ENOSPC || saved == EDQUOT;
    err->code = is_full ? ERR_FULL : ERR_SYSTEM;
    va_list ap;
    va_start(ap, format);
    format_into(err->text, sizeof(err->text), format, ap);
    va_end(ap);
    size_t len = strlen(err->text);
    snprintf(err->text + len, sizeof(err->text) - len, ": %s", strerror(saved));
    err->hint[0] = '\0';
    errno = saved;
    return -1;
}

int err_hint(struct err *err, const char *format, ...)
{
    if (!err)
        return -1;
    va_list ap;
    va_start(ap, format);
    format_into(err->hint, sizeof(err->hint), format, ap);
    va_end(ap);
    return -1;
}

void err_clear(struct err *err)
{
    if (!err)
        return;
    err->code = ERR_NONE;
    err->text[0] = '\0';
    err->hint[0] = '\0';
}

const char *err_code_name(enum err_code code)
{
    return code_info(code)->name;
}

int err_exit_status(enum err_code code)
{
    return code_info(code)->exit_status;
}

const char *err_code_text(enum err_code code)
{
    return code_info(code)->text;
}
