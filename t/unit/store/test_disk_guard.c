/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "faults.h"
#include "store/disk_guard.h"

struct disk {
    struct disk_guard guard;
    int n_asked; /* how often room was asked for */
    bool has_room;
    sqlite3 *db;
};

static bool make_room(void *arg)
{
    struct disk *disk = arg;

    disk->n_asked++;
    return disk->has_room;
}

static void open_disk(struct disk *disk, const struct world *world,
                      const char *mode)
{
    char path[400];

    faults = (struct faults){0};
    *disk = (struct disk){.has_room = true};
    disk_guard_init(&disk->guard, make_room, disk);
    assert_int_equal(sqlite3_open_v2(world_path(world, "a.db", path), &disk->db,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                                     disk->guard.name),
                     SQLITE_OK);
    assert_int_equal(sqlite3_exec(disk->db, mode, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(disk->db, "create table t(x)", NULL, NULL, NULL),
        SQLITE_OK);
}

static void close_disk(struct disk *disk)
{
    faults = (struct faults){0};
    assert_int_equal(sqlite3_close(disk->db), SQLITE_OK);
    disk_guard_release(&disk->guard);
    assert_null(sqlite3_vfs_find(disk->guard.name));
}

static int insert(struct disk *disk)
{
    return sqlite3_exec(disk->db,
                        "begin; insert into t values(randomblob(20000));"
                        "commit",
                        NULL, NULL, NULL);
}

static int count(struct disk *disk)
{
    sqlite3_stmt *query;
    int n;

    assert_int_equal(sqlite3_prepare_v2(disk->db, "select count(*) from t", -1,
                                        &query, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(query), SQLITE_ROW);
    n = sqlite3_column_int(query, 0);
    sqlite3_finalize(query);
    return n;
}

#define WAL "pragma journal_mode = wal"
#define ROLLBACK "pragma journal_mode = delete"

static void test_stays_out_of_the_way(void **state)
{
    struct disk disk;

    open_disk(&disk, *state, WAL);
    for (int i = 0; i < 10; i++)
        assert_int_equal(insert(&disk), SQLITE_OK);
    assert_int_equal(count(&disk), 10);
    assert_int_equal(disk.n_asked, 0);
    assert_false(disk.guard.sync_failed);
    close_disk(&disk);
}

static void check_full(struct world *world, const char *mode, int error)
{
    struct disk disk;

    open_disk(&disk, world, mode);
    faults.write_error = error;
    faults.n_writes = 1;
    assert_int_equal(insert(&disk), SQLITE_OK);
    assert_int_equal(disk.n_asked, 1);
    assert_int_equal(faults.n_writes, 0);
    assert_int_equal(count(&disk), 1);
    close_disk(&disk);
    assert_int_equal(
        unlinkat(AT_FDCWD, world_path(world, "a.db", (char[400]){0}), 0), 0);
}

static void test_full_disk_is_not_noticed_when_there_is_room(void **state)
{
    check_full(*state, WAL, ENOSPC);
    check_full(*state, ROLLBACK, ENOSPC);
}

static void test_full_quota_is_a_full_disk(void **state)
{
    check_full(*state, WAL, EDQUOT);
    check_full(*state, ROLLBACK, EDQUOT);
}

static void test_without_room_it_is_full(void **state)
{
    const int errors[] = {ENOSPC, EDQUOT};
    struct disk disk;

    open_disk(&disk, *state, WAL);
    disk.has_room = false;
    for (int i = 0; i < 2; i++) {
        faults.write_error = errors[i];
        faults.n_writes = -1;
        assert_int_equal(insert(&disk), SQLITE_FULL);
        faults.n_writes = 0;
        sqlite3_exec(disk.db, "rollback", NULL, NULL, NULL);
        assert_int_equal(insert(&disk), SQLITE_OK);
        assert_int_equal(count(&disk), i + 1);
    }
    close_disk(&disk);
}

static void test_is_tried_once_more_only(void **state)
{
    struct disk disk;

    open_disk(&disk, *state, WAL);
    faults.write_error = ENOSPC;
    faults.n_writes = 2;
    assert_int_equal(insert(&disk), SQLITE_FULL);
    assert_int_equal(disk.n_asked, 1);
    sqlite3_exec(disk.db, "rollback", NULL, NULL, NULL);
    close_disk(&disk);
}

static void test_other_errors_are_not_tried_again(void **state)
{
    struct disk disk;

    open_disk(&disk, *state, WAL);
    faults.write_error = EIO;
    faults.n_writes = 1;
    assert_int_equal(insert(&disk), SQLITE_IOERR);
    assert_int_equal(disk.n_asked, 0);
    sqlite3_exec(disk.db, "rollback", NULL, NULL, NULL);
    close_disk(&disk);
}

static void test_remembers_a_failed_sync(void **state)
{
    struct disk disk;

    open_disk(&disk, *state, "pragma synchronous = full;" WAL);
    faults.sync_error = EIO;
    faults.n_syncs = 0;
    assert_int_not_equal(insert(&disk), SQLITE_OK);
    assert_true(faults.n_syncs > 0);
    assert_true(disk.guard.sync_failed);
    sqlite3_exec(disk.db, "rollback", NULL, NULL, NULL);
    close_disk(&disk);
}

static void test_two_guards_do_not_mix(void **state)
{
    struct world *world = *state;
    struct disk_guard other;
    struct disk disk;

    disk_guard_init(&other, make_room, &disk);
    open_disk(&disk, world, WAL);
    assert_string_not_equal(other.name, disk.guard.name);
    assert_int_equal(insert(&disk), SQLITE_OK);
    disk_guard_release(&other);
    assert_int_equal(insert(&disk), SQLITE_OK);
    close_disk(&disk);
}

static void test_missing_file_fails_cleanly(void **state)
{
    struct disk disk = {.has_room = true};

    (void)state;
    disk_guard_init(&disk.guard, make_room, &disk);
    assert_int_equal(sqlite3_open_v2("/no/such/folder/a.db", &disk.db,
                                     SQLITE_OPEN_READWRITE, disk.guard.name),
                     SQLITE_CANTOPEN);
    close_disk(&disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_stays_out_of_the_way),
        TEST(test_full_disk_is_not_noticed_when_there_is_room),
        TEST(test_full_quota_is_a_full_disk),
        TEST(test_without_room_it_is_full),
        TEST(test_is_tried_once_more_only),
        TEST(test_other_errors_are_not_tried_again),
        TEST(test_remembers_a_failed_sync),
        TEST(test_two_guards_do_not_mix),
        TEST(test_missing_file_fails_cleanly),
    };
    return RUN(tests);
}
