/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <sqlite3.h>

#include "store/journal.h"

static int64_t add(struct world *world, const char *text)
{
    int64_t seq = store_add_record(world->store, 1000, 7, "offer", text, NULL);

    assert_true(seq > 0);
    return seq;
}

static void add_many(struct world *world, int n)
{
    for (int i = 0; i < n; i++)
        add(world, "{}");
    assert_int_equal(store_commit(world->store, NULL), 0);
}

/* Changes the database behind the store's back. */
static void meddle(struct world *world, const char *sql)
{
    char path[400];
    sqlite3 *db;

    assert_int_equal(store_commit(world->store, NULL), 0);
    world_close(world);
    assert_int_equal(sqlite3_open(world_path(world, ".erm/erm.db", path), &db),
                     SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_int_equal(world_open(world), 0);
}

/* What an iteration has seen. */
struct seen {
    int n, stop_at;
    int64_t first, last;
    char text[100];
};

static int see(void *arg, const struct record *record)
{
    struct seen *seen = arg;

    if (seen->n++ == 0)
        seen->first = record->seq;
    seen->last = record->seq;
    snprintf(seen->text, sizeof(seen->text), "%lld %lld %s %s",
             (long long)record->time, (long long)record->job, record->type,
             record->text);
    return seen->n == seen->stop_at ? 42 : 0;
}

static struct seen look(struct world *world, int64_t from, int64_t limit)
{
    struct seen seen = {0};

    if (store_each_record(world->store, from, limit, see, &seen, &world->err))
        fail_msg("%s", world->err.text);
    return seen;
}

/* ---- records ---- */

static void test_records_are_numbered_from_1(void **state)
{
    struct world *world = *state;
    struct seen seen;

    assert_int_equal(store_last_seq(world->store), 0);
    assert_int_equal(look(world, 1, 0).n, 0);
    assert_int_equal(add(world, "{\"a\":1}"), 1);
    assert_int_equal(add(world, "{\"b\":2}"), 2);
    assert_int_equal(store_last_seq(world->store), 2);
    seen = look(world, 0, 0);
    assert_int_equal(seen.n, 2);
    assert_int_equal(seen.first, 1);
    assert_string_equal(seen.text, "1000 7 offer {\"b\":2}");
}

static void test_numbering_goes_on_after_reopening(void **state)
{
    struct world *world = *state;

    add_many(world, 3);
    add(world, "lost, as it is not committed");
    world_reopen(world);
    assert_int_equal(add(world, "{}"), 4);
    assert_int_equal(store_commit(world->store, NULL), 0);
    assert_int_equal(look(world, 1, 0).last, 4);
}

static void test_any_part_can_be_read(void **state)
{
    struct world *world = *state;
    struct seen seen;

    add_many(world, 10);
    seen = look(world, 4, 3);
    assert_int_equal(seen.first, 4);
    assert_int_equal(seen.last, 6);
    seen = look(world, 9, 100);
    assert_int_equal(seen.n, 2);
    assert_int_equal(look(world, 11, 0).n, 0);
}

static void test_reader_can_stop(void **state)
{
    struct world *world = *state;
    struct seen seen = {.stop_at = 3};

    add_many(world, 10);
    assert_int_equal(
        store_each_record(world->store, 1, 0, see, &seen, &world->err), 42);
    assert_int_equal(seen.n, 3);
    assert_int_equal(look(world, 1, 0).n, 10);
}

static void test_any_text_comes_back_as_it_was(void **state)
{
    struct world *world = *state;
    char *big = mem_alloc(3000001);

    add(world, "");
    assert_string_equal(look(world, 1, 0).text, "1000 7 offer ");
    add(world, "'); drop table journal; -- \xc3\xa9 \xff\n\t\"");
    assert_string_equal(
        look(world, 2, 0).text,
        "1000 7 offer '); drop table journal; -- \xc3\xa9 \xff\n\t\"");
    memset(big, 'x', 3000000);
    add(world, big);
    assert_int_equal(look(world, 3, 0).n, 1);
    free(big);
}

/* ---- damage ---- */

static void assert_damaged_at(struct world *world, const char *text)
{
    struct seen seen = {0};

    assert_int_equal(
        store_each_record(world->store, 1, 0, see, &seen, &world->err), -1);
    assert_int_equal(world->err.code, ERR_INPUT);
    assert_contains(world->err.text, text);
}

static void test_missing_record_is_found(void **state)
{
    struct world *world = *state;

    add_many(world, 10);
    meddle(world, "delete from journal where seq = 5");
    assert_damaged_at(world, "record 5 is missing");
}

static void test_each_changed_field_is_found(void **state)
{
    const char *const changes[] = {
        "update journal set time = time + 1 where seq = 5",
        "update journal set job = 8 where seq = 5",
        "update journal set type = 'offes' where seq = 5",
        "update journal set text = '{ }' where seq = 5",
        "update journal set sum = sum + 1 where seq = 5",
        "update journal set seq = 15 where seq = 5;"
        "update journal set seq = 5 where seq = 6;",
    };
    struct world *world = *state;

    add_many(world, 10);
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        meddle(world, "create table old as select * from journal");
        meddle(world, changes[i]);
        assert_damaged_at(world, "record 5 has a wrong sum");
        meddle(world, "delete from journal;"
                      "insert into journal select * from old;"
                      "drop table old");
        assert_int_equal(look(world, 1, 0).n, 10);
    }
}

/* ---- snapshots ---- */

static void assert_snapshot(struct world *world, int64_t seq, const char *text)
{
    int64_t found_seq;
    char *found;

    if (store_load_snapshot(world->store, &found_seq, &found, &world->err) != 1)
        fail_msg("no snapshot: %s", world->err.text);
    assert_int_equal(found_seq, seq);
    assert_string_equal(found, text);
    free(found);
}

static void save(struct world *world, int64_t seq, const char *text)
{
    if (store_save_snapshot(world->store, seq, text, &world->err) < 0)
        fail_msg("%s", world->err.text);
}

static void test_no_snapshot(void **state)
{
    struct world *world = *state;
    int64_t seq = 9;
    char *text = world->folder;

    assert_int_equal(store_load_snapshot(world->store, &seq, &text, NULL), 0);
    assert_int_equal(seq, 0);
    assert_null(text);
}

static void test_newest_snapshot_is_loaded(void **state)
{
    struct world *world = *state;

    add_many(world, 30);
    save(world, 10, "ten");
    assert_snapshot(world, 10, "ten");
    save(world, 20, "twenty");
    save(world, 30, "thirty");
    assert_int_equal(store_commit(world->store, NULL), 0);
    world_reopen(world);
    assert_snapshot(world, 30, "thirty");
    save(world, 30, "thirty anew");
    assert_snapshot(world, 30, "thirty anew");
}

static void test_two_snapshots_are_kept(void **state)
{
    struct world *world = *state;
    int64_t seq;
    char *text;

    add_many(world, 40);
    for (int i = 10; i <= 40; i += 10)
        save(world, i, "good");
    meddle(world, "update snapshot set text = 'bad' where seq = 40");
    assert_snapshot(world, 30, "good");
    meddle(world, "update snapshot set sum = 0 where seq = 30");
    assert_int_equal(
        store_load_snapshot(world->store, &seq, &text, &world->err), -1);
    assert_int_equal(world->err.code, ERR_INPUT);
    assert_null(text);
}

static void test_damaged_snapshot_is_logged(void **state)
{
    struct world *world = *state;
    struct log log = {tmpfile(), LOG_INFO, false};
    char line[300];
    int64_t seq;
    char *text;

    add_many(world, 20);
    save(world, 10, "good");
    save(world, 20, "good");
    meddle(world, "update snapshot set text = 'bad' where seq = 20");
    store_close(world->store);
    world->store = store_open(&world->dir, &log, NULL);
    assert_int_equal(store_load_snapshot(world->store, &seq, &text, NULL), 1);
    assert_int_equal(seq, 10);
    free(text);
    rewind(log.stream);
    assert_non_null(fgets(line, sizeof(line), log.stream));
    assert_contains(line, "snapshot of record 20 is damaged");
    store_close(world->store);
    world->store = NULL;
    fclose(log.stream);
}

static void test_records_that_a_replay_needs_must_be_there(void **state)
{
    struct world *world = *state;
    int64_t seq;
    char *text;

    add_many(world, 20);
    meddle(world, "delete from journal where seq <= 5");
    assert_int_equal(
        store_load_snapshot(world->store, &seq, &text, &world->err), -1);
    assert_int_equal(world->err.code, ERR_INPUT);
    assert_contains(world->err.text, "record 1 is missing");
    save(world, 5, "five");
    assert_snapshot(world, 5, "five");
    meddle(world, "delete from journal where seq <= 6");
    assert_int_equal(
        store_load_snapshot(world->store, &seq, &text, &world->err), -1);
    assert_contains(world->err.text, "record 6 is missing");
}

/* ---- pruning ---- */

static void test_pruning_keeps_what_the_older_snapshot_needs(void **state)
{
    struct world *world = *state;

    add_many(world, 100);
    assert_int_equal(store_prune_journal(world->store, 0, NULL), 0);
    assert_int_equal(look(world, 1, 0).first, 1); /* no snapshot yet */
    save(world, 40, "forty");
    save(world, 80, "eighty");
    assert_int_equal(store_prune_journal(world->store, 10, NULL), 0);
    assert_int_equal(look(world, 1, 0).first, 41);
    assert_int_equal(look(world, 1, 0).n, 60);
    assert_snapshot(world, 80, "eighty");
}

static void test_pruning_keeps_the_newest(void **state)
{
    struct world *world = *state;

    add_many(world, 100);
    save(world, 98, "a");
    save(world, 99, "b");
    assert_int_equal(store_prune_journal(world->store, 30, NULL), 0);
    assert_int_equal(look(world, 1, 0).first, 71);
    assert_int_equal(look(world, 1, 0).last, 100);
}

static void test_numbers_are_not_used_again_when_all_is_pruned(void **state)
{
    struct world *world = *state;

    add_many(world, 100);
    save(world, 99, "a");
    save(world, 100, "b");
    save(world, 100, "c");
    assert_int_equal(store_prune_journal(world->store, 0, NULL), 0);
    meddle(world, "delete from journal");
    assert_int_equal(store_last_seq(world->store), 100);
    assert_snapshot(world, 100, "c");
    assert_int_equal(add(world, "{}"), 101);
}

static void test_saving_prunes_beyond_what_people_want(void **state)
{
    struct world *world = *state;

    add_many(world, JOURNAL_KEEP + 1000);
    save(world, 500, "a");
    save(world, JOURNAL_KEEP, "b");
    assert_int_equal(look(world, 1, 1).first, 501);
    save(world, JOURNAL_KEEP + 1000, "c");
    assert_int_equal(look(world, 1, 1).first, 1001);
    assert_int_equal(look(world, 1, 0).n, JOURNAL_KEEP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(test_records_are_numbered_from_1),
        STORE_TEST(test_numbering_goes_on_after_reopening),
        STORE_TEST(test_any_part_can_be_read),
        STORE_TEST(test_reader_can_stop),
        STORE_TEST(test_any_text_comes_back_as_it_was),
        STORE_TEST(test_missing_record_is_found),
        STORE_TEST(test_each_changed_field_is_found),
        STORE_TEST(test_no_snapshot),
        STORE_TEST(test_newest_snapshot_is_loaded),
        STORE_TEST(test_two_snapshots_are_kept),
        STORE_TEST(test_damaged_snapshot_is_logged),
        STORE_TEST(test_records_that_a_replay_needs_must_be_there),
        STORE_TEST(test_pruning_keeps_what_the_older_snapshot_needs),
        STORE_TEST(test_pruning_keeps_the_newest),
        STORE_TEST(test_numbers_are_not_used_again_when_all_is_pruned),
        STORE_TEST(test_saving_prunes_beyond_what_people_want),
    };
    return RUN(tests);
}
