/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/peek.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/strbuf.h"

#define PATIENCE_MS 2000

static char *read_setting(sqlite3 *db, const char *key, struct err *err)
{
    sqlite3_stmt *statement = NULL;
    char *value = NULL;
    int rc = sqlite3_prepare_v2(db, "select value from setting where key = ?1",
                                -1, &statement, NULL);

    if (rc == SQLITE_OK) {
        sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
        rc = sqlite3_step(statement);
    }
    if (rc == SQLITE_ROW)
        value = mem_strdup((const char *)sqlite3_column_text(statement, 0));
    else if (rc == SQLITE_DONE)
        err_set(err, ERR_NOT_FOUND, "the setting %s is not set", key);
    else
        err_set(err, rc == SQLITE_BUSY ? ERR_BUSY : ERR_SYSTEM,
                "cannot read the database: %s", sqlite3_errmsg(db));
    sqlite3_finalize(statement);
    return value;
}

char *peek_setting(const struct state_dir *dir, const char *key,
                   struct err *err)
{
    struct strbuf path;
    sqlite3 *db = NULL;
    char *value = NULL;

    strbuf_init(&path);
    strbuf_add_fmt(&path, "%s/erm.db", dir->path);
    if (faccessat(dir->fd, "erm.db", F_OK, AT_SYMLINK_NOFOLLOW) != 0) {
        err_set(err, ERR_NOT_FOUND, "%s is not there", path.text);
    } else if (sqlite3_open_v2(path.text, &db,
                               SQLITE_OPEN_READONLY | SQLITE_OPEN_NOFOLLOW,
                               NULL) != SQLITE_OK) {
        err_set(err, ERR_SYSTEM, "cannot open %s: %s", path.text,
                sqlite3_errmsg(db));
    } else {
        sqlite3_busy_timeout(db, PATIENCE_MS);
        value = read_setting(db, key, err);
    }
    sqlite3_close(db);
    strbuf_release(&path);
    return value;
}
