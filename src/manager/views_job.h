/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JOB and PHASE: a job as the API shows it, live (from the scheduler) or ended
 * (from the history), with the same keys.
 */
#ifndef ERM_MANAGER_VIEWS_JOB_H
#define ERM_MANAGER_VIEWS_JOB_H

#include "manager/views.h"
#include "store/history_view.h"

/* A live job. IS_FULL adds what only the store knows: command, cwd, stdout,
 * stderr, label. */
json_t *view_live_job(const struct views *views, const struct job *job,
                      bool is_full);
/* An ended job, full; asks the store for its phases. */
json_t *view_ended_job(const struct views *views,
                       const struct history_job *row);
/* Adds "wait", "run", "node_seconds" and usage, for the history. */
void view_add_accounts(json_t *object, const struct history_job *row);
/* A list of PHASE. */
json_t *view_phases(const struct views *views, int64_t id);
/* The live or ended job, full; NULL and ERR (ERR_NOT_FOUND). */
json_t *view_any_job(const struct views *views, int64_t id, struct err *err);

#endif
