/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See json_scan.h. One pass over the bytes, no memory but the spans.
 *
 * Brackets are matched by a small stack. A closing one that fits none of the
 * open ones ends the value; one that fits an outer one closes all inside it, so
 * that a lost bracket spoils one entry and not the rest of the file.
 */
#include "codec/json_scan.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* Brackets deeper than this are counted but not told apart. */
#define STACK_MAX 64

struct bracket_stack {
    char open[STACK_MAX];
    size_t depth;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

size_t scan_space(const char *text, size_t len, size_t at)
{
    while (at < len && is_space(text[at]))
        at++;
    return at;
}

size_t scan_string(const char *text, size_t len, size_t at)
{
    for (at++; at < len; at++) {
        if (text[at] == '"')
            return at + 1;
        if (text[at] == '\n')
            return at;
        if (text[at] == '\\' && at + 1 < len && text[at + 1] != '\n')
            at++;
    }
    return len;
}

static void stack_push(struct bracket_stack *stack, char open)
{
    if (stack->depth < STACK_MAX)
        stack->open[stack->depth] = open;
    stack->depth++;
}

/* Closes the nearest bracket of that kind and all inside it; false when there
 * is none. */
static bool stack_close(struct bracket_stack *stack, char close)
{
    char open = close == '}' ? '{' : '[';
    size_t depth = stack->depth;

    while (depth > 0) {
        depth--;
        if (depth >= STACK_MAX || stack->open[depth] == open) {
            stack->depth = depth;
            return true;
        }
    }
    return false;
}

/* A value that begins with a bracket. */
static struct span scan_brackets(const char *text, size_t len, size_t at)
{
    struct bracket_stack stack = {.depth = 0};
    struct span span = {at, len, false};

    while (at < len) {
        char c = text[at];
        if (c == '"') {
            at = scan_string(text, len, at);
            continue;
        }
        if (c == '{' || c == '[')
            stack_push(&stack, c);
        if (c == '}' || c == ']') {
            if (!stack_close(&stack, c)) {
                span.end = at;
                return span;
            }
            if (stack.depth == 0) {
                span.end = at + 1;
                span.is_closed = true;
                return span;
            }
        }
        at++;
    }
    return span;
}

struct span scan_value(const char *text, size_t len, size_t at)
{
    struct span span = {at, at, true};

    if (at >= len)
        return span;
    if (text[at] == '{' || text[at] == '[')
        return scan_brackets(text, len, at);
    if (text[at] == '"') {
        span.end = scan_string(text, len, at);
        return span;
    }
    while (at < len && !is_space(text[at]) && !strchr(",:{}[]\"", text[at]))
        at++;
    span.end = at;
    return span;
}

size_t scan_too_deep(const char *text, struct span part, unsigned limit)
{
    unsigned depth = 0;
    size_t at = part.start;

    while (at < part.end) {
        char c = text[at];
        if (c == '"') {
            at = scan_string(text, part.end, at);
            continue;
        }
        if ((c == '{' || c == '[') && ++depth > limit)
            return at;
        if ((c == '}' || c == ']') && depth > 0)
            depth--;
        at++;
    }
    return SCAN_NONE;
}

size_t scan_last_open(const char *text, size_t len)
{
    size_t opened[STACK_MAX];
    struct bracket_stack stack = {.depth = 0};
    size_t at = 0;

    while (at < len) {
        char c = text[at];
        if (c == '"') {
            at = scan_string(text, len, at);
            continue;
        }
        if (c == '{' || c == '[') {
            if (stack.depth < STACK_MAX)
                opened[stack.depth] = at;
            stack_push(&stack, c);
        } else if (c == '}' || c == ']') {
            stack_close(&stack, c);
        }
        at++;
    }
    if (stack.depth == 0)
        return SCAN_NONE;
    return opened[(stack.depth < STACK_MAX ? stack.depth : STACK_MAX) - 1];
}

bool scan_string_is(const char *text, size_t len, size_t at, const char *key)
{
    size_t end = scan_string(text, len, at);
    size_t n = strlen(key);
    json_t *decoded;
    bool is_same;

    if (end - at == n + 2 && memcmp(text + at + 1, key, n) == 0)
        return true;
    if (!memchr(text + at, '\\', end - at))
        return false;
    decoded = json_loadb(text + at, end - at, JSON_DECODE_ANY, NULL);
    is_same =
        json_is_string(decoded) && strcmp(json_string_value(decoded), key) == 0;
    json_decref(decoded);
    return is_same;
}

void spans_init(struct spans *spans)
{
    *spans = (struct spans){.items = NULL};
}

void spans_release(struct spans *spans)
{
    if (!spans)
        return;
    free(spans->items);
    spans_init(spans);
}

/* Doubles, so that a million entries cost twenty allocations. */
static void spans_add(struct spans *spans, struct span span)
{
    if (spans->n == spans->size) {
        spans->size = spans->size ? 2 * spans->size : 16;
        spans->items =
            mem_resize(spans->items, spans->size, sizeof(*spans->items));
    }
    spans->items[spans->n++] = span;
}

/* Where the list opens: the text itself, or its member KEY. */
static size_t find_list(const char *text, size_t len, const char *key)
{
    size_t at = scan_space(text, len, 0);

    if (at < len && text[at] == '[')
        return at;
    if (at >= len || text[at] != '{')
        return SCAN_NONE;
    at++;
    while (at < len) {
        size_t start = at;
        if (text[at] == '{' || text[at] == '[') {
            at = scan_value(text, len, at).end;
        } else if (text[at] == '"') {
            at = scan_string(text, len, at);
            size_t colon = scan_space(text, len, at);
            if (colon >= len || text[colon] != ':' ||
                !scan_string_is(text, len, start, key))
                continue;
            at = scan_space(text, len, colon + 1);
            if (at < len && text[at] == '[')
                return at;
        } else {
            at++;
        }
    }
    return SCAN_NONE;
}

void spans_find(struct spans *spans, const char *text, size_t len,
                const char *key, size_t max)
{
    size_t at = find_list(text, len, key);

    spans_init(spans);
    if (at == SCAN_NONE)
        return;
    spans->is_found = true;
    at++;
    while (at < len && spans->n <= max) {
        at = scan_space(text, len, at);
        if (at < len && text[at] == ']') {
            spans->is_closed = true;
            return;
        }
        if (at < len && !strchr(",:}", text[at])) {
            struct span span = scan_value(text, len, at);
            spans_add(spans, span);
            at = span.end;
        } else {
            at++;
        }
    }
}
