/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Walltimes and other spans as people write them.
 *
 * Accepted everywhere: H:MM:SS, D-HH, D-HH:MM, D-HH:MM:SS, 90s, 30m, 1.5h, 2d,
 * ISO 8601 (PT30M, PT1H30M, P1DT2H), "inf" / "unlimited" / "none".
 * Ambiguous forms (plain number, MM:SS) mean different things in Slurm, PBS
 * and LSF: jobs.json reads them as the seed does (seconds; MM:SS) and the
 * command line refuses them with a hint, chosen by enum duration_style.
 */
#ifndef ERM_BASE_DURATION_H
#define ERM_BASE_DURATION_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/err.h"

#define DURATION_MAX (100000000 * USEC_PER_SEC) /* 10^8 s, about 3 years */

enum duration_style {
    DURATION_STRICT, /* refuse a plain number and MM:SS, with a hint */
    DURATION_SEED,   /* plain number = seconds, MM:SS = minutes:seconds */
};

/* 0 and *OUT (> 0, or TIME_NEVER for "inf"); -1 and ERR (ERR_INPUT), *OUT
 * untouched. *AMBIGUOUS (may be NULL) tells that an ambiguous form was read. */
int duration_parse(const char *text, enum duration_style style, dur_us *out,
                   bool *ambiguous, struct err *err);

#define DURATION_TEXT_MAX 32
/* Writes "D-HH:MM:SS", "H:MM:SS" (from 1 h), "MM:SS", or "unlimited" into BUF
 * and returns BUF. Rounded to whole seconds. */
char *duration_format(dur_us d, char buf[static DURATION_TEXT_MAX]);
/* Short and for people: "250 ms", "4.2 s", "3 min 20 s", "2 h 5 min". */
char *duration_human(dur_us d, char buf[static DURATION_TEXT_MAX]);

#endif
