/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nodes that jobs give back: the launcher first ends what is left there, and
 * only then they change hands. By the job's own word (EV_DONE follows), or by
 * force (EV_FORCED). Kept in memory alone: after a restart the job's answer,
 * or the order to force, comes again.
 */
#ifndef ERM_MANAGER_HANDOVER_H
#define ERM_MANAGER_HANDOVER_H

#include "manager/context.h"

enum handover_kind { HANDOVER_GIVEN, HANDOVER_FORCED };

/* Begins that of JOB's open shrink. GIVEN (NULL: as asked; borrowed): nodes
 * that it gives instead, as many and its own. One that is under way goes on
 * as it is. -1 and ERR when the launcher cannot. */
int handover_begin(struct manager *manager, const struct job *job,
                   enum handover_kind kind, const struct idset *given,
                   struct err *err);
/* Is that of JOB's directive SEQ under way? */
bool handover_is_under_way(const struct manager *manager, int64_t job,
                           uint64_t seq);
/* Takes nodes that are being handed over by JOB out of NODES. */
void handover_take_leaving(const struct manager *manager, int64_t job,
                           struct idset *nodes);
/* A LAUNCH_CLEARED: moves the job to the nodes that it keeps and tells the
 * core. Ignored when nothing is under way. */
void handover_cleared(struct manager *manager,
                      const struct launch_report *report);
/* The directive is over. */
void handover_forget(struct manager *manager, int64_t job, uint64_t seq);
void handover_release_all(struct manager *manager);

#endif
