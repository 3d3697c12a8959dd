/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a story can ask without changing anything (state, jobs, why, forecast,
 * counts), and what is no event: config, restart.
 */
#ifndef ERM_T_SCENARIO_QUESTION_H
#define ERM_T_SCENARIO_QUESTION_H

#include "story.h"
#include "words.h"

/* Runs the command NAME with the other WORDS. -1 and ERR when unknown. */
int question_run(struct story *story, const char *name, struct words *words,
                 struct err *err);

#endif
