/* SPDX-License-Identifier: BSD-2-Clause */
/* The launcher's reports -> events. */
#ifndef ERM_MANAGER_REPORTS_H
#define ERM_MANAGER_REPORTS_H

#include "manager/context.h"

/* A launch_report_f; CONTEXT is the struct manager. */
void reports_take(void *context, const struct launch_report *report);
/* A launch_node_report_f: a node is down, or up again; why is noted. */
void reports_take_node(void *context, const struct launch_node_report *report);
/* The attempt could not be started; IS_FINAL: and never will. */
void reports_start_failed(struct manager *manager, int64_t job,
                          uint32_t attempt, const char *why, bool is_final);
/* Is that why it could not be started wrong with the job itself, so that it
 * will be so again? */
bool reports_start_is_refused(const struct err *err);
/* Nobody knows what became of the attempt. */
void reports_lost(struct manager *manager, int64_t job, uint32_t attempt);

#endif
