/* SPDX-License-Identifier: BSD-2-Clause */
/* See time_text.h. */
#include "cli/time_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/duration.h"

/* ".123456" as microseconds; moves *TEXT behind it. */
static dur_us parse_fraction(const char **text)
{
    dur_us fraction = 0, scale = USEC_PER_SEC / 10;
    if (**text != '.')
        return 0;
    for ((*text)++; **text >= '0' && **text <= '9'; (*text)++) {
        fraction += (**text - '0') * scale;
        scale /= 10;
    }
    return fraction;
}

int time_text_parse(const char *text, time_us *out)
{
    struct tm tm = {0};
    if (text == NULL)
        return -1;
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
    if (rest == NULL)
        return -1;
    dur_us fraction = parse_fraction(&rest);
    if (strcmp(rest, "Z") != 0)
        return -1;
    *out = (time_us)timegm(&tm) * USEC_PER_SEC + fraction;
    return 0;
}

char *time_text_iso(time_us t, char buf[static TIME_TEXT_MAX])
{
    char date[24];
    struct tm tm;
    time_t seconds = (time_t)(t / USEC_PER_SEC);
    gmtime_r(&seconds, &tm);
    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(buf, TIME_TEXT_MAX, "%s.%06dZ", date, (int)(t % USEC_PER_SEC));
    return buf;
}

char *time_text_clock(time_us t, time_us now, char buf[static TIME_TEXT_MAX])
{
    struct tm tm;
    time_t seconds = (time_t)(t / USEC_PER_SEC);
    dur_us away = t > now ? t - now : now - t;
    localtime_r(&seconds, &tm);
    strftime(buf, TIME_TEXT_MAX,
             away < 12 * 3600 * USEC_PER_SEC ? "%H:%M:%S" : "%b %d %H:%M", &tm);
    return buf;
}

/* Midnight in the caller's zone. */
static time_us start_of_day(time_us now)
{
    struct tm tm;
    time_t seconds = (time_t)(now / USEC_PER_SEC);
    localtime_r(&seconds, &tm);
    tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
    tm.tm_isdst = -1;
    return (time_us)mktime(&tm) * USEC_PER_SEC;
}

int time_text_since(const char *text, time_us now, time_us *out,
                    struct err *err)
{
    dur_us ago;
    if (strcmp(text, "today") == 0) {
        *out = start_of_day(now);
        return 0;
    }
    if (time_text_parse(text, out) == 0)
        return 0;
    if (duration_parse(text[0] == '-' ? text + 1 : text, DURATION_STRICT, &ago,
                       NULL, NULL) == 0 &&
        ago != TIME_NEVER) {
        *out = now > ago ? now - ago : 0;
        return 0;
    }
    err_set(err, ERR_USAGE, "--since: %s is not a time", text);
    return err_hint(err, "write -1d, -30m, today or 2026-11-23T10:49:20Z");
}

/* TEXT in one of FORMATS, all of it; what it does not say stays in TM. */
static bool parse_local(const char *text, const char *const *formats,
                        struct tm *tm)
{
    for (; *formats != NULL; formats++) {
        struct tm copy = *tm;
        const char *rest = strptime(text, *formats, &copy);
        if (rest == NULL || *rest != '\0')
            continue;
        *tm = copy;
        return true;
    }
    return false;
}

/* The next time of day, or a day and a time. -1: neither. */
static int parse_at(const char *text, time_us now, time_us *out)
{
    static const char *const times[] = {"%H:%M:%S", "%H:%M", NULL};
    static const char *const days[] = {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M",
                                       "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M",
                                       NULL};
    time_t today = (time_t)(now / USEC_PER_SEC), seconds;
    struct tm tm;
    if (time_text_parse(text, out) == 0)
        return 0;
    localtime_r(&today, &tm);
    tm.tm_sec = 0;
    bool is_time = parse_local(text, times, &tm);
    if (!is_time && !parse_local(text, days, &tm))
        return -1;
    tm.tm_isdst = -1;
    struct tm tomorrow = tm;
    seconds = mktime(&tm);
    if (is_time && seconds <= today) {
        tomorrow.tm_mday++;
        seconds = mktime(&tomorrow);
    }
    *out = (time_us)seconds * USEC_PER_SEC;
    return 0;
}

int time_text_at(const char *option, const char *text, time_us now,
                 time_us *out, struct err *err)
{
    if (parse_at(text, now, out) != 0) {
        err_set(err, ERR_USAGE, "%s: %.60s is not a time", option, text);
        return err_hint(err, "write 18:00, 2026-11-23T18:00 or "
                             "2026-11-23T17:00:00Z");
    }
    if (*out <= now)
        return err_set(err, ERR_USAGE, "%s: %.60s is over", option, text);
    return 0;
}

int time_text_span(const char *option, const char *text, dur_us *out,
                   struct err *err)
{
    struct err cause;
    if (duration_parse(text, DURATION_SEED, out, NULL, &cause) == 0)
        return 0;
    err_set(err, ERR_USAGE, "%s: %s", option, cause.text);
    if (cause.hint[0] != '\0')
        err_hint(err, "%s", cause.hint);
    return -1;
}

int time_text_span_or_none(const char *option, const char *text, dur_us *out,
                           struct err *err)
{
    if (strcmp(text, "0") != 0 && strcmp(text, "0s") != 0)
        return time_text_span(option, text, out, err);
    *out = 0;
    return 0;
}
