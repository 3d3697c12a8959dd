/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a wrapper tells the shepherd and the launcher (doc/shepherd.md): that
 * the command runs, why it could not be started, or that it was cut off.
 */
#ifndef ERM_DVM_ANNOUNCE_H
#define ERM_DVM_ANNOUNCE_H

#include <sys/types.h>

#include "dvm/options.h"

/* Writes `command` and reports the start, PID being the command's. */
void announce_started(const struct dvm_options *options, pid_t pid);
/* Writes TEXT to the claim's file NAME ("failure", "lost"...). */
void announce_note(const struct dvm_options *options, const char *name,
                   const char *text);

#endif
