/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instants as the API writes them (ISO 8601, UTC) and as people read them
 * (local, short). Spans are base/duration.h.
 */
#ifndef ERM_CLI_TIME_TEXT_H
#define ERM_CLI_TIME_TEXT_H

#include "base/clock.h"
#include "base/err.h"

#define TIME_TEXT_MAX 40

/* "2026-11-23T10:49:20.123456Z", the fraction may be missing. 0 and *OUT, or
 * -1; NULL is -1. */
int time_text_parse(const char *text, time_us *out);
/* The same back, with microseconds. Returns BUF. */
char *time_text_iso(time_us t, char buf[static TIME_TEXT_MAX]);
/* Local: "14:05:10" when it is within half a day of NOW, else "Nov 23 14:05".
 * Returns BUF. */
char *time_text_clock(time_us t, time_us now, char buf[static TIME_TEXT_MAX]);
/* What --since takes: "-1d", "2h" (ago), "today", or an ISO 8601 instant.
 * -1 and ERR (ERR_USAGE). */
int time_text_since(const char *text, time_us now, time_us *out,
                    struct err *err);
/* A time to come: "18:00", "18:00:30" (local, today or tomorrow),
 * "2026-11-23T18:00" (local) or an ISO 8601 instant. OPTION names it in the
 * error: -1 and ERR (ERR_USAGE). */
int time_text_at(const char *option, const char *text, time_us now,
                 time_us *out, struct err *err);
/* A span on the command line where seconds are meant if nothing is said: "30",
 * "30s", "5m", "inf". OPTION names it in the error. */
int time_text_span(const char *option, const char *text, dur_us *out,
                   struct err *err);
/* The same where no time at all ("0", "0s") makes sense too. */
int time_text_span_or_none(const char *option, const char *text, dur_us *out,
                           struct err *err);

#endif
