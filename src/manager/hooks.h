/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way of the mode hook: `hook` is run on this machine at each resize, as a
 * part of the attempt. Its start counts as accepted, its exit code is the
 * answer: 0 done, 75 not now, else failed. It is never run twice for one
 * directive: its claim stays until that is over, and a manager that comes back
 * finds it.
 */
#ifndef ERM_MANAGER_HOOKS_H
#define ERM_MANAGER_HOOKS_H

#include "manager/resizing.h"

/* "Try later" (EX_TEMPFAIL). */
#define HOOK_REFUSES 75

/* A report about a hook. */
void hooks_take(struct manager *manager, const struct launch_report *report);
/* The directive of ACTION has another state. */
void hooks_changed(struct manager *manager, const struct action *action);

extern const struct resize_way hooks_way;

#endif
