/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Jobs by id, and how the ended ones ended: an array of pages, made as ids are
 * used. A live job costs a pointer and an ended one a byte.
 */
#ifndef ERM_CORE_JOB_TABLE_H
#define ERM_CORE_JOB_TABLE_H

#include <stddef.h>

#include "core/job.h"

#define JOB_PAGE 1024

struct job_page {
    struct job *jobs[JOB_PAGE];
    uint8_t outcome[JOB_PAGE]; /* enum job_state + 1 when ended, 0 otherwise */
};

struct job_table {
    struct job_page **pages; /* owned */
    size_t n_pages;
    size_t n_live;
    int64_t max_id; /* ever used */
};

void job_table_init(struct job_table *table);
/* Destroys the live jobs too. */
void job_table_release(struct job_table *table);
/* NULL when there is no live job of that id. */
struct job *job_table_get(const struct job_table *table, int64_t id);
/* Adds a live job (takes it); its id must be unused. */
void job_table_add(struct job_table *table, struct job *job);
/* Removes a live job, keeping OUTCOME; returns it owned. */
struct job *job_table_end(struct job_table *table, int64_t id,
                          enum job_state outcome);
/* For the snapshot: marks an unused id as ended. */
void job_table_set_ended(struct job_table *table, int64_t id,
                         enum job_state outcome);
/* The outcome of an ended job; false when ID is unused or live. */
bool job_table_outcome(const struct job_table *table, int64_t id,
                       enum job_state *out);
/* The live job with the lowest id > AFTER, or NULL. */
struct job *job_table_next(const struct job_table *table, int64_t after);
/* The lowest ended id > AFTER, or 0. */
int64_t job_table_next_ended(const struct job_table *table, int64_t after);

#endif
