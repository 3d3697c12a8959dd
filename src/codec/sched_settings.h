/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler's settings as people give them, in words, and the
 * configuration that they mean: the same for a manager and for a simulation.
 */
#ifndef ERM_CODEC_SCHED_SETTINGS_H
#define ERM_CODEC_SCHED_SETTINGS_H

#include "core/sched.h"

struct sched_settings {
    bool start_at_max; /* -s 1 */
    /* borrowed words; NULL = not given */
    const char *backfill, *backfill_order, *mode, *sizing, *estimates;
    const char *expand, *shrink;
    int64_t backfill_depth;            /* < 0 = default */
    dur_us cooldown;                   /* < 0 = by rule */
    dur_us evolving_delay;             /* 0 = none */
    dur_us accept_within, done_within; /* 0 = defaults */
};

/* Nothing given: everything as the core has it. */
void sched_settings_init(struct sched_settings *settings);
/* -1 and ERR (ERR_USAGE) names the wrong word and, as a hint, a near or every
 * right one. */
int sched_settings_make(const struct sched_settings *settings,
                        struct sched_config *out, struct err *err);

#endif
