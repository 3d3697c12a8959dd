/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether an event fits the state: the guard before apply_event(). */
#ifndef ERM_CORE_CHECK_H
#define ERM_CORE_CHECK_H

#include "core/sched_state.h"

enum check { CHECK_OK, CHECK_IGNORE, CHECK_BAD };

/* CHECK_BAD fills ERR (may be NULL). CHECK_IGNORE: a report about something
 * that is over. */
enum check check_event(const struct sched *sched, const struct event *event,
                       struct err *err);

#endif
