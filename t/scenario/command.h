/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands of a story: events to feed in, and questions to ask. */
#ifndef ERM_T_SCENARIO_COMMAND_H
#define ERM_T_SCENARIO_COMMAND_H

#include "story.h"

/* Runs one command. -1 and ERR when it is none, or an invariant breaks. */
int command_run(struct story *story, const char *text, struct err *err);

#endif
