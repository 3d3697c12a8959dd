/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See idset_text.h. Only the one canonical form is read: a set that was written
 * otherwise was not written by erm.
 */
#include "codec/idset_text.h"

#include <ctype.h>
#include <stdbool.h>

void idset_format(const struct idset *set, struct strbuf *out)
{
    uint32_t first = idset_first(set);
    const char *comma = "";

    while (first != IDSET_NONE) {
        uint32_t last = first;
        uint32_t next = idset_next(set, last);
        while (next == last + 1) {
            last = next;
            next = idset_next(set, last);
        }
        if (first == last)
            strbuf_add_fmt(out, "%s%u", comma, first);
        else
            strbuf_add_fmt(out, "%s%u-%u", comma, first, last);
        comma = ",";
        first = next;
    }
}

/* The number at *TEXT, which is moved behind it. */
static bool parse_number(const char **text, uint32_t *out)
{
    uint32_t n = 0;

    if (!isdigit((unsigned char)**text))
        return false;
    for (; isdigit((unsigned char)**text); (*text)++) {
        n = 10 * n + (uint32_t)(**text - '0');
        if (n > IDSET_TEXT_MAX)
            return false;
    }
    *out = n;
    return true;
}

int idset_parse(const char *text, struct idset *out, struct err *err)
{
    const char *at = text;
    struct idset set;
    uint32_t first, last, least = 0;

    idset_init(&set);
    while (*at) {
        if (at != text && *at++ != ',')
            goto error;
        if (!parse_number(&at, &first))
            goto error;
        last = first;
        if (*at == '-') {
            at++;
            if (!parse_number(&at, &last))
                goto error;
        }
        if (first < least || last < first)
            goto error;
        idset_add_range(&set, first, last);
        least = last + 1;
    }
    idset_move(out, &set);
    return 0;
error:
    idset_release(&set);
    return err_set(err, ERR_INPUT, "bad set of numbers \"%.40s\"", text);
}
