/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See locate.h. Walks from the start of the text each time: messages are rare,
 * and jobs_file.c gives it one entry at a time.
 */
#include "codec/locate.h"

#include "codec/json_scan.h"

struct place place_from(const char *text, size_t from, struct place start,
                        size_t offset)
{
    struct place place = start;

    for (size_t i = from; i < offset; i++) {
        if (text[i] == '\n') {
            place.line++;
            place.column = 1;
        } else if (((unsigned char)text[i] & 0xc0) != 0x80) {
            place.column++;
        }
    }
    return place;
}

struct place place_at(const char *text, size_t offset)
{
    return place_from(text, 0, (struct place){1, 1}, offset);
}

/* Moves from a key to its value. */
static size_t after_key(const char *text, size_t len, size_t key)
{
    size_t at = scan_space(text, len, scan_string(text, len, key));

    if (at < len && text[at] == ':')
        at++;
    return scan_space(text, len, at);
}

static size_t after_comma(const char *text, size_t len, size_t at)
{
    at = scan_space(text, len, at);
    if (at < len && text[at] == ',')
        at++;
    return scan_space(text, len, at);
}

/* The key of a member of the object at AT, or SCAN_NONE. */
static size_t find_member(const char *text, size_t len, size_t at,
                          const char *key)
{
    at = scan_space(text, len, at + 1);
    while (at < len && text[at] == '"') {
        if (scan_string_is(text, len, at, key))
            return at;
        size_t value = after_key(text, len, at);
        at = after_comma(text, len, scan_value(text, len, value).end);
    }
    return SCAN_NONE;
}

static size_t find_element(const char *text, size_t len, size_t at,
                           size_t index)
{
    at = scan_space(text, len, at + 1);
    while (at < len && text[at] != ']') {
        if (index == 0)
            return at;
        size_t end = scan_value(text, len, at).end;
        if (end == at)
            return SCAN_NONE;
        at = after_comma(text, len, end);
        index--;
    }
    return SCAN_NONE;
}

bool locate_path(const char *text, size_t len, const struct step *path,
                 size_t n, size_t *offset)
{
    size_t value = scan_space(text, len, 0);
    size_t found = value;

    for (size_t i = 0; i < n; i++) {
        char open = path[i].key ? '{' : '[';
        if (value >= len || text[value] != open)
            return false;
        if (path[i].key)
            found = find_member(text, len, value, path[i].key);
        else
            found = find_element(text, len, value, path[i].index);
        if (found == SCAN_NONE)
            return false;
        value = path[i].key ? after_key(text, len, found) : found;
    }
    *offset = found;
    return found < len;
}
