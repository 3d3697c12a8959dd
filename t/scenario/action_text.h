/* SPDX-License-Identifier: BSD-2-Clause */
/* What the scheduler decided, in the words of a story: a line per action. */
#ifndef ERM_T_SCENARIO_ACTION_TEXT_H
#define ERM_T_SCENARIO_ACTION_TEXT_H

#include "base/strbuf.h"
#include "core/action.h"

/*
 * Appends a line for each action. Not told: wake-ups, records of anything but
 * a reservation, and what is always the same pair of actions: a start and its
 * phase, an offer and the news of it. A start or an offer alone is repeated
 * after a restart and is told as "again".
 */
void actions_add_text(struct strbuf *out, const struct actions *actions);

#endif
