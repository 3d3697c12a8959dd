/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A policy in words, as --compare takes it: words of the field and options of
 * the scheduler, joined by '+': "fcfs", "easy+sjf", "conservative",
 * "elastic", "elastic+sjf+expand=shortest".
 */
#ifndef ERM_CLI_POLICY_WORDS_H
#define ERM_CLI_POLICY_WORDS_H

#include "codec/sched_settings.h"

/* Sets in SETTINGS what TEXT says; the rest stays. TEXT is cut up, and SETTINGS
 * borrows from it. Without any mode it is rigid. "moldable", too, is rigid, and
 * sets *IS_MOLDABLE. -1 and ERR (ERR_USAGE) at a word that is none, or a wrong
 * value. */
int policy_words_parse(char *text, struct sched_settings *settings,
                       bool *is_moldable, struct err *err);

#endif
