/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole state of the scheduler as JSON text: the journal's snapshot. The
 * same state gives the same bytes. What belongs to it: core/sched_state.h;
 * the configuration does not. doc/journal.md describes the text.
 */
#ifndef ERM_CODEC_STATE_JSON_H
#define ERM_CODEC_STATE_JSON_H

#include <stddef.h>

#include "core/sched.h"

#define STATE_JSON_VERSION 2 /* and version 1 is read */

/* Returns owned. */
char *state_to_text(const struct sched *sched);
/* Returns an owned scheduler with CONFIG (copied) in the state of TEXT; NULL
 * and ERR (ERR_INPUT) when the text is damaged. */
struct sched *state_from_text(const char *text, size_t len,
                              const struct sched_config *config,
                              struct err *err);

#endif
