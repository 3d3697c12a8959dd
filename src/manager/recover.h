/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state on disk -> the state in memory, and what became of the jobs
 * meanwhile (doc/journal.md).
 */
#ifndef ERM_MANAGER_RECOVER_H
#define ERM_MANAGER_RECOVER_H

#include "manager/context.h"

/* Makes manager->sched from the last snapshot and the records after it, with
 * CONFIG, fills the names of live jobs and starts the clock, which is never
 * behind the journal. -1 and ERR: the journal is damaged. */
int recover_state(struct manager *manager, const struct sched_config *config,
                  struct err *err);
/* Finds out by the launcher what became of every active job, then asks the
 * core for what is to be done again. Their reports and actions go through the
 * loop like all others. The launcher must know the nodes; the core may have
 * decided things in this turn already (a changed pool). */
void recover_resume(struct manager *manager);
/* Stores the present state, which must be that of the last record. */
int recover_save_snapshot(struct manager *manager, struct err *err);

#endif
