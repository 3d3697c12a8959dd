/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a job's mailbox says of the job's nodes: nodes, hosts, cpus, env.sh,
 * discover (doc/protocol.md), and its node file.
 */
#ifndef ERM_MANAGER_JOB_FILES_H
#define ERM_MANAGER_JOB_FILES_H

#include "manager/launch_plan.h"

/* Writes them for JOB, which has what PLAN says; makes the mailbox when there
 * is none. LEAVING (may be NULL): of its nodes those that are not to be used
 * any more. ERR_FULL when the disk is. */
int job_files_write(const struct manager *manager,
                    const struct launch_plan *plan, int64_t job,
                    const struct idset *leaving, struct err *err);
/* Again for a running job, which has changed. What cannot be written is
 * logged. */
void job_files_renew(const struct manager *manager, int64_t job);
/* How often JOB's nodes have been set; 1 before its first start. */
uint64_t job_files_epoch(const struct manager *manager, int64_t job);

#endif
