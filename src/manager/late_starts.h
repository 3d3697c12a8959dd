/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starts that have to wait because the disk is full: it is not the job's
 * fault and does not count as a failed start. They are tried again every few
 * seconds; the core goes on to believe that the job is starting.
 */
#ifndef ERM_MANAGER_LATE_STARTS_H
#define ERM_MANAGER_LATE_STARTS_H

#include "manager/context.h"

/* Returns owned; MANAGER is borrowed. */
struct late_starts *late_starts_create(struct manager *manager);
void late_starts_destroy(struct late_starts *late);
/* Puts the start of JOB off. */
void late_starts_add(struct late_starts *late, int64_t job, uint32_t attempt);
/* Forgets it; false when it was not put off. */
bool late_starts_remove(struct late_starts *late, int64_t job);

#endif
