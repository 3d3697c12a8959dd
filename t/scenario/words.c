/* SPDX-License-Identifier: BSD-2-Clause */
/* Words, sets and spans of the story language. */
#include "words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void words_split(struct words *words, const char *command)
{
    char *save = NULL;

    *words = (struct words){.n = 0};
    snprintf(words->text, sizeof words->text, "%s", command);
    for (char *word = strtok_r(words->text, " \t\n", &save);
         word != NULL && words->n < WORDS_MAX;
         word = strtok_r(NULL, " \t\n", &save))
        words->word[words->n++] = word;
}

static void complain(struct words *words, const char *what, const char *word)
{
    if (words->err.code == ERR_NONE)
        err_set(&words->err, ERR_INPUT, "%s: %s", what, word);
}

const char *words_next(struct words *words)
{
    for (int i = 0; i < words->n; i++) {
        const char *word = words->word[i];

        if (word == NULL || strchr(word, '=') != NULL)
            continue;
        words->word[i] = NULL;
        return word;
    }
    return NULL;
}

static int64_t to_number(struct words *words, const char *text)
{
    char *end;
    long long number = strtoll(text, &end, 10);

    if (*text == '\0' || *end != '\0')
        complain(words, "not a number", text);
    return number;
}

int64_t words_next_number(struct words *words)
{
    const char *word = words_next(words);

    if (word == NULL) {
        complain(words, "missing", "a number");
        return 0;
    }
    return to_number(words, word);
}

const char *words_value(struct words *words, const char *key)
{
    size_t length = strlen(key);

    for (int i = 0; i < words->n; i++) {
        const char *word = words->word[i];

        if (word == NULL || strncmp(word, key, length) != 0 ||
            word[length] != '=')
            continue;
        words->word[i] = NULL;
        return word + length + 1;
    }
    return NULL;
}

bool words_has(struct words *words, const char *name)
{
    for (int i = 0; i < words->n; i++) {
        if (words->word[i] == NULL || strcmp(words->word[i], name) != 0)
            continue;
        words->word[i] = NULL;
        return true;
    }
    return false;
}

int64_t words_number(struct words *words, const char *key, int64_t otherwise)
{
    const char *value = words_value(words, key);

    return value == NULL ? otherwise : to_number(words, value);
}

double words_real(struct words *words, const char *key, double otherwise)
{
    const char *value = words_value(words, key);

    return value == NULL ? otherwise : strtod(value, NULL);
}

dur_us words_span(struct words *words, const char *key, dur_us otherwise)
{
    const char *value = words_value(words, key);
    dur_us span = otherwise;

    if (value != NULL && span_parse(value, &span) < 0)
        complain(words, "not a span of time", value);
    return span;
}

int words_end(struct words *words, struct err *err)
{
    for (int i = 0; i < words->n; i++) {
        if (words->word[i] != NULL)
            complain(words, "unknown word", words->word[i]);
    }
    if (words->err.code == ERR_NONE)
        return 0;
    return err_set(err, ERR_INPUT, "%s", words->err.text);
}

int set_parse(const char *text, struct idset *out)
{
    for (;;) {
        char *end;
        unsigned long first = strtoul(text, &end, 10), last = first;

        if (end == text)
            return -1;
        if (*end == '-') {
            text = end + 1;
            last = strtoul(text, &end, 10);
        }
        if (end == text || last < first || last > 100000)
            return -1;
        idset_add_range(out, (uint32_t)first, (uint32_t)last);
        if (*end == '\0')
            return 0;
        if (*end != ',')
            return -1;
        text = end + 1;
    }
}

void set_add_text(struct strbuf *out, const struct idset *set)
{
    const char *comma = "";

    if (idset_is_empty(set))
        strbuf_add_str(out, "none");
    for (uint32_t first = idset_first(set); first != IDSET_NONE;) {
        uint32_t last = first;

        while (idset_has(set, last + 1))
            last++;
        strbuf_add_fmt(out, "%s%" PRIu32, comma, first);
        if (last > first)
            strbuf_add_fmt(out, "-%" PRIu32, last);
        comma = ",";
        first = idset_next(set, last);
    }
}

void span_add_text(struct strbuf *out, dur_us span)
{
    if (span == TIME_NEVER)
        strbuf_add_str(out, "never");
    else if (span % USEC_PER_SEC == 0)
        strbuf_add_fmt(out, "%" PRId64, span / USEC_PER_SEC);
    else
        strbuf_add_fmt(out, "%g", (double)span / (double)USEC_PER_SEC);
}

int span_parse(const char *text, dur_us *out)
{
    char *end;
    double seconds = strtod(text, &end);

    if (strcmp(text, "never") == 0) {
        *out = TIME_NEVER;
        return 0;
    }
    if (end == text || *end != '\0')
        return -1;
    *out = (dur_us)(seconds * (double)USEC_PER_SEC + (seconds < 0 ? -.5 : .5));
    return 0;
}
