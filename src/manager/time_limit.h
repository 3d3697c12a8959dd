/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the end of the allocation means for a job's time (doc/allocation.md).
 */
#ifndef ERM_MANAGER_TIME_LIMIT_H
#define ERM_MANAGER_TIME_LIMIT_H

#include "base/clock.h"
#include "base/strbuf.h"

/* "needs 02:00:00, the allocation ends in 01:10:00": why a job of WALLTIME
 * (TIME_NEVER = none) is not started with LEFT of the allocation to come. */
void time_limit_add_shortage(struct strbuf *out, dur_us walltime, dur_us left);
#endif
