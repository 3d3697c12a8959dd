/* SPDX-License-Identifier: BSD-2-Clause */
/* Talking to SQLite: see db.h. */
#include "store/db.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"

static enum err_code code_of(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_FULL:
        return ERR_FULL;
    case SQLITE_CONSTRAINT:
        return ERR_CONFLICT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR_BUSY;
    default:
        return ERR_SYSTEM;
    }
}

/* Says what went wrong in words that somebody can act upon. */
static int explain(struct store *store, int rc, struct err *err)
{
    int error = store->guard.last_errno;

    if (!error)
        error = sqlite3_system_errno(store->db);
    switch (rc & 0xff) {
    case SQLITE_FULL:
        return err_set(err, ERR_FULL, "the disk with %s is full", store->path);
    case SQLITE_CONSTRAINT:
        return err_set(err, ERR_CONFLICT, "%s", sqlite3_errmsg(store->db));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return err_set(err, ERR_BUSY, "another program is writing to %s",
                       store->path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        err_set(err, ERR_SYSTEM, "%s is damaged: %s", store->path,
                sqlite3_errmsg(store->db));
        return err_hint(err, "keep a copy of its folder; \"sqlite3 erm.db "
                             ".recover\" shows what can be saved; or begin "
                             "anew with another --state-dir");
    default:
        return err_set(err, ERR_SYSTEM, "cannot use %s: %s%s%s", store->path,
                       sqlite3_errmsg(store->db), error ? ": " : "",
                       error ? strerror(error) : "");
    }
}

int db_fail(struct store *store, struct err *err)
{
    int rc = sqlite3_extended_errcode(store->db);
    enum err_code code = code_of(rc);

    if (code == ERR_CONFLICT)
        return explain(store, rc, err);
    explain(store, rc, &store->failure);
    if (err)
        *err = store->failure;
    store->is_broken |= code == ERR_SYSTEM;
    if (store->transaction != TRANSACTION_OPEN)
        return -1;
    store->transaction = TRANSACTION_FAILED;
    /* SQLite may have done so already; then this fails and does no harm. */
    sqlite3_exec(store->db, "rollback", NULL, NULL, NULL);
    if (!store->is_broken)
        db_load_counters(store, NULL);
    return -1;
}

int db_exec(struct store *store, const char *sql, struct err *err)
{
    if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK)
        return 0;
    return db_fail(store, err);
}

static sqlite3_stmt *prepare(struct store *store, enum sql sql, struct err *err)
{
#define SQL_TEXT(constant, text) text,
    static const char *const texts[] = {STORE_SQL(SQL_TEXT)};
#undef SQL_TEXT
    sqlite3_stmt **statement = &store->statements[sql];

    if (!*statement &&
        sqlite3_prepare_v3(store->db, texts[sql], -1, SQLITE_PREPARE_PERSISTENT,
                           statement, NULL) != SQLITE_OK)
        db_fail(store, err);
    return *statement;
}

static void bind(sqlite3_stmt *statement, const struct value *values, size_t n)
{
    int rc = SQLITE_OK;

    for (size_t i = 0; i < n && rc == SQLITE_OK; i++) {
        if (values[i].kind == VALUE_NUMBER)
            rc = sqlite3_bind_int64(statement, (int)i + 1, values[i].number);
        else if (values[i].kind == VALUE_TEXT)
            rc = sqlite3_bind_text(statement, (int)i + 1, values[i].text, -1,
                                   SQLITE_STATIC);
        else
            rc = sqlite3_bind_null(statement, (int)i + 1);
    }
    /* Only a statement in use, a wrong number, or a text beyond 1 GB fails. */
    assert(rc == SQLITE_OK);
}

int db_begin(struct store *store, struct err *err)
{
    sqlite3_stmt *begin;
    int rc;

    if (store->transaction == TRANSACTION_FAILED || store->is_broken) {
        if (err)
            *err = store->failure;
        return -1;
    }
    if (store->transaction == TRANSACTION_OPEN)
        return 0;
    begin = prepare(store, SQL_BEGIN, err);
    if (!begin)
        return -1;
    rc = sqlite3_step(begin);
    sqlite3_reset(begin);
    /* From here on a failure sticks until the commit, also this one. */
    store->transaction = TRANSACTION_OPEN;
    return rc == SQLITE_DONE ? 0 : db_fail(store, err);
}

int db_write(struct store *store, enum sql sql, const struct value *values,
             size_t n, struct err *err)
{
    sqlite3_stmt *statement;
    int rc;

    if (db_begin(store, err) < 0)
        return -1;
    statement = prepare(store, sql, err);
    if (!statement)
        return -1;
    bind(statement, values, n);
    rc = sqlite3_step(statement);
    sqlite3_reset(statement);
    return rc == SQLITE_DONE ? 0 : db_fail(store, err);
}

sqlite3_stmt *db_query(struct store *store, enum sql sql,
                       const struct value *values, size_t n, struct err *err)
{
    sqlite3_stmt *query = prepare(store, sql, err);

    if (query)
        bind(query, values, n);
    return query;
}

int db_next(struct store *store, sqlite3_stmt *query, struct err *err)
{
    switch (sqlite3_step(query)) {
    case SQLITE_ROW:
        return 1;
    case SQLITE_DONE:
        return 0;
    default:
        return db_fail(store, err);
    }
}

void db_finish(sqlite3_stmt *query)
{
    sqlite3_reset(query);
}

int db_number(struct store *store, enum sql sql, const struct value *values,
              size_t n, int64_t *out, struct err *err)
{
    sqlite3_stmt *query = db_query(store, sql, values, n, err);
    int rc;

    *out = 0;
    if (!query)
        return -1;
    rc = db_next(store, query, err);
    if (rc == 1)
        *out = sqlite3_column_int64(query, 0);
    db_finish(query);
    return rc;
}

int db_text(struct store *store, enum sql sql, const struct value *values,
            size_t n, char **out, struct err *err)
{
    sqlite3_stmt *query = db_query(store, sql, values, n, err);
    int rc;

    *out = NULL;
    if (!query)
        return -1;
    rc = db_next(store, query, err);
    if (rc == 1)
        *out = mem_strdup(db_column_text(query, 0));
    db_finish(query);
    return rc;
}

const char *db_column_text(sqlite3_stmt *query, int column)
{
    return (const char *)sqlite3_column_text(query, column);
}

int db_load_counters(struct store *store, struct err *err)
{
    sqlite3_stmt *query;
    int rc;

    if (db_number(store, SQL_LAST_SEQ, NULL, 0, &store->last_seq, err) < 0)
        return -1;
    query = db_query(store, SQL_COUNT_ENDED, NULL, 0, err);
    rc = query ? db_next(store, query, err) : -1;
    if (rc == 1) {
        store->n_ended = sqlite3_column_int64(query, 0);
        store->n_failed = sqlite3_column_int64(query, 1);
    }
    if (query)
        db_finish(query);
    return rc < 0 ? -1 : 0;
}
