/* SPDX-License-Identifier: BSD-2-Clause */
/* Looking at the history: see history_view.h. */
#include "store/history_view.h"

#include "base/strbuf.h"
#include "store/db.h"

/* The order of the columns is that of JOB_COLUMNS in sql.h. */
static void read_job(sqlite3_stmt *row, struct history_job *job)
{
    int column = 0;

    job->id = sqlite3_column_int64(row, column++);
    job->name = db_column_text(row, column++);
    job->label = db_column_text(row, column++);
    job->source = db_column_text(row, column++);
    job->spec = db_column_text(row, column++);
    job->submitted = sqlite3_column_int64(row, column++);
    job->state = db_column_text(row, column++);
    job->ended_by = db_column_text(row, column++);
    job->first_started = sqlite3_column_int64(row, column++);
    job->started = sqlite3_column_int64(row, column++);
    job->ended = sqlite3_column_int64(row, column++);
    job->attempt = (uint32_t)sqlite3_column_int64(row, column++);
    job->code = sqlite3_column_int(row, column++);
    job->signal = sqlite3_column_int(row, column++);
    job->node_us = sqlite3_column_int64(row, column++);
    job->usage.user_us = sqlite3_column_int64(row, column++);
    job->usage.system_us = sqlite3_column_int64(row, column++);
    job->usage.max_rss_kib = sqlite3_column_int64(row, column++);
}

static int each_job(struct store *store, sqlite3_stmt *rows, history_job_f each,
                    void *arg, struct err *err)
{
    struct history_job job;
    int rc;

    if (!rows)
        return -1;
    while ((rc = db_next(store, rows, err)) == 1) {
        read_job(rows, &job);
        rc = each(arg, &job);
        if (rc != 0)
            break;
    }
    db_finish(rows);
    return rc;
}

/* Ids as a JSON list, which json_each() takes in one parameter. */
static void list_ids(struct strbuf *out, const struct history_filter *filter)
{
    strbuf_add_char(out, '[');
    for (size_t i = 0; i < filter->n_ids; i++)
        strbuf_add_fmt(out, "%s%lld", i ? "," : "", (long long)filter->ids[i]);
    strbuf_add_char(out, ']');
}

int store_each_ended_job(struct store *store,
                         const struct history_filter *filter,
                         history_job_f each, void *arg, struct err *err)
{
    const struct value since = NUMBER(filter->since);
    const struct value limit =
        NUMBER(filter->limit ? (int64_t)filter->limit : -1);
    sqlite3_stmt *rows;
    struct strbuf ids;
    int rc;

    strbuf_init(&ids);
    if (filter->ids) {
        list_ids(&ids, filter);
        rows = db_query(store, SQL_ENDED_JOBS_BY_ID,
                        VALUES(since, limit, TEXT(ids.text)), err);
    } else {
        rows = db_query(store, SQL_ENDED_JOBS, VALUES(since, limit), err);
    }
    rc = each_job(store, rows, each, arg, err);
    strbuf_release(&ids);
    return rc;
}

struct one_job {
    history_job_f each;
    void *arg;
    bool is_found;
};

static int view_one(void *arg, const struct history_job *job)
{
    struct one_job *one = arg;

    one->is_found = true;
    return one->each(one->arg, job);
}

int store_view_job(struct store *store, int64_t id, history_job_f each,
                   void *arg, struct err *err)
{
    struct one_job one = {each, arg, false};
    sqlite3_stmt *rows = db_query(store, SQL_JOB, VALUES(NUMBER(id)), err);
    int rc = each_job(store, rows, view_one, &one, err);

    if (rc == 0 && !one.is_found)
        return err_set(err, ERR_NOT_FOUND, "no job %lld", (long long)id);
    return rc;
}

int store_each_phase(struct store *store, int64_t id, history_phase_f each,
                     void *arg, struct err *err)
{
    sqlite3_stmt *rows = db_query(store, SQL_PHASES, VALUES(NUMBER(id)), err);
    struct history_phase phase;
    int rc;

    if (!rows)
        return -1;
    while ((rc = db_next(store, rows, err)) == 1) {
        phase = (struct history_phase){
            .attempt = (uint32_t)sqlite3_column_int64(rows, 0),
            .phase = (uint32_t)sqlite3_column_int64(rows, 1),
            .start = sqlite3_column_int64(rows, 2),
            .end = sqlite3_column_int64(rows, 3),
            .n_nodes = (uint32_t)sqlite3_column_int64(rows, 4),
            .nodes = db_column_text(rows, 5),
            .why = db_column_text(rows, 6)};
        rc = each(arg, &phase);
        if (rc != 0)
            break;
    }
    db_finish(rows);
    return rc;
}

static int summarise_jobs(struct store *store, sqlite3_stmt *row,
                          struct history_summary *out, struct err *err)
{
    if (!row || db_next(store, row, err) < 0)
        return -1;
    out->jobs = sqlite3_column_int64(row, 0);
    out->completed = sqlite3_column_int64(row, 1);
    out->cancelled = sqlite3_column_int64(row, 2);
    out->failed = out->jobs - out->completed - out->cancelled;
    out->node_seconds = sqlite3_column_double(row, 3) / USEC_PER_SEC;
    out->first_submitted = sqlite3_column_int64(row, 4);
    out->first_start = sqlite3_column_int64(row, 5);
    out->last_end = sqlite3_column_int64(row, 6);
    out->n_started = sqlite3_column_int64(row, 7);
    out->wait_seconds = sqlite3_column_double(row, 8) / USEC_PER_SEC;
    db_finish(row);
    return 0;
}

static int summarise_resizes(struct store *store, sqlite3_stmt *row,
                             struct history_summary *out, struct err *err)
{
    struct resize_counts *resizes = &out->resizes;

    if (!row || db_next(store, row, err) < 0)
        return -1;
    out->expands = sqlite3_column_int64(row, 0);
    out->shrinks = sqlite3_column_int64(row, 1);
    resizes->done = sqlite3_column_int64(row, 2);
    resizes->forced = sqlite3_column_int64(row, 3);
    resizes->refused = sqlite3_column_int64(row, 4);
    resizes->failed = sqlite3_column_int64(row, 5);
    resizes->expired = sqlite3_column_int64(row, 6);
    resizes->seconds = sqlite3_column_double(row, 7) / USEC_PER_SEC;
    db_finish(row);
    return 0;
}

int store_summary(struct store *store, time_us from, time_us to,
                  struct history_summary *out, struct err *err)
{
    const struct value start = NUMBER(from), end = NUMBER(to);
    sqlite3_stmt *row;

    *out = (struct history_summary){0};
    row = db_query(store, SQL_SUMMARY, VALUES(start, end), err);
    if (summarise_jobs(store, row, out, err) < 0)
        return -1;
    row = db_query(store, SQL_RESIZES, VALUES(start, end), err);
    return summarise_resizes(store, row, out, err);
}

void store_count_ended(const struct store *store, int64_t *ended,
                       int64_t *failed)
{
    *ended = store->n_ended;
    *failed = store->n_failed;
}
