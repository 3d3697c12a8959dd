/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals for commands that wait for others: heard one by one from a
 * descriptor. They have handlers (and are not blocked), because erm's shepherd
 * sends a warning to those processes that have one.
 */
#ifndef ERM_CLI_APP_SIGNALS_H
#define ERM_CLI_APP_SIGNALS_H

#include <stdbool.h>

#include "base/err.h"

/* From now on HUP, INT, QUIT, TERM, USR1, USR2 and CHLD are heard, but for
 * those that are ignored. Returns the descriptor, readable when one has come;
 * -1 and ERR. Once in a process. */
int app_signals_open(struct err *err);
/* The next one, 0 when there is none. *IS_SHEPHERDS (may be NULL): erm's
 * shepherd sent it, so whoever else of the job should hear it, does. */
int app_signals_next(bool *is_shepherds);
/* "TERM"; "" for one that is not heard. Borrowed. */
const char *app_signals_name(int signal);
/* By name, with or without SIG, or number, of those that are heard; 0 when it
 * is none. */
int app_signals_find(const char *name);

#endif
