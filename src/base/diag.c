/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Diagnoses of a file. Does not read the file: its text comes from the caller.
 *
 * Columns count characters of UTF-8 text, not bytes, as editors do. A line
 * that is long (a whole jobs.json may be one) is quoted around its column.
 */
#include "base/diag.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define QUOTE_WIDTH 70  /* characters of the line that are shown */
#define QUOTE_BEFORE 40 /* of those before the column, in a long line */

void diags_init(struct diags *diags)
{
    *diags = (struct diags){0};
}

void diags_release(struct diags *diags)
{
    if (!diags)
        return;
    for (size_t i = 0; i < diags->n; i++) {
        free(diags->items[i].text);
        free(diags->items[i].hint);
    }
    free(diags->items);
    diags_init(diags);
}

__attribute__((format(printf, 1, 0))) static char *make_text(const char *format,
                                                             va_list ap)
{
    struct strbuf text;
    strbuf_init(&text);
    strbuf_add_vfmt(&text, format, ap);
    return strbuf_detach(&text);
}

/* Takes TEXT. */
static struct diag *add_diag(struct diags *diags, unsigned line,
                             unsigned column, char *text)
{
    if (diags->n == diags->size) {
        diags->size = diags->size > 0 ? diags->size * 2 : 8;
        diags->items =
            mem_resize(diags->items, diags->size, sizeof(*diags->items));
    }
    struct diag *diag = &diags->items[diags->n++];
    *diag = (struct diag){.line = line, .column = column, .text = text};
    return diag;
}

struct diag *diags_error(struct diags *diags, unsigned line, unsigned column,
                         const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    struct diag *diag = add_diag(diags, line, column, make_text(format, ap));
    va_end(ap);
    diags->n_errors++;
    return diag;
}

struct diag *diags_warning(struct diags *diags, unsigned line, unsigned column,
                           const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    struct diag *diag = add_diag(diags, line, column, make_text(format, ap));
    va_end(ap);
    diag->is_warning = true;
    return diag;
}

void diag_set_hint(struct diag *diag, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    char *hint = make_text(format, ap);
    va_end(ap);
    free(diag->hint);
    diag->hint = hint;
}

/* The text of line number LINE (from 1), or NULL when there is none. */
static const char *find_line(const char *source, unsigned line)
{
    while (source && line > 1) {
        source = strchr(source, '\n');
        if (source)
            source++;
        line--;
    }
    return source;
}

static bool is_end(char c)
{
    return c == '\0' || c == '\n' || c == '\r';
}

/* Bytes of the character at TEXT, which is not at an end. */
static size_t char_size(const char *text)
{
    size_t n = 1;
    while (((unsigned char)text[n] & 0xc0) == 0x80)
        n++;
    return n;
}

/* What is quoted must not drive the terminal. */
static void add_clean(struct strbuf *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        bool is_control = (c < 0x20 && c != '\t') || c == 0x7f;
        strbuf_add_char(out, is_control ? '?' : text[i]);
    }
}

/* Adds "    3 | text" and fills CARET with what stands before the '^', where
 * tabs stay tabs so that both lines are as wide. */
static void add_quote(struct strbuf *out, const struct diag *diag,
                      const char *at, struct strbuf *caret)
{
    size_t target = diag->column > 0 ? diag->column - 1 : 0;
    size_t skip = target > QUOTE_WIDTH - 10 ? target - QUOTE_BEFORE : 0;

    strbuf_add_fmt(out, "%5u | ", diag->line);
    for (size_t i = 0; i < skip && !is_end(*at); i++)
        at += char_size(at);
    if (skip > 0) {
        strbuf_add_str(out, "...");
        strbuf_add_str(caret, "   ");
    }
    for (size_t i = skip; i < skip + QUOTE_WIDTH && !is_end(*at); i++) {
        size_t n = char_size(at);
        add_clean(out, at, n);
        if (i < target)
            strbuf_add_char(caret, *at == '\t' ? '\t' : ' ');
        at += n;
    }
    strbuf_add_str(out, is_end(*at) ? "\n" : "...\n");
}

static void add_source(struct strbuf *out, const struct diag *diag,
                       const char *source)
{
    const char *at = diag->line > 0 ? find_line(source, diag->line) : NULL;
    if (!at)
        return;

    struct strbuf caret;
    strbuf_init(&caret);
    add_quote(out, diag, at, &caret);
    if (diag->column > 0) {
        strbuf_add_str(out, "      | ");
        strbuf_add(out, caret.text, caret.len);
        strbuf_add_str(out, "^\n");
    }
    strbuf_release(&caret);
}

void diag_format(const struct diag *diag, const char *file, const char *source,
                 struct strbuf *out)
{
    strbuf_add_str(out, file);
    if (diag->line > 0)
        strbuf_add_fmt(out, ":%u", diag->line);
    if (diag->line > 0 && diag->column > 0)
        strbuf_add_fmt(out, ":%u", diag->column);
    strbuf_add_str(out, diag->is_warning ? ": warning: " : ": error: ");
    add_clean(out, diag->text, strlen(diag->text));
    strbuf_add_char(out, '\n');
    add_source(out, diag, source);
    if (diag->hint) {
        strbuf_add_str(out, "hint: ");
        add_clean(out, diag->hint, strlen(diag->hint));
        strbuf_add_char(out, '\n');
    }
}

void diags_format(const struct diags *diags, const char *file,
                  const char *source, struct strbuf *out)
{
    for (size_t i = 0; i < diags->n; i++)
        diag_format(&diags->items[i], file, source, out);
}
