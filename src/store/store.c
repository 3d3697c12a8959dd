/* SPDX-License-Identifier: BSD-2-Clause */
/* Opening, checking and committing: see store.h. */
#include "store/store.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "store/db.h"

#define DB_NAME "erm.db"
#define OPEN_MARK "store.open" /* set while a manager has the store open */
#define BUSY_TIMEOUT_MS 2000

static bool make_room(void *arg)
{
    struct store *store = arg;
    bool has_dropped = ballast_drop(&store->ballast);

    if (!store->is_full || has_dropped)
        log_error(store->log, "the disk with %s is full%s", store->path,
                  has_dropped ? ": writing on into the reserve" : "");
    store->is_full = true;
    return has_dropped;
}

/* Makes the file before SQLite does: with our mode, and never by a link. */
static int make_file(struct store *store, int dir_fd, struct err *err)
{
    int fd = openat(dir_fd, DB_NAME, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
                    0600);
    struct stat st;
    int rc = 0;

    if (fd < 0 || fstat(fd, &st) < 0)
        rc = err_set_errno(err, "cannot open %s", store->path);
    else if (!S_ISREG(st.st_mode) || st.st_uid != geteuid())
        rc = err_set(err, ERR_DENIED, "%s is not a file of yours", store->path);
    else if (st.st_size == 0 && fsync(dir_fd) < 0)
        rc = err_set_errno(err, "cannot write the folder of %s", store->path);
    if (fd >= 0)
        close(fd);
    return rc;
}

static int connect_db(struct store *store, struct err *err)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW |
                SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;

    if (sqlite3_open_v2(store->path, &store->db, flags, store->guard.name) !=
        SQLITE_OK)
        return db_fail(store, err);
    sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS);
    return 0;
}

/* Is this erm's database, and of a version that we know? Comes before all
 * that could change the file. The schema's version, 0: it is empty. */
static int check_version(struct store *store, struct err *err)
{
    int64_t application, version, n_tables;

    if (db_number(store, SQL_APPLICATION_ID, NULL, 0, &application, err) < 0 ||
        db_number(store, SQL_USER_VERSION, NULL, 0, &version, err) < 0 ||
        db_number(store, SQL_COUNT_TABLES, NULL, 0, &n_tables, err) < 0)
        return -1;
    if (n_tables == 0 && version == 0 && application == 0)
        return 0;
    if (application != STORE_APPLICATION_ID || version < 1)
        return err_set(err, ERR_INPUT, "%s is not a database of erm",
                       store->path);
    if (version > STORE_SCHEMA) {
        err_set(err, ERR_CONFLICT,
                "%s was written by a newer erm (schema %lld, this one knows "
                "up to %d)",
                store->path, (long long)version, STORE_SCHEMA);
        return err_hint(err, "use the newer erm, or another --state-dir");
    }
    return (int)version;
}

/* WAL needs shared memory, which does not work across machines. */
static int set_journal_mode(struct store *store, const char *network,
                            struct err *err)
{
    char *mode;

    if (db_text(store, network ? SQL_USE_ROLLBACK : SQL_USE_WAL, NULL, 0, &mode,
                err) < 0)
        return -1;
    if (network)
        log_info(store->log,
                 "%s is on a network file system (%s): using a rollback "
                 "journal, which is slower",
                 store->path, network);
    else if (!mode || strcmp(mode, "wal") != 0)
        log_warning(store->log, "%s: no write-ahead log here, using %s",
                    store->path, mode ? mode : "?");
    free(mode);
    return 0;
}

/* How the file is used. Returns the schema's version, 0: it is empty; or -1. */
static int set_up(struct store *store, const char *network, struct err *err)
{
    int version = check_version(store, err);

    if (version < 0 || set_journal_mode(store, network, err) < 0 ||
        db_exec(store,
                "pragma synchronous = full; pragma temp_store = memory;"
                "pragma cache_size = -4096; pragma cell_size_check = on;"
                "pragma trusted_schema = off",
                err) < 0)
        return -1;
    return version;
}

/* Checking costs about as much as reading the file, so a clean end saves it. */
static int check_last_end(struct store *store, struct err *err)
{
    char *text = NULL;
    bool is_good;

    if (db_text(store, SQL_GET_SETTING, VALUES(TEXT(OPEN_MARK)), &text, err) <
        0)
        return -1;
    store->was_unclean = text != NULL;
    free(text);
    if (!store->was_unclean)
        return 0;
    log_info(store->log, "%s was not closed: checking it", store->path);
    if (db_text(store, SQL_QUICK_CHECK, NULL, 0, &text, err) < 0)
        return -1;
    is_good = text && strcmp(text, "ok") == 0;
    if (!is_good)
        err_set(err, ERR_SYSTEM, "%s is damaged: %s", store->path,
                text ? text : "?");
    free(text);
    return is_good ? 0 : -1;
}

/* Takes the schema from VERSION to ours, all steps or none. */
static int upgrade(struct store *store, int version, struct err *err)
{
    static const char *const steps[STORE_SCHEMA] = STORE_SCHEMA_STEPS;
    struct strbuf sql;
    int rc;

    if (version == STORE_SCHEMA)
        return 0;
    if (version > 0)
        log_info(store->log, "%s: schema %d becomes %d", store->path, version,
                 STORE_SCHEMA);
    strbuf_init(&sql);
    strbuf_add_str(&sql, "begin immediate;");
    for (int i = version; i < STORE_SCHEMA; i++)
        strbuf_add_str(&sql, steps[i]);
    strbuf_add_fmt(&sql,
                   "pragma application_id = %d; pragma user_version = %d;"
                   "commit",
                   STORE_APPLICATION_ID, STORE_SCHEMA);
    rc = db_exec(store, sql.text, err);
    strbuf_release(&sql);
    return rc;
}

/* From what is in the file, whole or in need of a check, to what we use. */
static int make_ready(struct store *store, const char *network, struct err *err)
{
    int version = set_up(store, network, err);

    if (version < 0 || (version > 0 && check_last_end(store, err) < 0))
        return -1;
    return upgrade(store, version, err);
}

static void keep_ballast(struct store *store, int dir_fd)
{
    struct err err;

    err_clear(&err);
    if (ballast_init(&store->ballast, dir_fd, &err) == 0)
        return;
    store->is_full = err.code == ERR_FULL;
    log_warning(store->log, "no reserve for a full disk: %s", err.text);
}

struct store *store_open(const struct state_dir *dir, const struct log *log,
                         struct err *err)
{
    struct store *store = mem_alloc(sizeof(*store));
    struct strbuf path;

    strbuf_init(&path);
    strbuf_add_fmt(&path, "%s/" DB_NAME, dir->path);
    store->path = strbuf_detach(&path);
    store->log = log;
    disk_guard_init(&store->guard, make_room, store);
    keep_ballast(store, dir->fd);
    if (make_file(store, dir->fd, err) < 0 || connect_db(store, err) < 0 ||
        make_ready(store, dir->network, err) < 0 ||
        db_load_counters(store, err) < 0 ||
        store_set_setting(store, OPEN_MARK, "1", err) < 0 ||
        store_commit(store, err) < 0)
        goto error;
    return store;
error:
    /* Whatever is wrong must look the same to the next one who opens it. */
    store->is_broken = true;
    store_close(store);
    return NULL;
}

static void mark_clean(struct store *store)
{
    if (store->transaction != TRANSACTION_NONE)
        sqlite3_exec(store->db, "rollback", NULL, NULL, NULL);
    store->transaction = TRANSACTION_NONE;
    if (store_set_setting(store, OPEN_MARK, NULL, NULL) == 0)
        (void)store_commit(store, NULL);
}

void store_close(struct store *store)
{
    int rc;

    if (!store)
        return;
    if (!store->is_broken)
        mark_clean(store);
    for (int i = 0; i < N_SQL; i++)
        sqlite3_finalize(store->statements[i]);
    /* After a failed fsync the log may hold pages that only seem written. */
    if (store->db && store->is_broken)
        sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    rc = sqlite3_close(store->db);
    assert(rc == SQLITE_OK);
    disk_guard_release(&store->guard);
    free(store->path);
    free(store);
}

/* A checkpoint's fsync fails silently in SQLite, but not here. */
static int check_sync(struct store *store)
{
    if (!store->guard.sync_failed || store->is_broken)
        return 0;
    store->is_broken = true;
    return err_set(&store->failure, ERR_SYSTEM,
                   "%s could not be made durable (fsync failed)", store->path);
}

static int commit_now(struct store *store)
{
    int64_t is_busy;
    int rc;

    rc = db_write(store, SQL_COMMIT, NULL, 0, NULL);
    if (check_sync(store) < 0)
        rc = -1;
    if (rc < 0)
        return -1;
    store->transaction = TRANSACTION_NONE;
    /* On a full disk the log must be used again from its start at once, not
     * grow: so the ballast lasts for thousands of records. */
    if (store->is_full)
        (void)db_number(store, SQL_CHECKPOINT, NULL, 0, &is_busy, NULL);
    return check_sync(store);
}

int store_commit(struct store *store, struct err *err)
{
    if (store->transaction == TRANSACTION_NONE && !store->is_broken)
        return 0;
    if (store->transaction == TRANSACTION_OPEN && !store->is_broken &&
        commit_now(store) == 0)
        return 0;
    store->transaction = TRANSACTION_NONE;
    if (err)
        *err = store->failure;
    return -1;
}

bool store_was_unclean(const struct store *store)
{
    return store->was_unclean;
}

bool store_is_full(const struct store *store)
{
    return store->is_full;
}

bool store_refill(struct store *store)
{
    if (store->is_full && ballast_restore(&store->ballast)) {
        store->is_full = false;
        log_info(store->log, "the disk with %s has room again", store->path);
    }
    return !store->is_full;
}

char *store_get_setting(struct store *store, const char *key, struct err *err)
{
    char *value;

    if (db_text(store, SQL_GET_SETTING, VALUES(TEXT(key)), &value, err) == 0)
        err_set(err, ERR_NOT_FOUND, "the setting %s is not set", key);
    return value;
}

int store_set_setting(struct store *store, const char *key, const char *value,
                      struct err *err)
{
    if (!value)
        return db_write(store, SQL_DROP_SETTING, VALUES(TEXT(key)), err);
    return db_write(store, SQL_SET_SETTING, VALUES(TEXT(key), TEXT(value)),
                    err);
}
