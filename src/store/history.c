/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing jobs and their history: see history.h. */
#include "store/history.h"

#include <string.h>

#include "store/db.h"

int store_add_job(struct store *store, const struct new_job *job,
                  struct err *err)
{
    return db_write(store, SQL_ADD_JOB,
                    VALUES(NUMBER(job->id), TEXT(job->identity),
                           TEXT(job->name), TEXT(job->label), TEXT(job->source),
                           NUMBER(job->submitted), TEXT(job->spec)),
                    err);
}

int64_t store_find_identity(struct store *store, const char *identity,
                            struct err *err)
{
    int64_t id;

    if (db_number(store, SQL_FIND_IDENTITY, VALUES(TEXT(identity)), &id, err) <
        0)
        return -1;
    return id;
}

static char *job_text(struct store *store, enum sql sql, int64_t id,
                      struct err *err)
{
    char *text;

    if (db_text(store, sql, VALUES(NUMBER(id)), &text, err) == 0)
        err_set(err, ERR_NOT_FOUND, "no job %lld", (long long)id);
    return text;
}

char *store_job_spec(struct store *store, int64_t id, struct err *err)
{
    return job_text(store, SQL_JOB_SPEC, id, err);
}

char *store_job_name(struct store *store, int64_t id, struct err *err)
{
    return job_text(store, SQL_JOB_NAME, id, err);
}

int64_t store_max_job_id(struct store *store, struct err *err)
{
    int64_t id;

    return db_number(store, SQL_MAX_JOB, NULL, 0, &id, err) < 0 ? -1 : id;
}

int store_job_started(struct store *store, int64_t id, uint32_t attempt,
                      time_us time, struct err *err)
{
    return db_write(store, SQL_START_ATTEMPT,
                    VALUES(NUMBER(id), NUMBER(attempt), NUMBER(time)), err);
}

static int close_phase(struct store *store, int64_t id, uint32_t attempt,
                       time_us time, struct err *err)
{
    return db_write(store, SQL_CLOSE_PHASE,
                    VALUES(NUMBER(id), NUMBER(attempt), NUMBER(time)), err);
}

int store_phase(struct store *store, int64_t id, uint32_t attempt, time_us time,
                const char *nodes, uint32_t n_nodes, const char *why,
                struct err *err)
{
    if (close_phase(store, id, attempt, time, err) < 0)
        return -1;
    return db_write(store, SQL_OPEN_PHASE,
                    VALUES(NUMBER(id), NUMBER(attempt), NUMBER(time),
                           NUMBER(n_nodes), TEXT(nodes), TEXT(why)),
                    err);
}

int store_job_requeued(struct store *store, int64_t id, uint32_t attempt,
                       time_us time, struct err *err)
{
    if (close_phase(store, id, attempt, time, err) < 0)
        return -1;
    return db_write(store, SQL_END_ATTEMPT,
                    VALUES(NUMBER(id), NUMBER(attempt), NUMBER(time)), err);
}

int store_attempt_usage(struct store *store, int64_t id, uint32_t attempt,
                        const struct job_usage *usage, struct err *err)
{
    return db_write(store, SQL_SET_USAGE,
                    VALUES(NUMBER(id), NUMBER(attempt), NUMBER(usage->user_us),
                           NUMBER(usage->system_us),
                           NUMBER(usage->max_rss_kib)),
                    err);
}

/* The row's key makes a second end impossible, so it is written first. */
static int add_ending(struct store *store, const struct job_end *end,
                      struct err *err)
{
    struct err cause;

    err_clear(&cause);
    if (db_write(store, SQL_ADD_ENDING,
                 VALUES(NUMBER(end->id), NUMBER(end->attempt),
                        NUMBER(end->time), TEXT(end->state), NUMBER(end->code),
                        NUMBER(end->signal), TEXT(end->ended_by)),
                 &cause) == 0)
        return 0;
    if (cause.code == ERR_CONFLICT)
        return err_set(err, ERR_CONFLICT,
                       "job %lld has ended before or does not exist",
                       (long long)end->id);
    if (err)
        *err = cause;
    return -1;
}

int store_job_ended(struct store *store, const struct job_end *end,
                    struct err *err)
{
    const struct job_usage *usage = &end->usage;

    if (add_ending(store, end, err) < 0 ||
        close_phase(store, end->id, end->attempt, end->time, err) < 0 ||
        db_write(store, SQL_CLOSE_ATTEMPT,
                 VALUES(NUMBER(end->id), NUMBER(end->attempt),
                        NUMBER(end->time), NUMBER(usage->user_us),
                        NUMBER(usage->system_us), NUMBER(usage->max_rss_kib)),
                 err) < 0)
        return -1;
    store->n_ended++;
    if (strcmp(end->state, "completed") != 0 &&
        strcmp(end->state, "cancelled") != 0)
        store->n_failed++;
    return 0;
}
