/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time in erm: one type for instants, one for spans, both in microseconds.
 *
 * `time_us` counts microseconds since the Unix epoch on erm's own clock: it
 * starts at the wall clock (or at the last time in the journal, if that is
 * later) and then follows CLOCK_BOOTTIME, so it never goes back and a clock
 * that is set by hand or by NTP neither ends a job nor expires a directive.
 */
#ifndef ERM_BASE_CLOCK_H
#define ERM_BASE_CLOCK_H

#include <stdint.h>

typedef int64_t time_us;
typedef int64_t dur_us;

#define TIME_NEVER INT64_MAX /* as an instant: never; as a span: no limit */
#define USEC_PER_MSEC ((dur_us)1000)
#define USEC_PER_SEC ((dur_us)1000000)

struct clock {
    time_us base;      /* erm time at the moment of clock_init */
    int64_t boot_base; /* CLOCK_BOOTTIME then, microseconds */
};

/* Starts at the wall clock, or at NOT_BEFORE when the wall clock is behind. */
void clock_init(struct clock *clock, time_us not_before);
time_us clock_now(const struct clock *clock);
/* CLOCK_BOOTTIME and CLOCK_REALTIME in microseconds. */
int64_t clock_boot_us(void);
time_us clock_wall_us(void);
/* T + D without overflow; TIME_NEVER is absorbing. */
time_us time_add(time_us t, dur_us d);
/* From SINCE until WHEN; TIME_NEVER until never. */
dur_us time_between(time_us since, time_us when);

#endif
