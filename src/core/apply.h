/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Applying: event -> new state, by the tables of doc/states.md. The only code
 * that changes the state, live and in replay.
 */
#ifndef ERM_CORE_APPLY_H
#define ERM_CORE_APPLY_H

#include "core/sched_state.h"

/* Applies EVENT, which check_event() found CHECK_OK, at sched->now. Appends
 * to OUT what follows at once (kill, offer, news...); OUT = NULL: replay. */
void apply_event(struct sched *sched, const struct event *event,
                 struct actions *out);

#endif
