/* SPDX-License-Identifier: BSD-2-Clause */
/* The numbers of nodes: see node_table.h. */
#include "store/node_table.h"

#include "store/db.h"

static int64_t add_node(struct store *store, const char *name, uint32_t slots,
                        struct err *err)
{
    if (db_write(store, SQL_ADD_NODE, VALUES(TEXT(name), NUMBER(slots)), err) <
        0)
        return -1;
    return sqlite3_last_insert_rowid(store->db);
}

int64_t store_node_number(struct store *store, const char *name, uint32_t slots,
                          struct err *err)
{
    sqlite3_stmt *row = db_query(store, SQL_FIND_NODE, VALUES(TEXT(name)), err);
    int64_t number = 0, old_slots = 0;
    int rc;

    if (!row)
        return -1;
    rc = db_next(store, row, err);
    if (rc == 1) {
        number = sqlite3_column_int64(row, 0);
        old_slots = sqlite3_column_int64(row, 1);
    }
    db_finish(row);
    if (rc <= 0)
        return rc < 0 ? -1 : add_node(store, name, slots, err);
    if (old_slots != slots &&
        db_write(store, SQL_SET_SLOTS, VALUES(NUMBER(number), NUMBER(slots)),
                 err) < 0)
        return -1;
    return number;
}

int store_set_node_reason(struct store *store, uint32_t number,
                          const char *reason, time_us time, struct err *err)
{
    return db_write(store, SQL_SET_REASON,
                    VALUES(NUMBER(number), TEXT(reason), NUMBER(time)), err);
}

int store_each_node(struct store *store, node_row_f each, void *arg,
                    struct err *err)
{
    sqlite3_stmt *rows = db_query(store, SQL_NODES, NULL, 0, err);
    struct node_row node;
    int rc;

    if (!rows)
        return -1;
    while ((rc = db_next(store, rows, err)) == 1) {
        node = (struct node_row){
            (uint32_t)sqlite3_column_int64(rows, 0), db_column_text(rows, 1),
            (uint32_t)sqlite3_column_int64(rows, 2), db_column_text(rows, 3),
            sqlite3_column_int64(rows, 4)};
        rc = each(arg, &node);
        if (rc != 0)
            break;
    }
    db_finish(rows);
    return rc;
}
