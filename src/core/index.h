/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a job stands: exactly one place per state, derived from its fields.
 * Whoever changes a job takes it out first and puts it back after.
 */
#ifndef ERM_CORE_INDEX_H
#define ERM_CORE_INDEX_H

#include "core/sched_state.h"

/* Timers of the core; heap_entry.kind. */
enum timer_kind {
    TIMER_BEGIN,      /* id: a pending job may start now */
    TIMER_IMPOSSIBLE, /* id: its dependency can never be met */
    TIMER_DEADLINE,   /* id, seq: of a directive */
    TIMER_COOLDOWN,   /* id: may be resized again */
    TIMER_WISH,       /* id: has waited long enough */
    TIMER_ESTIMATE,   /* id: runs longer than was expected */
};

/* Puts JOB into the queue, aside, or into the profile and the elastic list. */
void index_add(struct sched *sched, struct job *job);
/* Takes it out of wherever it is. */
void index_remove(struct sched *sched, struct job *job);
/* Both, when something that its place depends on has changed; NULL: nothing. */
void index_renew(struct sched *sched, struct job *job);
/* Both for every job, after the pool or the reservation changed. */
void index_refresh_all(struct sched *sched);
/* Pushes the timers that JOB's fields ask for. */
void index_timers(struct sched *sched, struct job *job);
void index_timer(struct sched *sched, enum timer_kind kind, time_us when,
                 int64_t id, uint64_t seq);

/* Ends the reservation, if there is one: its job stands in the queue again, and
 * what open shrinks give is then for everybody. */
void reservation_end(struct sched *sched);
/* Nodes that are free and reserved. */
uint32_t sched_n_kept(const struct sched *sched);
/* Nodes that anybody may have now: free and not reserved. */
uint32_t sched_n_idle(const struct sched *sched);
void sched_idle(const struct sched *sched, struct idset *out);
/* How long JOB needs the allocation when it is started, at whatever size: its
 * walltime, or what one without a walltime has at the least. */
dur_us sched_needs(const struct sched *sched, const struct job *job);
/* Would JOB, started now, end before the allocation does? */
bool sched_ends_in_time(const struct sched *sched, const struct job *job);
/* The job that nobody may delay: the one with the reservation, otherwise the
 * first of the queue; NULL when nobody waits. */
const struct job *sched_head(const struct sched *sched);

#endif
