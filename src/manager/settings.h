/* SPDX-License-Identifier: BSD-2-Clause */
/* Options as words -> the scheduler's configuration. */
#ifndef ERM_MANAGER_SETTINGS_H
#define ERM_MANAGER_SETTINGS_H

#include "core/sched.h"
#include "manager/manager.h"

/* -1 and ERR (ERR_USAGE) names the wrong word and, as a hint, a near or every
 * right one. */
int settings_make(const struct manager_options *options,
                  struct sched_config *out, struct err *err);

/* ERR_USAGE: --OPTION has no WORD, with a hint from NAMES (NULL at the end). */
int settings_unknown(const char *option, const char *word,
                     const char *const *names, struct err *err);

#endif
