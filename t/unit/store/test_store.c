/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <sqlite3.h>

#include "faults.h"
#include "store/history_view.h"
#include "store/journal.h"

/* Mends the disk also when a test has failed half way. */
static int heal(void **state)
{
    faults = (struct faults){0};
    return world_teardown(state);
}

#define FAULTY_TEST(f) \
    cmocka_unit_test_setup_teardown(f, world_setup_store, heal)

static int64_t add(struct store *store, struct err *err)
{
    return store_add_record(store, 1, 7, "exited",
                            "{\"job\":7,\"code\":0,\"signal\":0}", err);
}

static int64_t add_durably(struct store *store, struct err *err)
{
    int64_t seq = add(store, err);

    return store_commit(store, err) < 0 ? -1 : seq;
}

/* Changes the database behind the store's back, while it is closed. */
static void meddle(const struct world *world, const char *sql)
{
    char path[400];
    sqlite3 *db;

    assert_int_equal(sqlite3_open(world_path(world, ".erm/erm.db", path), &db),
                     SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void assert_opening_fails(struct world *world, enum err_code code,
                                 const char *text)
{
    assert_int_equal(world_open(world), -1);
    assert_string_equal(err_code_name(world->err.code), err_code_name(code));
    assert_contains(world->err.text, text);
    assert_contains(world->err.text, world->dir.path);
    state_dir_close(&world->dir);
}

static char *read_log(FILE *stream, char *buf, size_t size)
{
    size_t n;

    rewind(stream);
    n = fread(buf, 1, size - 1, stream);
    buf[n] = '\0';
    return buf;
}

/* ---- opening ---- */

static void test_database_is_private_and_named(void **state)
{
    struct world *world = *state;
    char head[100];
    struct stat st;
    int fd;

    world_close(world);
    fd = open(world->erm, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(fstatat(fd, "erm.db", &st, 0), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    /* after a clean end one file holds it all */
    assert_int_equal(faccessat(fd, "erm.db-wal", F_OK, 0), -1);
    close(fd);
    fd = open(world_path(world, ".erm/erm.db", (char[400]){0}),
              O_RDONLY | O_CLOEXEC);
    assert_int_equal(read(fd, head, sizeof(head)), sizeof(head));
    assert_memory_equal(head + 68, "erm1", 4);
    close(fd);
}

static void test_what_is_committed_is_there_again(void **state)
{
    struct world *world = *state;

    assert_int_equal(add(world->store, NULL), 1);
    assert_int_equal(add(world->store, NULL), 2);
    assert_int_equal(store_commit(world->store, NULL), 0);
    assert_int_equal(add(world->store, NULL), 3); /* is not */
    world_reopen(world);
    assert_int_equal(store_last_seq(world->store), 2);
    assert_false(store_was_unclean(world->store));
}

static void test_commit_of_nothing_costs_nothing(void **state)
{
    struct world *world = *state;

    faults = (struct faults){0};
    assert_int_equal(store_commit(world->store, NULL), 0);
    assert_int_equal(faults.n_syncs, 0);
    assert_int_equal(add_durably(world->store, NULL), 1);
    assert_true(faults.n_syncs > 0);
}

static void test_newer_schema_is_refused_untouched(void **state)
{
    struct world *world = *state;

    world_close(world);
    meddle(world, "pragma user_version = 3");
    assert_opening_fails(world, ERR_CONFLICT, "newer erm (schema 3");
    assert_contains(world->err.hint, "newer erm");
    meddle(world, "pragma user_version = 2");
    assert_int_equal(world_open(world), 0);
    assert_false(store_was_unclean(world->store));
}

static void test_foreign_database_is_refused(void **state)
{
    struct world *world = *state;
    char path[400];

    assert_int_equal(state_dir_open(&world->dir, world->erm, true, NULL), 0);
    state_dir_close(&world->dir);
    meddle(world, "create table precious(x); insert into precious values(1)");
    assert_opening_fails(world, ERR_INPUT, "is not a database of erm");
    meddle(world, "select * from precious");
    world_path(world, ".erm/erm.db", path);
    assert_int_equal(unlink(path), 0);
    write_text(path, "Dear diary, today I learned that not every file whose "
                     "name ends in .db is a database. It was a sad day.\n");
    assert_opening_fails(world, ERR_SYSTEM, "not a database");
}

static void test_planted_link_is_refused(void **state)
{
    struct world *world = *state;
    char path[400];

    world_close(world);
    assert_int_equal(unlink(world_path(world, ".erm/erm.db", path)), 0);
    assert_int_equal(symlink("victim", path), 0);
    assert_opening_fails(world, ERR_SYSTEM, "cannot open");
    assert_int_equal(access(world_path(world, ".erm/victim", path), F_OK), -1);
}

/* ---- damage ---- */

static void fill(struct world *world, int n)
{
    for (int i = 0; i < n; i++)
        assert_true(add(world->store, NULL) > 0);
    assert_int_equal(store_commit(world->store, NULL), 0);
}

static void overwrite(const struct world *world, off_t at, size_t n)
{
    char junk[8192], path[400];
    int fd = open(world_path(world, ".erm/erm.db", path), O_WRONLY | O_CLOEXEC);

    memset(junk, 0x5a, sizeof(junk));
    assert_true(n <= sizeof(junk));
    assert_int_equal(pwrite(fd, junk, n, at), n);
    close(fd);
}

static void test_damaged_head_is_refused(void **state)
{
    struct world *world = *state;

    fill(world, 1000);
    world_close(world);
    overwrite(world, 0, 100);
    assert_opening_fails(world, ERR_SYSTEM, "is damaged");
    assert_contains(world->err.hint, ".recover");
}

static void be_killed_open(void *arg)
{
    struct world *world = arg;

    MUST(world_open(world) == 0);
    raise(SIGKILL);
}

static void test_damaged_pages_are_found_after_an_unclean_end(void **state)
{
    struct world *world = *state;

    fill(world, 5000);
    world_close(world);
    assert_int_equal(in_child(be_killed_open, world), 128 + SIGKILL);
    meddle(world, "pragma wal_checkpoint(truncate)");
    overwrite(world, 40 * 4096, 8192);
    assert_opening_fails(world, ERR_SYSTEM, "is damaged");
}

static void test_cut_file_is_refused(void **state)
{
    struct world *world = *state;
    struct err *err = &world->err;
    char path[400];
    int rc;

    fill(world, 5000);
    world_close(world);
    assert_int_equal(
        truncate(world_path(world, ".erm/erm.db", path), 30 * 4096 + 100), 0);
    rc = world_open(world);
    if (rc == 0) {
        rc = (int)add(world->store, err);
        rc = rc < 0 ? -1 : store_commit(world->store, err);
    }
    assert_int_equal(rc, -1);
    assert_int_equal(err->code, ERR_SYSTEM);
    assert_contains(err->text, "is damaged");
}

static void test_unclean_end_is_seen_once(void **state)
{
    struct world *world = *state;

    world_close(world);
    assert_int_equal(in_child(be_killed_open, world), 128 + SIGKILL);
    assert_int_equal(world_open(world), 0);
    assert_true(store_was_unclean(world->store));
    world_reopen(world);
    assert_false(store_was_unclean(world->store));
}

/* ---- a disk that fails ---- */

static void test_failed_fsync_stops_all_writing(void **state)
{
    struct world *world = *state;

    assert_int_equal(add_durably(world->store, NULL), 1);
    faults = (struct faults){.sync_error = EIO};
    assert_int_equal(add_durably(world->store, &world->err), -1);
    assert_int_equal(world->err.code, ERR_SYSTEM);
    assert_int_equal(faults.n_syncs, 1); /* never tried again */
    faults = (struct faults){0};
    err_clear(&world->err);
    assert_int_equal(add(world->store, &world->err), -1);
    assert_int_equal(world->err.code, ERR_SYSTEM);
    err_clear(&world->err);
    assert_int_equal(store_commit(world->store, &world->err), -1);
    assert_int_equal(world->err.code, ERR_SYSTEM);
    assert_true(world->err.text[0]);
    assert_int_equal(faults.n_syncs, 0);
    world_reopen(world);
    assert_true(store_was_unclean(world->store));
    assert_in_range(store_last_seq(world->store), 1, 2);
}

/* SQLite itself does not tell that the fsync of a checkpoint has failed. */
static void test_failed_fsync_of_a_checkpoint_counts_too(void **state)
{
    struct world *world = *state;
    int rc = 0, i;

    faults = (struct faults){0};
    for (i = 0; i < 100 && rc == 0; i++) {
        for (int j = 0; j < 500; j++)
            add(world->store, NULL);
        faults.n_syncs = 0;
        faults.sync_error = 0;
        rc = store_commit(world->store, NULL);
        if (faults.n_syncs > 1)
            break; /* that one had a checkpoint: of the size known now */
    }
    assert_in_range(i, 1, 99);
    faults.sync_error = 0;
    world_reopen(world);
    for (int round = 0; round <= i && rc == 0; round++) {
        for (int j = 0; j < 500; j++)
            add(world->store, NULL);
        faults.sync_error = round == i ? EIO : 0;
        rc = store_commit(world->store, &world->err);
    }
    faults = (struct faults){0};
    assert_int_equal(rc, -1);
    assert_int_equal(world->err.code, ERR_SYSTEM);
    assert_int_equal(add(world->store, NULL), -1);
}

static void test_write_error_loses_the_transaction_only(void **state)
{
    struct world *world = *state;

    assert_int_equal(add_durably(world->store, NULL), 1);
    assert_int_equal(add_durably(world->store, NULL), 2);
    faults = (struct faults){.write_error = EIO, .n_writes = -1};
    assert_int_equal(add_durably(world->store, &world->err), -1);
    assert_int_equal(world->err.code, ERR_SYSTEM);
    assert_contains(world->err.text, "Input/output error");
    faults = (struct faults){0};
    world_reopen(world);
    assert_int_equal(store_last_seq(world->store), 2);
    assert_int_equal(add_durably(world->store, NULL), 3);
}

static void test_locked_database_is_told(void **state)
{
    struct world *world = *state;
    char path[400];
    sqlite3 *db;

    assert_int_equal(sqlite3_open(world_path(world, ".erm/erm.db", path), &db),
                     SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "begin immediate", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(add(world->store, &world->err), -1); /* after 2 s */
    assert_int_equal(world->err.code, ERR_BUSY);
    assert_int_equal(sqlite3_exec(db, "rollback", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(store_commit(world->store, &world->err), -1);
    assert_int_equal(world->err.code, ERR_BUSY);
    assert_int_equal(add_durably(world->store, NULL), 1);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void test_reader_does_not_disturb(void **state)
{
    struct world *world = *state;
    char path[400];
    sqlite3 *db;

    assert_int_equal(add_durably(world->store, NULL), 1);
    assert_int_equal(sqlite3_open(world_path(world, ".erm/erm.db", path), &db),
                     SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "begin; select count(*) from journal",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(add_durably(world->store, NULL), 2);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* ---- a full disk ---- */

static void open_on_small_disk(struct world *world, const char *size,
                               const char *network)
{
    mount_small_disk(world, size);
    MUST(state_dir_open(&world->dir, world->erm, true, &world->err) == 0);
    world->dir.network = network;
    world->store = store_open(&world->dir, NULL, &world->err);
    MUST(world->store);
}

static void remove_filler(const struct world *world)
{
    char path[400];

    MUST(unlink(world_path(world, "filler", path)) == 0);
}

/* Fills the disk, then adds records one by one until none goes in any more;
 * returns how many did. */
static int64_t live_on_ballast(struct world *world)
{
    int64_t before = store_last_seq(world->store), seq;

    MUST(!store_is_full(world->store));
    fill_disk(world->folder, 0);
    do {
        seq = add_durably(world->store, &world->err);
    } while (seq > 0 && seq < before + 20000);
    MUST(store_is_full(world->store));
    MUST(!store_refill(world->store));
    return store_last_seq(world->store) - before;
}

static void use_up_the_ballast(void *arg)
{
    struct world *world = arg;
    int64_t n, seq;

    open_on_small_disk(world, "4m", NULL);
    MUST(add_durably(world->store, &world->err) == 1);
    n = live_on_ballast(world);
    MUST(n >= 2000);
    if (n < 20000) {
        MUST(world->err.code == ERR_FULL);
        MUST(strstr(world->err.text, "is full"));
    }
    /* nothing is half there, and all goes on when there is room */
    seq = store_last_seq(world->store);
    remove_filler(world);
    MUST(store_refill(world->store) && !store_is_full(world->store));
    MUST(add_durably(world->store, NULL) == seq + 1);
    world_close(world);
    MUST(world_open(world) == 0);
    MUST(store_last_seq(world->store) == seq + 1);
    MUST(!store_was_unclean(world->store));
    world_close(world);
    print_message("%lld records of the ballast's 1 MiB\n", (long long)n);
}

static void test_ballast_keeps_thousands_of_records(void **state)
{
    assert_small_disk_child(in_child(use_up_the_ballast, *state));
}

static void use_up_the_ballast_by_rollback_journal(void *arg)
{
    struct world *world = arg;

    open_on_small_disk(world, "4m", "nfs");
    MUST(add_durably(world->store, &world->err) == 1);
    MUST(live_on_ballast(world) >= 2000);
    remove_filler(world);
    MUST(store_refill(world->store));
    MUST(add_durably(world->store, NULL) > 2001);
    world_close(world);
}

static void test_ballast_serves_the_rollback_journal_too(void **state)
{
    assert_small_disk_child(
        in_child(use_up_the_ballast_by_rollback_journal, *state));
}

static void end_jobs_on_a_full_disk(void *arg)
{
    struct world *world = arg;
    struct new_job job = {.name = "a", .spec = "{}", .submitted = 1};
    struct job_end end = {.attempt = 1, .time = 9, .state = "completed"};
    int64_t ended, failed;

    open_on_small_disk(world, "1m", NULL); /* a quarter of it is ballast */
    for (job.id = 1; job.id <= 200; job.id++) {
        store_add_job(world->store, &job, NULL);
        store_job_started(world->store, job.id, 1, 2, NULL);
        store_phase(world->store, job.id, 1, 2, "n1", 1, "start", NULL);
    }
    MUST(store_commit(world->store, NULL) == 0);
    fill_disk(world->folder, 0);
    for (end.id = 1; end.id <= 200; end.id++) {
        store_job_ended(world->store, &end, NULL);
        MUST(add_durably(world->store, &world->err) == end.id);
    }
    MUST(store_is_full(world->store));
    store_close(world->store);
    world->store = store_open(&world->dir, NULL, &world->err);
    MUST(world->store);
    store_count_ended(world->store, &ended, &failed);
    MUST(ended == 200 && failed == 0);
    MUST(store_last_seq(world->store) == 200);
    world_close(world);
}

static void test_running_jobs_can_end_on_a_full_disk(void **state)
{
    assert_small_disk_child(in_child(end_jobs_on_a_full_disk, *state));
}

static void open_on_a_full_disk(void *arg)
{
    struct world *world = arg;

    open_on_small_disk(world, "4m", NULL);
    MUST(add_durably(world->store, NULL) == 1);
    world_close(world);
    fill_disk(world->folder, 0);
    MUST(world_open(world) == 0); /* thanks to the ballast */
    MUST(store_is_full(world->store));
    MUST(add_durably(world->store, NULL) == 2);
    world_close(world);
}

static void test_opens_on_a_full_disk(void **state)
{
    assert_small_disk_child(in_child(open_on_a_full_disk, *state));
}

static void begin_on_a_full_disk(void *arg)
{
    struct world *world = arg;

    mount_small_disk(world, "1m");
    fill_disk(world->folder, 8192);
    MUST(world_open(world) == -1);
    MUST(world->err.code == ERR_FULL);
}

static void test_new_store_on_a_full_disk_is_refused(void **state)
{
    assert_small_disk_child(in_child(begin_on_a_full_disk, *state));
}

static void test_full_disk_is_logged_once(void **state)
{
    struct world *world = *state;
    struct log log = {tmpfile(), LOG_INFO, false};
    char text[2000], *found;

    world_close(world);
    assert_int_equal(state_dir_open(&world->dir, world->erm, true, NULL), 0);
    world->store = store_open(&world->dir, &log, NULL);
    faults = (struct faults){.write_error = ENOSPC, .n_writes = 1};
    assert_int_equal(add_durably(world->store, NULL), 1);
    assert_true(store_is_full(world->store));
    faults = (struct faults){.write_error = ENOSPC, .n_writes = 1};
    assert_int_equal(add_durably(world->store, &world->err), -1);
    assert_int_equal(world->err.code, ERR_FULL);
    faults = (struct faults){0};
    assert_true(store_refill(world->store));
    read_log(log.stream, text, sizeof(text));
    found = strstr(text, "is full: writing on into the reserve");
    assert_non_null(found);
    assert_null(strstr(found + 1, "is full"));
    assert_contains(text, "has room again");
    store_close(world->store);
    world->store = NULL;
    fclose(log.stream);
}

/* ---- a network file system ---- */

static void test_network_uses_a_rollback_journal_and_says_so(void **state)
{
    struct world *world = *state;
    struct log log = {tmpfile(), LOG_INFO, false};
    char text[2000], path[400];

    assert_int_equal(add_durably(world->store, NULL), 1);
    world_close(world);
    assert_int_equal(state_dir_open(&world->dir, world->erm, true, NULL), 0);
    world->dir.network = "lustre";
    world->store = store_open(&world->dir, &log, &world->err);
    assert_non_null(world->store);
    assert_int_equal(add_durably(world->store, NULL), 2);
    assert_int_equal(access(world_path(world, ".erm/erm.db-wal", path), F_OK),
                     -1);
    assert_contains(read_log(log.stream, text, sizeof(text)), "(lustre)");
    assert_contains(text, "rollback");
    store_close(world->store);
    world->store = NULL;
    state_dir_close(&world->dir);
    fclose(log.stream);
    assert_int_equal(world_open(world), 0); /* and back again */
    assert_int_equal(add_durably(world->store, NULL), 3);
    assert_int_equal(access(world_path(world, ".erm/erm.db-wal", path), F_OK),
                     0);
}

/* ---- killed at any instant ---- */

struct victim {
    struct world *world;
    int ack; /* a pipe: the last number known to be durable */
    uint32_t seed;
};

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* Each transaction adds a job and some records about it. */
static void write_until_killed(struct victim *victim)
{
    struct store *store;
    struct new_job job = {.name = "v", .spec = "{\"command\":\"true\"}"};
    int64_t seq = 0;

    MUST(world_open(victim->world) == 0);
    store = victim->world->store;
    for (;;) {
        uint32_t n = 1 + next_random(&victim->seed) % 40;
        job.id = store_max_job_id(store, NULL) + 1;
        MUST(store_add_job(store, &job, NULL) == 0);
        for (uint32_t i = 0; i < n; i++)
            seq = store_add_record(store, i, job.id, i ? "more" : "submit",
                                   "{}", NULL);
        if (next_random(&victim->seed) % 16 == 0)
            MUST(store_save_snapshot(store, seq, "{}", NULL) == 0);
        MUST(store_commit(store, NULL) == 0);
        MUST(write(victim->ack, &seq, sizeof(seq)) == sizeof(seq));
    }
}

/* Reads what the child reports, kills it at some point; returns the last. */
static int64_t kill_while_writing(struct world *world, uint32_t *seed)
{
    struct victim victim = {.world = world, .seed = next_random(seed)};
    uint32_t patience = next_random(seed) % 30;
    int64_t seq, last = 0;
    int ends[2];
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        close(ends[0]);
        victim.ack = ends[1];
        write_until_killed(&victim);
    }
    close(ends[1]);
    while (patience-- > 0 && read(ends[0], &seq, sizeof(seq)) == sizeof(seq))
        last = seq;
    usleep(next_random(seed) % 3000);
    kill(child, SIGKILL);
    while (read(ends[0], &seq, sizeof(seq)) == sizeof(seq))
        last = seq;
    assert_int_equal(waitpid(child, NULL, 0), child);
    close(ends[0]);
    return last;
}

struct tally {
    int64_t n_records, n_submits;
};

static int tally_record(void *arg, const struct record *record)
{
    struct tally *tally = arg;

    tally->n_records++;
    tally->n_submits += strcmp(record->type, "submit") == 0;
    return 0;
}

static void test_survives_being_killed_at_any_instant(void **state)
{
    struct world *world = *state;
    uint32_t seed = 20261123;
    int64_t durable = 0, last;

    world_close(world);
    for (int round = 0; round < 30; round++) {
        struct tally tally = {0};
        last = kill_while_writing(world, &seed);
        if (last > durable)
            durable = last;
        if (world_open(world) < 0)
            fail_msg("round %d: %s", round, world->err.text);
        last = store_last_seq(world->store);
        assert_true(last >= durable);
        assert_int_equal(store_each_record(world->store, 1, 0, tally_record,
                                           &tally, &world->err),
                         0);
        /* no gap, and no transaction is there by halves */
        assert_int_equal(tally.n_records, last);
        assert_int_equal(tally.n_submits, store_max_job_id(world->store, NULL));
        durable = last;
        world_close(world);
    }
    assert_true(durable > 0);
}

/* ---- settings ---- */

static void test_settings_are_kept(void **state)
{
    struct world *world = *state;
    char *value;

    assert_null(store_get_setting(world->store, "mode", &world->err));
    assert_int_equal(world->err.code, ERR_NOT_FOUND);
    assert_int_equal(store_set_setting(world->store, "mode", "rigid", NULL), 0);
    assert_int_equal(store_set_setting(world->store, "mode", "elastic", NULL),
                     0);
    assert_int_equal(store_set_setting(world->store, "empty", "", NULL), 0);
    assert_int_equal(store_commit(world->store, NULL), 0);
    world_reopen(world);
    value = store_get_setting(world->store, "mode", NULL);
    assert_string_equal(value, "elastic");
    free(value);
    value = store_get_setting(world->store, "empty", NULL);
    assert_string_equal(value, "");
    free(value);
    assert_int_equal(store_set_setting(world->store, "mode", NULL, NULL), 0);
    assert_null(store_get_setting(world->store, "mode", NULL));
}

static void test_closing_nothing_is_fine(void **state)
{
    (void)state;
    store_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(test_database_is_private_and_named),
        STORE_TEST(test_what_is_committed_is_there_again),
        FAULTY_TEST(test_commit_of_nothing_costs_nothing),
        STORE_TEST(test_newer_schema_is_refused_untouched),
        TEST(test_foreign_database_is_refused),
        STORE_TEST(test_planted_link_is_refused),
        STORE_TEST(test_damaged_head_is_refused),
        STORE_TEST(test_damaged_pages_are_found_after_an_unclean_end),
        STORE_TEST(test_cut_file_is_refused),
        STORE_TEST(test_unclean_end_is_seen_once),
        FAULTY_TEST(test_failed_fsync_stops_all_writing),
        FAULTY_TEST(test_failed_fsync_of_a_checkpoint_counts_too),
        FAULTY_TEST(test_write_error_loses_the_transaction_only),
        STORE_TEST(test_locked_database_is_told),
        STORE_TEST(test_reader_does_not_disturb),
        TEST(test_ballast_keeps_thousands_of_records),
        TEST(test_ballast_serves_the_rollback_journal_too),
        TEST(test_running_jobs_can_end_on_a_full_disk),
        TEST(test_opens_on_a_full_disk),
        TEST(test_new_store_on_a_full_disk_is_refused),
        FAULTY_TEST(test_full_disk_is_logged_once),
        STORE_TEST(test_network_uses_a_rollback_journal_and_says_so),
        STORE_TEST(test_survives_being_killed_at_any_instant),
        STORE_TEST(test_settings_are_kept),
        TEST(test_closing_nothing_is_fine),
    };
    return RUN(tests);
}
