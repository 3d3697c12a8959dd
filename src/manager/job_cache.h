/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names and labels of live jobs by id, for log lines and for "after":
 * "name". All else about a job is text in the store, read when it is needed.
 */
#ifndef ERM_MANAGER_JOB_CACHE_H
#define ERM_MANAGER_JOB_CACHE_H

#include <stdint.h>

struct job_cache;

struct job_cache *job_cache_create(void);
void job_cache_destroy(struct job_cache *cache);
/* Copies NAME and LABEL ("" or NULL: none). The id must not be there yet. */
void job_cache_add(struct job_cache *cache, int64_t id, const char *name,
                   const char *label);
void job_cache_remove(struct job_cache *cache, int64_t id);
/* "" when it has none or is unknown; borrowed until it is removed. */
const char *job_cache_name(const struct job_cache *cache, int64_t id);
/* The newest live job with that label, or else with that name; 0 when there
 * is none. */
int64_t job_cache_find(const struct job_cache *cache, const char *word);

#endif
