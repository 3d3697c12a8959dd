/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jobs.json: entries that appear are submitted once; see doc/jobs.json.md.
 *
 * An entry is known by its identity (its id, or its content and how often that
 * occurs), which the store keeps, so no rewrite, reordering, removal or
 * restart runs a job twice. Faults are told once per content.
 */
#ifndef ERM_MANAGER_JOBS_WATCH_H
#define ERM_MANAGER_JOBS_WATCH_H

#include "manager/context.h"

/* Starts to watch manager->options.jobs_file. Returns owned. */
struct jobs_watch *jobs_watch_create(struct manager *manager);
void jobs_watch_destroy(struct jobs_watch *watch);
/* Looks at the file now. */
void jobs_watch_check(struct jobs_watch *watch);
/* Is it read, without an open question, and unchanged for a moment? */
bool jobs_watch_is_quiet(const struct jobs_watch *watch);
/* Entries that could not be taken so far, for the summary. */
uint32_t jobs_watch_n_rejected(const struct jobs_watch *watch);

#endif
