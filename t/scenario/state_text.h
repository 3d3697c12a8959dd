/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole state of a scheduler as text: everything that a snapshot keeps, so
 * two states are the same when their texts are.
 */
#ifndef ERM_T_SCENARIO_STATE_TEXT_H
#define ERM_T_SCENARIO_STATE_TEXT_H

#include "base/strbuf.h"
#include "core/sched.h"

void state_add_text(struct strbuf *out, const struct sched *sched);
/* Applies the N records to a new scheduler: it must be in the same state as
 * SCHED. Returns the copy, owned; NULL and ERR when it is not. */
struct sched *state_replay(const struct sched *sched,
                           const struct event *records, size_t n,
                           struct err *err);

#endif
