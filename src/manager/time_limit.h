/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the end of the allocation means for a job's time (doc/allocation.md).
 */
#ifndef ERM_MANAGER_TIME_LIMIT_H
#define ERM_MANAGER_TIME_LIMIT_H

#include "base/clock.h"
#include "base/strbuf.h"
#include "manager/context.h"

/* "needs 02:00:00, the allocation ends in 01:10:00": why a job of WALLTIME
 * (TIME_NEVER = none) is not started with LEFT of the allocation to come. */
void time_limit_add_shortage(
    struct strbuf *out, dur_us walltime,
    dur_us left); /* How long before the allocation a job without a walltime is
                   * ended: as
                   * --end-margin says, or 30 s, or 20 s longer than --grace. */
dur_us time_limit_margin(const struct manager *manager);
/* The walltime that the launcher is to hold an attempt to,
 * counted FROM: WALLTIME where that is over at PLANNED_END,
 * before the allocation; otherwise what is left with the
 * margin taken off, one second at the least. */
dur_us time_limit_of(const struct manager *manager, dur_us walltime,
                     time_us planned_end, time_us from);
/* The same for the present attempt of JOB, counted from its start: one that
 * started again in place has had a part of the walltime already. */
dur_us time_limit_of_attempt(const struct manager *manager,
                             const struct job *job);
/* The same for a part of it that starts, or has started, at STARTED, counted
 * from then. */
dur_us time_limit_of_part(const struct manager *manager, const struct job *job,
                          time_us started);
/* When JOB, which has started, will be ended at the latest. */
time_us time_limit_end(const struct manager *manager, const struct job *job);
/* Running jobs that were started when the end was another one, or none, get
 * their limits. Once the launcher has found them again. */
void time_limits_renew(const struct manager *manager);
/* Jobs that wait for another allocation: this one is too short for them, or
 * they come after such a job. 0 as long as any job can still do something. */
uint32_t time_limit_n_left(const struct manager *manager);

#endif
