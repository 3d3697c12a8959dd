/* SPDX-License-Identifier: BSD-2-Clause */
/* See learned.h. */
#include "store/learned.h"

#include "store/db.h"

int store_learn_resize(struct store *store, int64_t seq, time_us now,
                       struct err *err)
{
    return db_write(store, SQL_LEARN, VALUES(NUMBER(seq), NUMBER(now)), err);
}

int store_learn_restart(struct store *store, int64_t job, uint32_t attempt,
                        time_us now, struct err *err)
{
    return db_write(store, SQL_LEARN_RESTART,
                    VALUES(NUMBER(job), NUMBER(attempt), NUMBER(now)), err);
}

int store_progress(struct store *store, int64_t job, uint32_t ppm, time_us now,
                   struct err *err)
{
    return db_write(store, SQL_PROGRESS,
                    VALUES(NUMBER(job), NUMBER(ppm), NUMBER(now)), err);
}

dur_us store_learned_cost(struct store *store, const char *name,
                          struct err *err)
{
    int64_t cost;

    if (db_number(store, SQL_LEARNED_COST, VALUES(TEXT(name)), &cost, err) < 0)
        return -1;
    return cost;
}

dur_us store_learned_run(struct store *store, const char *name, struct err *err)
{
    int64_t run;

    if (db_number(store, SQL_LEARNED_RUN, VALUES(TEXT(name)), &run, err) < 0)
        return -1;
    return run;
}

int store_each_learned(struct store *store, const char *name,
                       learned_row_f each, void *arg, struct err *err)
{
    sqlite3_stmt *rows = db_query(store, SQL_LEARNED, VALUES(TEXT(name)), err);
    struct learned_row row;
    int rc;

    if (!rows)
        return -1;
    while ((rc = db_next(store, rows, err)) == 1) {
        row = (struct learned_row){
            .name = db_column_text(rows, 0),
            .op = db_column_text(rows, 1),
            .n_nodes = (uint32_t)sqlite3_column_int64(rows, 2),
            .n = sqlite3_column_int64(rows, 3),
            .seconds = sqlite3_column_double(rows, 4) / USEC_PER_SEC,
            .progress = sqlite3_column_double(rows, 5) / 1e6};
        rc = each(arg, &row);
        if (rc != 0)
            break;
    }
    db_finish(rows);
    return rc;
}
