/* SPDX-License-Identifier: BSD-2-Clause */
/* What a run amounted to, from the history. */
#ifndef ERM_MANAGER_SUMMARY_H
#define ERM_MANAGER_SUMMARY_H

#include "manager/context.h"

/* Counts the jobs that ended in this run. What cannot be read counts as
 * nothing. */
void summary_make(struct manager *manager, struct manager_summary *out);

#endif
