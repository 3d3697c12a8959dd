/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "store/db.h"
#include "store/history.h"
#include "store/history_view.h"
#include "store/resizes.h"

static const struct directive_row offer = {.seq = 4,
                                           .job = 5,
                                           .attempt = 1,
                                           .op = "shrink",
                                           .asker = "scheduler",
                                           .for_job = 9,
                                           .state = "offered",
                                           .offered = 100,
                                           .n = 2,
                                           .nodes = "n[3-4]"};

static void put_row(struct world *world, const struct directive_row *row)
{
    assert_int_equal(store_directive(world->store, row, &world->err), 0);
}

/* "seq op nodes asker>for state offered/accepted/closed retry (note);..." */
static int write_row(void *arg, const struct directive_row *row)
{
    char *text = arg;
    size_t n = strlen(text);

    snprintf(text + n, 400 - n,
             "%lld.%u %s %u:%s %s>%lld %s %lld/%lld/%lld %lld (%s);",
             (long long)row->seq, row->attempt, row->op, row->n, row->nodes,
             row->asker, (long long)row->for_job, row->state,
             (long long)row->offered, (long long)row->accepted,
             (long long)row->closed, (long long)row->retry,
             row->note == NULL ? "" : row->note);
    return 0;
}

static void assert_rows(struct world *world, int64_t job, const char *expected)
{
    char text[400] = "";

    assert_int_equal(
        store_each_directive(world->store, job, write_row, text, NULL), 0);
    assert_string_equal(text, expected);
}

static void test_a_resize_is_one_row_from_its_offer_on(void **state)
{
    struct world *world = *state;
    struct directive_row row = offer;

    put_row(world, &row);
    assert_rows(world, 5,
                "4.1 shrink 2:n[3-4] scheduler>9 offered 100/0/0 0 ();");
    row.state = "accepted";
    row.accepted = row.offered = 120;
    row.for_job = 0;
    put_row(world, &row);
    row.state = "done";
    row.accepted = 0;
    row.closed = row.offered = 150;
    row.nodes = "n[2-3]"; /* the job has chosen others */
    put_row(world, &row);
    assert_rows(world, 5,
                "4.1 shrink 2:n[2-3] scheduler>9 done 100/120/150 0 ();");
    assert_rows(world, 4, "");
}

static void test_a_refusal_has_its_pause_and_reason(void **state)
{
    struct world *world = *state;
    struct directive_row row = offer;

    put_row(world, &row);
    row.state = "refused";
    row.closed = 130;
    row.retry = 60;
    put_row(world, &row);
    assert_int_equal(
        store_directive_note(world->store, 4, "in a checkpoint", NULL), 0);
    assert_rows(world, 5,
                "4.1 shrink 2:n[3-4] scheduler>9 refused 100/0/130 60"
                " (in a checkpoint);");
}

static void test_notes_add_up(void **state)
{
    struct world *world = *state;
    struct directive_row row = offer;

    put_row(world, &row);
    assert_int_equal(store_directive_note(world->store, 4, "slow", NULL), 0);
    assert_int_equal(
        store_directive_note(world->store, 4, "2 processes were killed", NULL),
        0);
    assert_int_equal(store_directive_note(world->store, 3, "nobody", NULL), 0);
    row.state = "forced";
    row.closed = 200;
    put_row(world, &row);
    assert_rows(world, 5,
                "4.1 shrink 2:n[3-4] scheduler>9 forced 100/0/200 0"
                " (slow; 2 processes were killed);");
}

static void test_resizes_of_a_job_are_in_their_order(void **state)
{
    struct world *world = *state;
    struct directive_row row = offer;

    for (int seq = 9; seq > 6; seq--) {
        row.seq = seq;
        row.job = 5 + seq % 2;
        put_row(world, &row);
    }
    assert_rows(world, 6,
                "7.1 shrink 2:n[3-4] scheduler>9 offered 100/0/0 0 ();"
                "9.1 shrink 2:n[3-4] scheduler>9 offered 100/0/0 0 ();");
}

static void test_only_what_was_done_counts_as_resize(void **state)
{
    struct world *world = *state;
    struct history_summary summary;
    struct directive_row row = offer;

    put_row(world, &row);
    assert_int_equal(store_summary(world->store, 0, 1000, &summary, NULL), 0);
    assert_int_equal(summary.shrinks, 0);
    row.state = "done";
    row.closed = 130;
    put_row(world, &row);
    put_row(world, &row);
    assert_int_equal(store_summary(world->store, 0, 1000, &summary, NULL), 0);
    assert_int_equal(summary.expands, 0);
    assert_int_equal(summary.shrinks, 1);
}

/* ---- a database of before ---- */

static void meddle(const struct world *world, const char *sql)
{
    char path[400];
    sqlite3 *db;

    assert_int_equal(sqlite3_open(world_path(world, ".erm/erm.db", path), &db),
                     SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void make_first_schema(const struct world *world, const char *rows)
{
    char sql[8000];

    snprintf(sql, sizeof(sql),
             STORE_SCHEMA_1 "pragma application_id = %d;"
                            "pragma user_version = 1;%s",
             STORE_APPLICATION_ID, rows);
    meddle(world, sql);
}

static void test_a_history_of_before_is_kept(void **state)
{
    struct world *world = *state;

    assert_int_equal(state_dir_open(&world->dir, world->erm, true, NULL), 0);
    state_dir_close(&world->dir);
    make_first_schema(
        world, "insert into job values(5, null, 'heat', null, null, 90, '{}');"
               "insert into phase values(5, 1, 1, 95, null, 2, 'n', 'start');"
               "insert into directive values(3, 5, 'expand', 'user', 100,"
               " 'done', 350, 2);");
    assert_int_equal(world_open(world), 0);
    assert_rows(world, 5, "3.0 expand 2: user>0 done 100/0/350 0 ();");
    put_row(world, &offer);
    assert_int_equal(
        store_phase(world->store, 5, 1, 350, "n[1-2]", 2, "grow", NULL), 0);
    assert_int_equal(store_commit(world->store, NULL), 0);
    world_reopen(world);
    assert_rows(world, 5,
                "3.0 expand 2: user>0 done 100/0/350 0 ();"
                "4.1 shrink 2:n[3-4] scheduler>9 offered 100/0/0 0 ();");
}

static void test_a_failed_upgrade_changes_nothing(void **state)
{
    struct world *world = *state;

    assert_int_equal(state_dir_open(&world->dir, world->erm, true, NULL), 0);
    state_dir_close(&world->dir);
    make_first_schema(world, "create table learned(x)");
    assert_int_equal(world_open(world), -1);
    assert_contains(world->err.text, "learned");
    state_dir_close(&world->dir);
    meddle(world, "drop table learned");
    assert_int_equal(world_open(world), 0);
    put_row(world, &offer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(test_a_resize_is_one_row_from_its_offer_on),
        STORE_TEST(test_a_refusal_has_its_pause_and_reason),
        STORE_TEST(test_notes_add_up),
        STORE_TEST(test_resizes_of_a_job_are_in_their_order),
        STORE_TEST(test_only_what_was_done_counts_as_resize),
        TEST(test_a_history_of_before_is_kept),
        TEST(test_a_failed_upgrade_changes_nothing),
    };
    return RUN(tests);
}
