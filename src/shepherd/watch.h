/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Supervision: from the start of the command until nothing of the job is
 * left. Times are CLOCK_BOOTTIME, which counts while the machine sleeps and
 * cannot be set by hand.
 */
#ifndef ERM_SHEPHERD_WATCH_H
#define ERM_SHEPHERD_WATCH_H

#include <stdint.h>
#include <sys/types.h>

#include "shepherd/claim.h"
#include "shepherd/options.h"

/* After the command's own end its left-overs get TERM, and KILL this much
 * later (or after the job's grace, when that is shorter). */
#define WATCH_LEFTOVER_GRACE_US 2000000

/* Blocks all signals: from here on they wait for watch_run(). */
void watch_prepare(void);
int64_t watch_now_us(void);
int64_t watch_wall_us(void);
/* Supervises COMMAND, started at STARTED (watch_now_us), until no descendant
 * is left. Fills all of RECORD but started_us and ended_us. */
void watch_run(const struct options *options, pid_t command, int64_t started,
               struct exit_record *record);

#endif
