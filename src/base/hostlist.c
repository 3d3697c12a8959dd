/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host lists in the bracket notation of Flux RFC 29, but with the characters
 * of host names only. Does not ask whether a host exists.
 *
 * Text is "item,item"; an item is prefix[ranges]suffix with at most one pair
 * of brackets. A leading zero in the first number of the brackets pads all.
 */
#include "base/hostlist.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define DIGITS "0123456789"
#define NAME_CHARS \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" DIGITS "._-"
#define MAX_DIGITS 18  /* fits 64 bits */
#define MAX_QUOTED 60  /* of a bad item, in the error */
#define MAX_PROBLEM 80 /* of the sentence about it */

struct item {
    const char *text;
    const char *end;
    const char *open;  /* the '[', or NULL */
    const char *close; /* the ']', or NULL */
};

struct range {
    uint64_t first, last;
    int width;
};

void hostlist_init(struct hostlist *list)
{
    *list = (struct hostlist){0};
}

static void truncate_to(struct hostlist *list, size_t n)
{
    while (list->n > n)
        free(list->names[--list->n]);
}

void hostlist_release(struct hostlist *list)
{
    if (!list)
        return;
    truncate_to(list, 0);
    free(list->names);
    hostlist_init(list);
}

void hostlist_add(struct hostlist *list, const char *name)
{
    if (list->n == list->size) {
        list->size = list->size > 0 ? list->size * 2 : 16;
        list->names = mem_resize(list->names, list->size, sizeof(char *));
    }
    list->names[list->n++] = mem_strdup(name);
}

bool hostname_is_valid(const char *name)
{
    size_t len = strlen(name);
    return len >= 1 && len <= HOSTNAME_MAX && name[0] != '-' &&
           name[0] != '.' && strspn(name, NAME_CHARS) == len;
}

__attribute__((format(printf, 3, 4))) static int
fail(struct err *err, const struct item *item, const char *format, ...)
{
    char problem[MAX_PROBLEM];
    va_list ap;
    va_start(ap, format);
    vsnprintf(problem, sizeof(problem), format, ap);
    va_end(ap);

    int len = (int)(item->end - item->text);
    bool is_long = item->end - item->text > MAX_QUOTED;
    err_set(err, ERR_INPUT, "bad host list item '%.*s%s': %s",
            is_long ? MAX_QUOTED : len, item->text, is_long ? "..." : "",
            problem);
    return err_hint(err, "write hosts as node1,node2 or node[01-04,7]");
}

static int fail_char(struct err *err, const struct item *item, char c)
{
    unsigned char code = (unsigned char)c;
    if (c == ' ')
        return fail(err, item, "a space is not allowed");
    if (code > 0x20 && code < 0x7f)
        return fail(err, item, "'%c' is not allowed", c);
    return fail(err, item, "the byte 0x%02x is not allowed", code);
}

/* Reads one item from TEXT up to a comma outside of brackets or the end. */
static void find_item(const char *text, struct item *item)
{
    bool is_inside = false;
    const char *at = text;
    for (; *at && (*at != ',' || is_inside); at++) {
        if (*at == '[')
            is_inside = true;
        else if (*at == ']')
            is_inside = false;
    }
    *item = (struct item){.text = text, .end = at};
}

static int check_bracket(struct item *item, const char *at, struct err *err)
{
    if (*at == '[') {
        if (item->open && !item->close)
            return fail(err, item, "brackets inside brackets");
        if (item->open)
            return fail(err, item, "more than one pair of brackets");
        item->open = at;
        return 0;
    }
    if (!item->open || item->close)
        return fail(err, item, "']' without '['");
    item->close = at;
    return 0;
}

/* Finds the brackets and refuses what no name can contain. */
static int check_item(struct item *item, struct err *err)
{
    if (item->text == item->end)
        return fail(err, item, "an empty item, there is a ',' too many");
    for (const char *at = item->text; at < item->end; at++) {
        bool is_bracket = *at == '[' || *at == ']';
        if (is_bracket && check_bracket(item, at, err) < 0)
            return -1;
        if (!is_bracket && *at != ',' && !strchr(NAME_CHARS, *at))
            return fail_char(err, item, *at);
    }
    if (item->open && !item->close)
        return fail(err, item, "'[' without ']'");
    return 0;
}

static uint64_t read_number(const char *digits, size_t n)
{
    uint64_t value = 0;
    while (n-- > 0)
        value = value * 10 + (uint64_t)(*digits++ - '0');
    return value;
}

static int parse_number(const struct item *item, const char **at,
                        uint64_t *value, struct err *err)
{
    size_t n = strspn(*at, DIGITS);
    if (n == 0 && strchr(",-]", **at))
        return fail(err, item, "a number is missing in the brackets");
    if (n == 0)
        return fail(err, item, "'%c' in the brackets is not a number", **at);
    if (n > MAX_DIGITS)
        return fail(err, item, "a number has more than %d digits", MAX_DIGITS);
    *value = read_number(*at, n);
    *at += n;
    return 0;
}

/* Reads "7" or "01-04" and leaves *AT on the ',' or ']' after it. */
static int parse_range(const struct item *item, const char **at,
                       struct range *range, struct err *err)
{
    size_t n = strspn(*at, DIGITS);
    range->width = **at == '0' ? (int)n : 1;
    if (parse_number(item, at, &range->first, err) < 0)
        return -1;
    range->last = range->first;
    if (**at == '-') {
        ++*at;
        if (parse_number(item, at, &range->last, err) < 0)
            return -1;
    }
    if (**at != ',' && **at != ']')
        return fail(err, item, "'%c' after a number in the brackets", **at);
    if (range->last < range->first)
        return fail(err, item, "the range %llu-%llu goes down",
                    (unsigned long long)range->first,
                    (unsigned long long)range->last);
    return 0;
}

/* Adds the name that ITEM is with NUMBER in place of its brackets. */
static int add_name(struct hostlist *list, const struct item *item,
                    const char *number, struct err *err)
{
    char name[HOSTNAME_MAX + 1];
    const char *prefix_end = item->open ? item->open : item->end;
    const char *suffix = item->close ? item->close + 1 : item->end;
    size_t prefix_len = (size_t)(prefix_end - item->text);
    size_t suffix_len = (size_t)(item->end - suffix);
    size_t number_len = strlen(number);

    if (prefix_len + number_len + suffix_len > HOSTNAME_MAX)
        return fail(err, item, "longer than %d characters", HOSTNAME_MAX);
    memcpy(name, item->text, prefix_len);
    memcpy(name + prefix_len, number, number_len);
    memcpy(name + prefix_len + number_len, suffix, suffix_len);
    name[prefix_len + number_len + suffix_len] = '\0';
    if (!hostname_is_valid(name))
        return fail(err, item, "a name must not begin with '%c'", name[0]);
    hostlist_add(list, name);
    return 0;
}

static int add_range(struct hostlist *list, const struct item *item,
                     const struct range *range, size_t max_n, struct err *err)
{
    char number[32];
    if (range->last - range->first >= max_n - list->n)
        return fail(err, item, "more than %d hosts", HOSTLIST_MAX);
    for (uint64_t i = range->first; i <= range->last; i++) {
        snprintf(number, sizeof(number), "%0*llu", range->width,
                 (unsigned long long)i);
        if (add_name(list, item, number, err) < 0)
            return -1;
    }
    return 0;
}

/* Adds the names of ITEM; LIST may then have MAX_N names at most. */
static int expand_item(struct hostlist *list, const struct item *item,
                       size_t max_n, struct err *err)
{
    if (!item->open) {
        if (list->n >= max_n)
            return fail(err, item, "more than %d hosts", HOSTLIST_MAX);
        return add_name(list, item, "", err);
    }

    int width = 1;
    const char *at = item->open;
    while (at != item->close) {
        struct range range;
        at++;
        bool is_first = at == item->open + 1;
        if (parse_range(item, &at, &range, err) < 0)
            return -1;
        if (is_first)
            width = range.width;
        if (range.width < width)
            range.width = width;
        if (add_range(list, item, &range, max_n, err) < 0)
            return -1;
    }
    return 0;
}

int hostlist_parse(struct hostlist *list, const char *expression,
                   struct err *err)
{
    size_t old_n = list->n;
    const char *at = expression;
    if (!*at)
        return 0;

    for (;;) {
        struct item item;
        find_item(at, &item);
        if (check_item(&item, err) < 0 ||
            expand_item(list, &item, old_n + HOSTLIST_MAX, err) < 0)
            goto error;
        if (!*item.end)
            return 0;
        at = item.end + 1;
    }

error:
    truncate_to(list, old_n);
    return -1;
}

long hostlist_find(const struct hostlist *list, const char *name)
{
    for (size_t i = 0; i < list->n; i++) {
        if (strcmp(list->names[i], name) == 0)
            return (long)i;
    }
    return -1;
}

/* A number inside a name: LEN digits from START on. */
struct number {
    size_t start, len;
};

/* True when NAME is FIRST but for the number, and the padding that FIRST's
 * number gives to a bracket writes NAME's number as it is. */
static bool is_alike(const char *first, const struct number *number,
                     const char *name)
{
    if (strncmp(first, name, number->start) != 0)
        return false;
    const char *digits = name + number->start;
    size_t len = strspn(digits, DIGITS);
    size_t width = first[number->start] == '0' ? number->len : 1;
    if (len == 0 || len > MAX_DIGITS)
        return false;
    if (len != width && (len < width || digits[0] == '0'))
        return false;
    return strcmp(first + number->start + number->len, digits + len) == 0;
}

/* Finds the number of names[I] that lets most of the names from I on share one
 * bracket, and returns how many those are (1: none does). */
static size_t find_run(const struct hostlist *list, size_t i,
                       struct number *best)
{
    const char *first = list->names[i];
    size_t best_n = 1;
    for (const char *at = first; *(at += strcspn(at, DIGITS));) {
        struct number number = {(size_t)(at - first), strspn(at, DIGITS)};
        size_t n = 1;
        while (number.len <= MAX_DIGITS && i + n < list->n &&
               is_alike(first, &number, list->names[i + n]))
            n++;
        /* of equals the last: it is mostly the one that counts the nodes */
        if (n >= best_n) {
            best_n = n;
            *best = number;
        }
        at += number.len;
    }
    return best_n;
}

static uint64_t number_of(const char *name, const struct number *number)
{
    const char *digits = name + number->start;
    return read_number(digits, strspn(digits, DIGITS));
}

static void add_digits(struct strbuf *out, const char *name,
                       const struct number *number)
{
    const char *digits = name + number->start;
    strbuf_add(out, digits, strspn(digits, DIGITS));
}

/* Appends "[01-04,7]" for the numbers of N names. */
static void add_brackets(struct strbuf *out, char *const *names, size_t n,
                         const struct number *number)
{
    for (size_t i = 0; i < n;) {
        size_t last = i;
        while (last + 1 < n && number_of(names[last + 1], number) ==
                                   number_of(names[last], number) + 1)
            last++;
        strbuf_add_char(out, i == 0 ? '[' : ',');
        add_digits(out, names[i], number);
        if (last > i) {
            strbuf_add_char(out, '-');
            add_digits(out, names[last], number);
        }
        i = last + 1;
    }
    strbuf_add_char(out, ']');
}

void hostlist_format(const struct hostlist *list, struct strbuf *out)
{
    for (size_t i = 0; i < list->n;) {
        struct number number = {0};
        const char *name = list->names[i];
        size_t n = find_run(list, i, &number);
        if (i > 0)
            strbuf_add_char(out, ',');
        if (n == 1) {
            strbuf_add_str(out, name);
        } else {
            strbuf_add(out, name, number.start);
            add_brackets(out, list->names + i, n, &number);
            strbuf_add_str(out, name + number.start + number.len);
        }
        i += n;
    }
}

void hostlist_join(const struct hostlist *list, const char *separator,
                   struct strbuf *out)
{
    for (size_t i = 0; i < list->n; i++) {
        if (i > 0)
            strbuf_add_str(out, separator);
        strbuf_add_str(out, list->names[i]);
    }
}
