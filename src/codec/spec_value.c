/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Single values of a job entry (spec_value.h): type first, then range.
 *
 * An error says what was found and what was wanted, and a hint is given where
 * the mistake is a known one (a number in quotes, a word with one letter
 * wrong). Nothing is guessed: a "2" is not taken for a 2.
 */
#include "codec/spec_value.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/duration.h"
#include "base/suggest.h"
#include "base/shell_words.h"
#include "codec/json_text.h"
#include "codec/spec_fields.h"

#define WORDS_MAX 16

static void *member(const struct spec_reader *reader)
{
    return (char *)reader->spec + reader->field->offset;
}

static const void *member_of(const struct spec_field *field,
                             const struct job_spec *spec)
{
    return (const char *)spec + field->offset;
}

const char *spec_value_string(struct spec_reader *reader, const json_t *value)
{
    if (!json_is_string(value))
        spec_error(reader, "a string is expected, found %s",
                   json_text_kind(value));
    else if (json_string_length(value) == 0)
        spec_error(reader, "must not be empty");
    else if (json_string_length(value) > SPEC_STRING_MAX)
        spec_error(reader, "longer than %d bytes", SPEC_STRING_MAX);
    else
        return json_string_value(value);
    return NULL;
}

static bool is_digits(const char *text)
{
    return *text && text[strspn(text, "0123456789")] == '\0';
}

bool spec_value_integer(struct spec_reader *reader, const json_t *value,
                        int64_t low, int64_t high, int64_t *out)
{
    if (!json_is_integer(value)) {
        struct spec_problem *problem = spec_error(
            reader, "a whole number is expected, found %s",
            json_is_real(value) ? "a fraction" : json_text_kind(value));
        if (json_is_string(value) && is_digits(json_string_value(value)))
            spec_hint(problem, "write it without the quotes");
        return false;
    }
    if (json_integer_value(value) < low || json_integer_value(value) > high) {
        spec_error(reader, "%lld is out of range (%lld to %lld)",
                   (long long)json_integer_value(value), (long long)low,
                   (long long)high);
        return false;
    }
    *out = json_integer_value(value);
    return true;
}

/* Plain numbers and MM:SS are read as the seed reads them, but Slurm, PBS and
 * LSF each read them otherwise: the user is told how it was understood. */
static void warn_ambiguous(struct spec_reader *reader, const char *text,
                           dur_us d)
{
    char human[DURATION_TEXT_MAX];
    long long seconds = d / USEC_PER_SEC;

    spec_hint(spec_warning(reader, "\"%s\" is read as %s", text,
                           duration_human(d, human)),
              "write \"%lld:%02lld:%02lld\" to be clear", seconds / 3600,
              seconds / 60 % 60, seconds % 60);
}

/* 0 is a span only where the caller takes it; the parser of base refuses it, as
 * it would be a walltime of nothing. */
static bool duration_string(struct spec_reader *reader, const json_t *value,
                            dur_us *out)
{
    const char *text = spec_value_string(reader, value);
    bool is_ambiguous = false;
    char shown[40];
    struct err err;

    if (!text)
        return false;
    json_text_quote(text, strlen(text), shown, sizeof(shown));
    if (strcmp(text, "0") == 0 || strcmp(text, "0s") == 0) {
        *out = 0;
        return true;
    }
    if (duration_parse(text, DURATION_SEED, out, &is_ambiguous, &err) < 0) {
        spec_hint(spec_error(reader, "%s", err.text), "%s",
                  err.hint[0] ? err.hint
                              : "use \"1:30:00\", \"90s\", \"30m\" or \"2h\"");
        return false;
    }
    if (is_ambiguous)
        warn_ambiguous(reader, shown, *out);
    return true;
}

/* Rounded to the microsecond: seconds as written by spec_duration_json() come
 * back exactly, because 53 bits hold 10^8 s in steps finer than that. */
static bool duration_number(struct spec_reader *reader, const json_t *value,
                            dur_us *out)
{
    const double limit = (double)(DURATION_MAX / USEC_PER_SEC);
    double seconds = json_number_value(value);

    if (!(seconds >= -limit && seconds <= limit)) {
        spec_error(reader, "out of range (up to %lld seconds)",
                   (long long)(DURATION_MAX / USEC_PER_SEC));
        return false;
    }
    *out =
        (dur_us)(seconds * (double)USEC_PER_SEC + (seconds < 0 ? -0.5 : 0.5));
    return true;
}

bool spec_value_duration(struct spec_reader *reader, const json_t *value,
                         dur_us low, dur_us high, dur_us *out)
{
    dur_us d;

    if (!json_is_number(value) && !json_is_string(value)) {
        spec_error(reader, "a time is expected, found %s",
                   json_text_kind(value));
        return false;
    }
    if (!(json_is_string(value) ? duration_string(reader, value, &d)
                                : duration_number(reader, value, &d)))
        return false;
    if (d < low) {
        spec_error(reader,
                   low > 0 ? "must be more than 0" : "must not be less than 0");
        return false;
    }
    if (d > high) {
        spec_error(reader, "must have a limit");
        return false;
    }
    *out = d;
    return true;
}

/* Names a near word, or all of them: WORDS are few. */
static void report_word(struct spec_reader *reader, const char *text,
                        const struct spec_word *words)
{
    const char *names[WORDS_MAX];
    char list[160] = "", shown[40];
    size_t n = 0;

    for (; words[n].name && n < WORDS_MAX; n++) {
        names[n] = words[n].name;
        strncat(list, n ? ", " : "", sizeof(list) - strlen(list) - 1);
        strncat(list, names[n], sizeof(list) - strlen(list) - 1);
    }
    json_text_quote(text, strlen(text), shown, sizeof(shown));
    const char *near = strlen(text) > 32 ? NULL : suggest(text, names, n);
    if (near)
        spec_error(reader, "unknown word \"%s\"; did you mean \"%s\"?", shown,
                   near);
    else
        spec_hint(spec_error(reader, "unknown word \"%s\"", shown),
                  "one of: %s", list);
}

bool spec_value_word(struct spec_reader *reader, const json_t *value,
                     const struct spec_word *words, unsigned *out)
{
    const char *text = spec_value_string(reader, value);

    if (!text)
        return false;
    for (const struct spec_word *word = words; word->name; word++) {
        if (strcmp(word->name, text) != 0)
            continue;
        if (word->refusal) {
            struct spec_problem *problem =
                spec_error(reader, "\"%s\" %s", text, word->refusal);
            if (word->hint)
                spec_hint(problem, "%s", word->hint);
            return false;
        }
        *out = word->value;
        return true;
    }
    report_word(reader, text, words);
    return false;
}

json_t *spec_duration_json(dur_us d)
{
    if (d == TIME_NEVER)
        return json_string("unlimited");
    if (d % USEC_PER_SEC == 0)
        return json_integer(d / USEC_PER_SEC);
    return json_real((double)d / (double)USEC_PER_SEC);
}

void spec_read_string(struct spec_reader *reader, const json_t *value)
{
    const char *text = spec_value_string(reader, value);
    char **to = member(reader);

    if (text) {
        free(*to);
        *to = mem_strdup(text);
    }
}

void spec_read_command(struct spec_reader *reader, const json_t *value)
{
    const char *text = spec_value_string(reader, value);
    struct shell_words words;
    struct err err;

    if (!text)
        return;
    if (shell_words_split(text, &words, &err) != 0) {
        spec_error(reader, "%s", err.text);
        return;
    }
    shell_words_release(&words);
    spec_read_string(reader, value);
}

/* A string that is shown in tables and terminals: no escape sequences. */
void spec_read_line(struct spec_reader *reader, const json_t *value)
{
    const char *text = json_string_value(value);

    for (; text && *text; text++) {
        if (iscntrl((unsigned char)*text)) {
            spec_error(reader, "must not hold control characters");
            return;
        }
    }
    spec_read_string(reader, value);
}

void spec_read_count(struct spec_reader *reader, const json_t *value)
{
    int64_t n;

    if (spec_value_integer(reader, value, reader->field->low,
                           reader->field->high, &n))
        *(uint32_t *)member(reader) = (uint32_t)n;
}

void spec_read_signed(struct spec_reader *reader, const json_t *value)
{
    int64_t n;

    if (spec_value_integer(reader, value, reader->field->low,
                           reader->field->high, &n))
        *(int32_t *)member(reader) = (int32_t)n;
}

void spec_read_duration(struct spec_reader *reader, const json_t *value)
{
    spec_value_duration(reader, value, reader->field->low, reader->field->high,
                        member(reader));
}

void spec_read_bool(struct spec_reader *reader, const json_t *value)
{
    if (json_is_boolean(value))
        *(bool *)member(reader) = json_is_true(value);
    else
        spec_error(reader, "true or false is expected, found %s",
                   json_text_kind(value));
}

/* Enums are stored as unsigned by both compilers we build with, as none of ours
 * has a negative value. */
void spec_read_word(struct spec_reader *reader, const json_t *value)
{
    spec_value_word(reader, value, reader->field->words, member(reader));
}

json_t *spec_write_string(const struct spec_field *field,
                          const struct job_spec *spec)
{
    char *const *text = member_of(field, spec);

    return *text && **text ? json_string(*text) : NULL;
}

json_t *spec_write_count(const struct spec_field *field,
                         const struct job_spec *spec)
{
    uint32_t n = *(const uint32_t *)member_of(field, spec);

    return n == field->absent ? NULL : json_integer(n);
}

json_t *spec_write_signed(const struct spec_field *field,
                          const struct job_spec *spec)
{
    int32_t n = *(const int32_t *)member_of(field, spec);

    return n == field->absent ? NULL : json_integer(n);
}

json_t *spec_write_duration(const struct spec_field *field,
                            const struct job_spec *spec)
{
    dur_us d = *(const dur_us *)member_of(field, spec);

    return d == field->absent ? NULL : spec_duration_json(d);
}

json_t *spec_write_bool(const struct spec_field *field,
                        const struct job_spec *spec)
{
    return *(const bool *)member_of(field, spec) ? json_true() : NULL;
}

json_t *spec_write_word(const struct spec_field *field,
                        const struct job_spec *spec)
{
    unsigned value = *(const unsigned *)member_of(field, spec);

    if (value == field->absent)
        return NULL;
    for (const struct spec_word *word = field->words; word->name; word++) {
        if (word->value == value)
            return json_string(word->name);
    }
    return NULL;
}
