/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Spans of time as people write them. Written with integers, not strtod: the
 * result must not depend on the locale, nor be rounded.
 *
 * A reader moves a `const char **at` along the text and returns NULL, or what
 * is wrong in words.
 */
#include "base/duration.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define DIGITS "0123456789"
#define MINUTE (60 * USEC_PER_SEC)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define TOO_LONG (DURATION_MAX + 1) /* what larger values become */
#define MICRO 1000000
#define MAX_FIELDS 3

struct number {
    int64_t whole; /* at most TOO_LONG */
    int64_t micro; /* the fraction in millionths; what is below is cut */
    size_t n_digits;
    bool is_decimal;
};

static const char *read_number(const char **at, struct number *number)
{
    *number = (struct number){.n_digits = strspn(*at, DIGITS)};
    if (**at == '-')
        return "a duration cannot be negative";
    if (number->n_digits == 0)
        return "a number is expected";
    for (size_t n = number->n_digits; n > 0; n--, ++*at) {
        number->whole = number->whole * 10 + (**at - '0');
        if (number->whole > TOO_LONG)
            number->whole = TOO_LONG;
    }
    if (**at != '.')
        return NULL;

    number->is_decimal = true;
    if (strspn(++*at, DIGITS) == 0)
        return "a digit is expected after '.'";
    int64_t weight = MICRO / 10;
    for (; **at >= '0' && **at <= '9'; ++*at) {
        number->micro += weight * (**at - '0');
        weight /= 10;
    }
    return NULL;
}

static dur_us scale(const struct number *number, dur_us unit)
{
    if (number->whole > DURATION_MAX / unit)
        return TOO_LONG;
    return number->whole * unit + number->micro * (unit / MICRO);
}

static dur_us unit_size(char unit)
{
    switch (unit) {
    case 'd':
    case 'D':
        return DAY;
    case 'h':
    case 'H':
        return HOUR;
    case 'm':
    case 'M':
        return MINUTE;
    default:
        return USEC_PER_SEC;
    }
}

/* Reads one or more numbers with a unit of UNITS, which must come in this
 * order, and adds them to *SUM. Stops at the end or at a 'T'. */
static const char *read_units(const char **at, const char *units, dur_us *sum)
{
    do {
        struct number number;
        const char *problem = read_number(at, &number);
        if (problem)
            return problem;
        const char *unit = **at ? strchr(units, **at) : NULL;
        if (!unit)
            return "the unit is unknown or in the wrong place";
        *sum += scale(&number, unit_size(*unit));
        units = unit + 1;
        ++*at;
    } while (**at && **at != 'T');
    return NULL;
}

/* P1DT2H, after the P. */
static const char *read_iso(const char *at, dur_us *sum)
{
    if (*at != 'T') {
        const char *problem = read_units(&at, "D", sum);
        if (problem)
            return problem;
    }
    if (!*at)
        return NULL;
    at++;
    const char *problem = read_units(&at, "HMS", sum);
    if (!problem && *at)
        return "there is a second 'T'";
    return problem;
}

/* Reads fields[1] and so on, each after a ':' and below 60; fields[0] is read
 * already. */
static const char *read_fields(const char *at, struct number *fields, size_t *n)
{
    for (*n = 1; *at == ':'; ++*n) {
        if (*n == MAX_FIELDS)
            return "there are too many ':'";
        struct number *field = &fields[*n];
        at++;
        const char *problem = read_number(&at, field);
        if (problem)
            return problem;
        if (field->is_decimal || field->n_digits > 2 || field->whole > 59)
            return "what follows a ':' must be 00 to 59";
    }
    return *at ? "there is something after the time" : NULL;
}

/* D-HH[:MM[:SS]], after the '-'. */
static const char *read_day_time(const char *at, const struct number *days,
                                 dur_us *sum)
{
    struct number fields[MAX_FIELDS] = {0};
    size_t n;
    const char *problem = read_number(&at, &fields[0]);
    if (problem)
        return problem;
    if (days->is_decimal)
        return "the days before '-' must be a whole number";
    if (fields[0].is_decimal || fields[0].n_digits > 2 || fields[0].whole > 23)
        return "the hours after the days must be 00 to 23";
    *sum = scale(days, DAY) + scale(&fields[0], HOUR);
    problem = read_fields(at, fields, &n);
    *sum += scale(&fields[1], MINUTE) + scale(&fields[2], USEC_PER_SEC);
    return problem;
}

/* H:MM:SS; or MM:SS or a plain number, which are *AMBIGUOUS. */
static const char *read_clock(const char *at, struct number *first, dur_us *sum,
                              bool *ambiguous)
{
    struct number fields[MAX_FIELDS] = {*first};
    size_t n;
    const char *problem = read_fields(at, fields, &n);
    if (problem)
        return problem;
    if (n > 1 && first->is_decimal)
        return "a decimal cannot stand before ':'";

    *ambiguous = n < MAX_FIELDS;
    dur_us unit = n == 3 ? HOUR : n == 2 ? MINUTE : USEC_PER_SEC;
    for (size_t i = 0; i < n; i++, unit /= 60)
        *sum += scale(&fields[i], unit);
    return NULL;
}

static const char *read_finite(const char *text, dur_us *sum, bool *ambiguous)
{
    if (*text == 'P')
        return read_iso(text + 1, sum);

    struct number first;
    const char *at = text;
    const char *problem = read_number(&at, &first);
    if (problem)
        return problem;
    if (*at == '-')
        return read_day_time(at + 1, &first, sum);
    if (*at == ':' || !*at)
        return read_clock(at, &first, sum, ambiguous);
    at = text;
    problem = read_units(&at, "dhms", sum);
    return !problem && *at ? "there is something after the unit" : problem;
}

static bool is_unlimited(const char *text)
{
    return strcasecmp(text, "inf") == 0 || strcasecmp(text, "unlimited") == 0 ||
           strcasecmp(text, "none") == 0;
}

static int refuse(struct err *err, const char *text, const char *problem)
{
    err_set(err, ERR_INPUT, "'%.60s' is not a duration: %s", text, problem);
    return err_hint(err, "write 90s, 30m, 1.5h, 2d, 1:30:00, 1-12:00:00, "
                         "PT30M or unlimited");
}

static int refuse_ambiguous(struct err *err, const char *text)
{
    const char *colon = strchr(text, ':');
    if (!colon) {
        err_set(err, ERR_INPUT,
                "'%.60s' is ambiguous (minutes in Slurm, seconds in PBS)",
                text);
        return err_hint(err, "write %.60sm or %.60ss", text, text);
    }
    int n = colon - text < 60 ? (int)(colon - text) : 60;
    err_set(err, ERR_INPUT,
            "'%.60s' is ambiguous (minutes and seconds in Slurm, hours and "
            "minutes in LSF)",
            text);
    return err_hint(err, "write %.*sm%.60ss or %.*sh%.60sm", n, text, colon + 1,
                    n, text, colon + 1);
}

int duration_parse(const char *text, enum duration_style style, dur_us *out,
                   bool *ambiguous, struct err *err)
{
    dur_us sum = 0;
    bool is_ambiguous = false;

    if (is_unlimited(text)) {
        sum = TIME_NEVER;
    } else {
        const char *problem = read_finite(text, &sum, &is_ambiguous);
        if (problem)
            return refuse(err, text, problem);
        if (sum == 0)
            return refuse(err, text, "it must be longer than zero");
        if (sum > DURATION_MAX)
            return refuse(err, text, "the longest is 100000000 s (1157 days)");
        if (is_ambiguous && style == DURATION_STRICT)
            return refuse_ambiguous(err, text);
    }

    *out = sum;
    if (ambiguous)
        *ambiguous = is_ambiguous;
    return 0;
}

/* D in units of UNIT, rounded to the nearest. D is not negative. */
static unsigned long long round_to(dur_us d, dur_us unit)
{
    return ((unsigned long long)d + (unsigned long long)unit / 2) /
           (unsigned long long)unit;
}

char *duration_format(dur_us d, char buf[static DURATION_TEXT_MAX])
{
    if (d == TIME_NEVER) {
        snprintf(buf, DURATION_TEXT_MAX, "unlimited");
        return buf;
    }

    const char *sign = d < 0 ? "-" : "";
    unsigned long long total =
        round_to(d < 0 ? -(d + (d == INT64_MIN)) : d, USEC_PER_SEC);
    unsigned seconds = (unsigned)(total % 60);
    unsigned minutes = (unsigned)(total / 60 % 60);
    unsigned hours = (unsigned)(total / 3600 % 24);
    unsigned long long days = total / 86400;
    if (days > 0)
        snprintf(buf, DURATION_TEXT_MAX, "%s%llu-%02u:%02u:%02u", sign, days,
                 hours, minutes, seconds);
    else if (hours > 0)
        snprintf(buf, DURATION_TEXT_MAX, "%s%u:%02u:%02u", sign, hours, minutes,
                 seconds);
    else
        snprintf(buf, DURATION_TEXT_MAX, "%s%02u:%02u", sign, minutes, seconds);
    return buf;
}

/* Writes "3 min 20 s", or "3 min" when the small part is 0. */
static void put_two(char *buf, unsigned long long total, unsigned per_large,
                    const char *large, const char *small)
{
    unsigned long long rest = total % per_large;
    int n =
        snprintf(buf, DURATION_TEXT_MAX, "%llu %s", total / per_large, large);
    if (rest > 0)
        snprintf(buf + n, DURATION_TEXT_MAX - (size_t)n, " %llu %s", rest,
                 small);
}

char *duration_human(dur_us d, char buf[static DURATION_TEXT_MAX])
{
    if (d == TIME_NEVER) {
        snprintf(buf, DURATION_TEXT_MAX, "unlimited");
        return buf;
    }
    if (d < 0)
        d = 0;

    /* the limits are where rounding would reach the next larger unit */
    unsigned long long seconds = round_to(d, USEC_PER_SEC);
    unsigned long long tenths = round_to(d, USEC_PER_SEC / 10);
    unsigned long long minutes = round_to(d, MINUTE);
    if (round_to(d, USEC_PER_MSEC) < 1000)
        snprintf(buf, DURATION_TEXT_MAX, "%llu ms", round_to(d, USEC_PER_MSEC));
    else if (tenths < 100)
        snprintf(buf, DURATION_TEXT_MAX, "%llu.%llu s", tenths / 10,
                 tenths % 10);
    else if (seconds < 60)
        snprintf(buf, DURATION_TEXT_MAX, "%llu s", seconds);
    else if (seconds < 3600)
        put_two(buf, seconds, 60, "min", "s");
    else if (minutes < 24 * 60)
        put_two(buf, minutes, 60, "h", "min");
    else
        put_two(buf, round_to(d, HOUR), 24, "d", "h");
    return buf;
}
