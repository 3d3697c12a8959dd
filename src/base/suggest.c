/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * "did you mean": optimal string alignment, the Damerau-Levenshtein distance
 * in which no part of a word is changed twice. Upper and lower case count as
 * the same letter. Words over MAX_LETTERS are never suggested.
 */
#include "base/suggest.h"

#include <stdbool.h>
#include <string.h>

#include "base/strbuf.h"

#define MAX_LETTERS 63

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* Both words have at most MAX_LETTERS. */
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][MAX_LETTERS + 1];
    size_t *two_ago = rows[0], *last = rows[1], *row = rows[2];
    size_t a_len = strlen(a), b_len = strlen(b);

    for (size_t j = 0; j <= b_len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t *oldest = two_ago;
        two_ago = last;
        last = row;
        row = oldest;
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            unsigned char ca = lower(a[i - 1]), cb = lower(b[j - 1]);
            row[j] =
                min3(last[j] + 1, row[j - 1] + 1, last[j - 1] + (ca != cb));
            bool is_swap = i > 1 && j > 1 && ca == lower(b[j - 2]) &&
                           cb == lower(a[i - 2]);
            if (is_swap && two_ago[j - 2] + 1 < row[j])
                row[j] = two_ago[j - 2] + 1;
        }
    }
    return row[b_len];
}

const char *suggest(const char *text, const char *const *words, size_t n)
{
    size_t len = strlen(text);
    if (len == 0 || len > MAX_LETTERS)
        return NULL;

    const char *best = NULL;
    size_t limit = len / 3 > 0 ? len / 3 : 1;
    for (size_t i = 0; i < n; i++) {
        if (strlen(words[i]) > MAX_LETTERS)
            continue;
        size_t d = distance(text, words[i]);
        /* with every letter wrong, any short word would be near */
        if (d > limit || d >= len)
            continue;
        best = words[i];
        if (d == 0)
            break;
        limit = d - 1;
    }
    return best;
}

int suggest_unknown(const char *option, const char *word,
                    const char *const *names, struct err *err)
{
    struct strbuf all;
    size_t n = 0;

    while (names[n] != NULL)
        n++;
    const char *near = suggest(word, names, n);
    err_set(err, ERR_USAGE, "--%s: there is no '%s'", option, word);
    if (near != NULL)
        return err_hint(err, "did you mean '%s'?", near);
    strbuf_init(&all);
    for (size_t i = 0; i < n; i++)
        strbuf_add_fmt(&all, "%s%s", i > 0 ? ", " : "", names[i]);
    err_hint(err, "one of %s", all.text);
    strbuf_release(&all);
    return -1;
}
