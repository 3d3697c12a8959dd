/* SPDX-License-Identifier: BSD-2-Clause */
/* See time_limit.h. */
#include "manager/time_limit.h"

/* "01:10:00", also above a day: two spans are to be compared at a glance. */
static void add_hours(struct strbuf *out, dur_us span)
{
    long long s = span / USEC_PER_SEC;

    strbuf_add_fmt(out, "%02lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
}

void time_limit_add_shortage(struct strbuf *out, dur_us walltime, dur_us left)
{
    if (walltime == TIME_NEVER) {
        strbuf_add_str(out, "has no walltime");
    } else {
        strbuf_add_str(out, "needs ");
        add_hours(out, walltime);
    }
    if (left <= 0) {
        strbuf_add_str(out, ", the allocation has ended");
        return;
    }
    strbuf_add_str(out, ", the allocation ends in ");
    add_hours(out, left);
}
