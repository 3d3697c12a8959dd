/* SPDX-License-Identifier: BSD-2-Clause */
/* Records and snapshots: see journal.h. */
#include "store/journal.h"

#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "store/db.h"
#include "store/hash.h"

static int64_t record_sum(const struct record *record)
{
    uint64_t hash = hash_number(HASH_START, record->seq);

    hash = hash_number(hash, record->time);
    hash = hash_number(hash, record->job);
    hash = hash_text(hash, record->type);
    return (int64_t)hash_text(hash, record->text);
}

static int64_t snapshot_sum(int64_t seq, const char *text)
{
    return (int64_t)hash_text(hash_number(HASH_START, seq), text);
}

int64_t store_add_record(struct store *store, time_us time, int64_t job,
                         const char *type, const char *text, struct err *err)
{
    struct record record = {store->last_seq + 1, time, job, type, text};

    if (db_write(store, SQL_ADD_RECORD,
                 VALUES(NUMBER(record.seq), NUMBER(time), NUMBER(job),
                        TEXT(type), TEXT(text), NUMBER(record_sum(&record))),
                 err) < 0)
        return -1;
    store->last_seq = record.seq;
    return record.seq;
}

int64_t store_last_seq(const struct store *store)
{
    return store->last_seq;
}

/* Fills RECORD from a row of SQL_RECORDS; it must be number EXPECTED, any
 * when that is 0. */
static int read_record(sqlite3_stmt *row, int64_t expected,
                       struct record *record, struct err *err)
{
    *record = (struct record){sqlite3_column_int64(row, 0),
                              sqlite3_column_int64(row, 1),
                              sqlite3_column_int64(row, 2),
                              db_column_text(row, 3), db_column_text(row, 4)};
    if (expected && record->seq != expected)
        return err_set(err, ERR_INPUT,
                       "the journal is damaged: record %lld is missing",
                       (long long)expected);
    if (!record->type || !record->text ||
        record_sum(record) != sqlite3_column_int64(row, 5))
        return err_set(err, ERR_INPUT,
                       "the journal is damaged: record %lld has a wrong sum",
                       (long long)record->seq);
    return 0;
}

int store_each_record(struct store *store, int64_t from, int64_t limit,
                      record_f each, void *arg, struct err *err)
{
    sqlite3_stmt *rows =
        db_query(store, SQL_RECORDS,
                 VALUES(NUMBER(from), NUMBER(limit > 0 ? limit : -1)), err);
    int64_t expected = 0;
    struct record record;
    int rc;

    if (!rows)
        return -1;
    while ((rc = db_next(store, rows, err)) == 1) {
        rc = read_record(rows, expected, &record, err);
        if (rc == 0)
            rc = each(arg, &record);
        if (rc != 0)
            break;
        expected = record.seq + 1;
    }
    db_finish(rows);
    return rc;
}

int store_prune_journal(struct store *store, int64_t keep, struct err *err)
{
    return db_write(store, SQL_PRUNE_JOURNAL,
                    VALUES(NUMBER(store->last_seq - keep)), err);
}

int store_save_snapshot(struct store *store, int64_t seq, const char *text,
                        struct err *err)
{
    assert(seq <= store->last_seq);
    if (db_write(
            store, SQL_SAVE_SNAPSHOT,
            VALUES(NUMBER(seq), TEXT(text), NUMBER(snapshot_sum(seq, text))),
            err) < 0 ||
        db_write(store, SQL_PRUNE_SNAPSHOTS, NULL, 0, err) < 0)
        return -1;
    return store_prune_journal(store, JOURNAL_KEEP, err);
}

/* 1: the newest good one, 0: there is none, -1: damaged or an error. */
static int find_snapshot(struct store *store, int64_t *seq, char **text,
                         struct err *err)
{
    sqlite3_stmt *rows = db_query(store, SQL_SNAPSHOTS, NULL, 0, err);
    bool is_damaged = false;
    const char *found;
    int rc;

    if (!rows)
        return -1;
    while ((rc = db_next(store, rows, err)) == 1) {
        *seq = sqlite3_column_int64(rows, 0);
        found = db_column_text(rows, 1);
        if (found && snapshot_sum(*seq, found) == sqlite3_column_int64(rows, 2))
            break;
        is_damaged = true;
        log_warning(store->log, "the snapshot of record %lld is damaged",
                    (long long)*seq);
    }
    if (rc == 1)
        *text = mem_strdup(found);
    else if (rc == 0 && is_damaged)
        rc = err_set(err, ERR_INPUT, "the journal's snapshots are damaged");
    db_finish(rows);
    return rc;
}

int store_load_snapshot(struct store *store, int64_t *seq, char **text,
                        struct err *err)
{
    int64_t first;
    int rc;

    *seq = 0;
    *text = NULL;
    rc = find_snapshot(store, seq, text, err);
    if (rc >= 0 && db_number(store, SQL_FIRST_SEQ, NULL, 0, &first, err) < 0)
        rc = -1;
    if (rc >= 0 && first > *seq + 1)
        rc = err_set(err, ERR_INPUT,
                     "the journal is damaged: record %lld is missing",
                     (long long)*seq + 1);
    if (rc < 0) {
        free(*text);
        *text = NULL;
    }
    return rc;
}
