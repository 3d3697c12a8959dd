/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Private to this layer: what struct store is, and a thin way to talk to
 * SQLite. Statements are named by constants of sql.h and kept prepared.
 *
 * A failed write or read (except ERR_CONFLICT, a row that is there already)
 * fails the whole transaction: what was written since the last commit is gone
 * and every further write fails until store_commit() has said so.
 */
#ifndef ERM_STORE_DB_H
#define ERM_STORE_DB_H

#include <stdint.h>

#include "base/log.h"
#include "store/ballast.h"
#include "store/disk_guard.h"
#include "store/sql.h"
#include "store/store.h"

#define SQL_ENUM(constant, text) constant,
enum sql { STORE_SQL(SQL_ENUM) N_SQL };
#undef SQL_ENUM

enum transaction { TRANSACTION_NONE, TRANSACTION_OPEN, TRANSACTION_FAILED };

struct store {
    sqlite3 *db;
    sqlite3_stmt *statements[N_SQL]; /* NULL until first used */
    struct disk_guard guard;
    struct ballast ballast;
    const struct log *log; /* borrowed */
    char *path;
    enum transaction transaction;
    struct err failure; /* why the transaction failed */
    bool is_broken;     /* for good: nobody knows what is on the disk */
    bool is_full, was_unclean;
    /* kept here to save queries; read again after a failed transaction */
    int64_t last_seq, n_ended, n_failed;
};

/* A value for a parameter of a statement; the text is borrowed. */
struct value {
    enum { VALUE_NULL, VALUE_NUMBER, VALUE_TEXT } kind;
    int64_t number;
    const char *text;
};
#define NUMBER(n)               \
    {                           \
        VALUE_NUMBER, (n), NULL \
    }
#define TEXT(t)            \
    {                      \
        VALUE_TEXT, 0, (t) \
    } /* NULL is null */
#define NOTHING             \
    {                       \
        VALUE_NULL, 0, NULL \
    }
#define VALUES(...)                      \
    (const struct value[]){__VA_ARGS__}, \
        sizeof((const struct value[]){__VA_ARGS__}) / sizeof(struct value)

/* Runs plain SQL without a transaction of ours. */
int db_exec(struct store *store, const char *sql, struct err *err);
/* Runs a statement that changes something; begins a transaction if needed. */
int db_write(struct store *store, enum sql sql, const struct value *values,
             size_t n, struct err *err);
/* Begins a query; step it by db_next() and end it by db_finish(). The same
 * query must not be begun inside itself. NULL on error. */
sqlite3_stmt *db_query(struct store *store, enum sql sql,
                       const struct value *values, size_t n, struct err *err);
/* 1: there is a row, 0: no more, -1: failed. */
int db_next(struct store *store, sqlite3_stmt *query, struct err *err);
void db_finish(sqlite3_stmt *query);
/* The first column of the only row: 1 and a number (0 for null), 0: no row. */
int db_number(struct store *store, enum sql sql, const struct value *values,
              size_t n, int64_t *out, struct err *err);
/* The same for a text, owned by the caller; NULL for null or no row. */
int db_text(struct store *store, enum sql sql, const struct value *values,
            size_t n, char **out, struct err *err);
/* A column's text, borrowed until the next step; NULL for null. */
const char *db_column_text(sqlite3_stmt *query, int column);
/* Begins a transaction unless one is open; -1 in a failed one. */
int db_begin(struct store *store, struct err *err);
/* Turns SQLite's last error into ERR and fails the transaction. */
int db_fail(struct store *store, struct err *err);
/* Reads what the store keeps in memory. */
int db_load_counters(struct store *store, struct err *err);

#endif
