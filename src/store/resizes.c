/* SPDX-License-Identifier: BSD-2-Clause */
/* See resizes.h. */
#include "store/resizes.h"

#include "store/db.h"

/* 0 is stored as null: not known. */
static struct value number_or_null(int64_t n)
{
    return (struct value){n != 0 ? VALUE_NUMBER : VALUE_NULL, n, NULL};
}

int store_directive(struct store *store, const struct directive_row *row,
                    struct err *err)
{
    return db_write(
        store, SQL_PUT_DIRECTIVE,
        VALUES(NUMBER(row->seq), NUMBER(row->job), NUMBER(row->attempt),
               TEXT(row->op), TEXT(row->asker), NUMBER(row->for_job),
               NUMBER(row->offered), number_or_null(row->accepted),
               TEXT(row->state), number_or_null(row->closed), NUMBER(row->n),
               TEXT(row->nodes), number_or_null(row->retry)),
        err);
}

int store_directive_note(struct store *store, int64_t seq, const char *text,
                         struct err *err)
{
    return db_write(store, SQL_NOTE_DIRECTIVE, VALUES(NUMBER(seq), TEXT(text)),
                    err);
}

/* The order of the columns is that of SQL_DIRECTIVES. */
static void read_row(sqlite3_stmt *rows, struct directive_row *row)
{
    int column = 0;

    row->seq = sqlite3_column_int64(rows, column++);
    row->job = sqlite3_column_int64(rows, column++);
    row->attempt = (uint32_t)sqlite3_column_int64(rows, column++);
    row->op = db_column_text(rows, column++);
    row->asker = db_column_text(rows, column++);
    row->for_job = sqlite3_column_int64(rows, column++);
    row->offered = sqlite3_column_int64(rows, column++);
    row->accepted = sqlite3_column_int64(rows, column++);
    row->state = db_column_text(rows, column++);
    row->closed = sqlite3_column_int64(rows, column++);
    row->n = (uint32_t)sqlite3_column_int64(rows, column++);
    row->nodes = db_column_text(rows, column++);
    row->retry = sqlite3_column_int64(rows, column++);
    row->note = db_column_text(rows, column++);
}

int store_each_directive(struct store *store, int64_t job, directive_row_f each,
                         void *arg, struct err *err)
{
    sqlite3_stmt *rows =
        db_query(store, SQL_DIRECTIVES, VALUES(NUMBER(job)), err);
    struct directive_row row;
    int rc;

    if (!rows)
        return -1;
    while ((rc = db_next(store, rows, err)) == 1) {
        read_row(rows, &row);
        rc = each(arg, &row);
        if (rc != 0)
            break;
    }
    db_finish(rows);
    return rc;
}
