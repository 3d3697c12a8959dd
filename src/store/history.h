/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Jobs and their history: what was submitted, when each attempt ran on which
 * nodes, how it ended. Written beside the journal, in the same transaction,
 * and never needed to rebuild the scheduler's state.
 *
 * Words (states, reasons...) are stored as given: those of core/job.h. Only
 * the states "completed" and "cancelled" mean something here (jobs in any
 * other have failed), and what a summary counts as resizes. Nothing
 * of a job is ever removed, so an id or an identity is never used again.
 * How jobs were resized: resizes.h.
 */
#ifndef ERM_STORE_HISTORY_H
#define ERM_STORE_HISTORY_H

#include "base/clock.h"
#include "store/store.h"

struct new_job {
    int64_t id;
    const char *identity; /* what makes an entry of a file the same; or NULL */
    const char *name, *label, *source; /* each may be NULL */
    const char *spec;
    time_us submitted;
};

struct job_usage {
    int64_t user_us, system_us, max_rss_kib;
};

struct job_end {
    int64_t id;
    uint32_t attempt;
    time_us time;
    const char *state;
    int code, signal;
    const char *ended_by; /* or NULL */
    struct job_usage usage;
};

/* ERR_CONFLICT when the id or the identity was used before. */
int store_add_job(struct store *store, const struct new_job *job,
                  struct err *err);
/* The id of the job with this identity; 0 = none, -1 = an error. */
int64_t store_find_identity(struct store *store, const char *identity,
                            struct err *err);
/* Owned texts; NULL with ERR_NOT_FOUND for an unknown job. A job without a
 * name has NULL too, without an error. */
char *store_job_spec(struct store *store, int64_t id, struct err *err);
char *store_job_name(struct store *store, int64_t id, struct err *err);
/* The largest id ever used; 0 = none, -1 = an error. */
int64_t store_max_job_id(struct store *store, struct err *err);

/* An attempt's command runs. A second time changes nothing. */
int store_job_started(struct store *store, int64_t id, uint32_t attempt,
                      time_us time, struct err *err);
/* From TIME on the attempt has these nodes: ends its open phase, if any, and
 * begins the next. */
int store_phase(struct store *store, int64_t id, uint32_t attempt, time_us time,
                const char *nodes, uint32_t n_nodes, const char *why,
                struct err *err);
/* The attempt is over and the job goes back to the queue. */
int store_job_requeued(struct store *store, int64_t id, uint32_t attempt,
                       time_us time, struct err *err);
/* What an attempt has used; for one that is over already. */
int store_attempt_usage(struct store *store, int64_t id, uint32_t attempt,
                        const struct job_usage *usage, struct err *err);
/* The job is over, once and for all: ERR_CONFLICT, and nothing changed, when
 * it was so before or was never added. */
int store_job_ended(struct store *store, const struct job_end *end,
                    struct err *err);

#endif
