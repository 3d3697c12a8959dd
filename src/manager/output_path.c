/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Paths that a person gave without a leading slash are relative to the job's
 * folder; the manager's own working folder never matters here.
 */
#include "manager/output_path.h"

#include <stdbool.h>
#include <string.h>

#include "base/strbuf.h"

#define DEFAULT_PATTERN "erm-%j.out"

/* What a % and LETTER stand for; false when nothing. */
static bool add_field(struct strbuf *out, const struct output_place *place,
                      char letter)
{
    switch (letter) {
    case 'j':
        strbuf_add_fmt(out, "%lld", (long long)place->id);
        return true;
    case 'a':
        strbuf_add_fmt(out, "%u", place->attempt);
        return true;
    case 'x':
        strbuf_add_str(out, place->name);
        return true;
    case 'n':
        strbuf_add_str(out, place->part == NULL ? "main" : place->part);
        return true;
    case '%':
        strbuf_add_char(out, '%');
        return true;
    default:
        return false;
    }
}

/* True when the part is named in it. */
static bool add_pattern(struct strbuf *out, const struct output_place *place,
                        const char *pattern)
{
    bool has_part = false;

    for (const char *p = pattern; *p != '\0'; p++) {
        if (p[0] != '%' || !add_field(out, place, p[1])) {
            strbuf_add_char(out, *p);
            continue;
        }
        has_part = has_part || p[1] == 'n';
        p++;
    }
    return has_part;
}

char *output_path(const struct output_place *place)
{
    const char *pattern =
        place->pattern == NULL ? DEFAULT_PATTERN : place->pattern;
    const char *folder = place->pattern == NULL && place->output_dir
                             ? place->output_dir
                             : place->cwd;
    struct strbuf path;

    strbuf_init(&path);
    if (pattern[0] != '/')
        strbuf_add_fmt(&path, "%s/", strcmp(folder, "/") == 0 ? "" : folder);
    if (!add_pattern(&path, place, pattern) && place->part != NULL)
        strbuf_add_fmt(&path, ".%s", place->part);
    return strbuf_detach(&path);
}
