/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "store/db.h"

static int add_job(struct store *store, int64_t id, const char *identity,
                   struct err *err)
{
    return db_write(store, SQL_ADD_JOB,
                    VALUES(NUMBER(id), TEXT(identity), TEXT("a"), NOTHING,
                           NOTHING, NUMBER(1), TEXT("{}")),
                    err);
}

static void test_all_statements_can_be_prepared(void **state)
{
    struct world *world = *state;
    sqlite3_stmt *query;

    for (int i = 0; i < N_SQL; i++) {
        query = db_query(world->store, (enum sql)i, NULL, 0, &world->err);
        if (!query)
            fail_msg("statement %d: %s", i, world->err.text);
        assert_ptr_equal(query, world->store->statements[i]);
    }
}

static void test_first_write_begins_a_transaction(void **state)
{
    struct world *world = *state;
    int64_t n;

    assert_int_equal(world->store->transaction, TRANSACTION_NONE);
    assert_int_equal(db_number(world->store, SQL_MAX_JOB, NULL, 0, &n, NULL),
                     1);
    assert_int_equal(world->store->transaction, TRANSACTION_NONE);
    assert_int_equal(add_job(world->store, 1, NULL, NULL), 0);
    assert_int_equal(world->store->transaction, TRANSACTION_OPEN);
    assert_int_equal(store_commit(world->store, NULL), 0);
    assert_int_equal(world->store->transaction, TRANSACTION_NONE);
}

static void test_conflict_fails_only_itself(void **state)
{
    struct world *world = *state;
    int64_t n;

    assert_int_equal(add_job(world->store, 1, "a", NULL), 0);
    assert_int_equal(add_job(world->store, 2, "a", &world->err), -1);
    assert_int_equal(world->err.code, ERR_CONFLICT);
    assert_int_equal(add_job(world->store, 1, "b", &world->err), -1);
    assert_int_equal(world->err.code, ERR_CONFLICT);
    assert_int_equal(add_job(world->store, 3, "c", NULL), 0);
    assert_int_equal(store_commit(world->store, NULL), 0);
    assert_int_equal(db_number(world->store, SQL_MAX_JOB, NULL, 0, &n, NULL),
                     1);
    assert_int_equal(n, 3);
}

static void test_a_failure_fails_the_transaction(void **state)
{
    struct world *world = *state;
    struct store *store = world->store;
    int64_t n;

    assert_int_equal(add_job(store, 1, NULL, NULL), 0);
    assert_int_equal(store_commit(store, NULL), 0);
    assert_int_equal(add_job(store, 2, NULL, NULL), 0);
    /* too big by decree: SQLITE_FULL without a full disk */
    assert_int_equal(db_exec(store, "pragma max_page_count = 1", NULL), 0);
    for (int64_t id = 3; add_job(store, id, NULL, &world->err) == 0; id++)
        assert_true(id < 100000);
    assert_int_equal(world->err.code, ERR_FULL);
    err_clear(&world->err);
    assert_int_equal(add_job(store, 99, NULL, &world->err), -1);
    assert_int_equal(world->err.code, ERR_FULL);
    err_clear(&world->err);
    assert_int_equal(store_commit(store, &world->err), -1);
    assert_int_equal(world->err.code, ERR_FULL);
    assert_int_equal(db_exec(store, "pragma max_page_count = 100000", NULL), 0);
    assert_int_equal(add_job(store, 2, NULL, NULL), 0);
    assert_int_equal(store_commit(store, NULL), 0);
    assert_int_equal(db_number(store, SQL_MAX_JOB, NULL, 0, &n, NULL), 1);
    assert_int_equal(n, 2);
}

static void test_null_and_missing_are_told_apart(void **state)
{
    struct world *world = *state;
    char *text;
    int64_t n;

    assert_int_equal(db_number(world->store, SQL_MAX_JOB, NULL, 0, &n, NULL),
                     1);
    assert_int_equal(n, 0);
    assert_int_equal(db_number(world->store, SQL_FIND_IDENTITY,
                               VALUES(TEXT("no")), &n, NULL),
                     0);
    assert_int_equal(
        db_text(world->store, SQL_JOB_NAME, VALUES(NUMBER(1)), &text, NULL), 0);
    assert_null(text);
    assert_int_equal(add_job(world->store, 1, NULL, NULL), 0);
    assert_int_equal(
        db_text(world->store, SQL_JOB_NAME, VALUES(NUMBER(1)), &text, NULL), 1);
    assert_string_equal(text, "a");
    free(text);
}

static void test_numbers_keep_their_64_bits(void **state)
{
    struct world *world = *state;
    int64_t n;

    assert_int_equal(add_job(world->store, INT64_MAX, NULL, NULL), 0);
    assert_int_equal(db_number(world->store, SQL_MAX_JOB, NULL, 0, &n, NULL),
                     1);
    assert_true(n == INT64_MAX);
}

static void test_texts_are_bound_not_pasted(void **state)
{
    struct world *world = *state;
    const char *evil = "x'); drop table job; --";
    int64_t n;

    assert_int_equal(add_job(world->store, 1, evil, NULL), 0);
    assert_int_equal(db_number(world->store, SQL_FIND_IDENTITY,
                               VALUES(TEXT(evil)), &n, NULL),
                     1);
    assert_int_equal(n, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(test_all_statements_can_be_prepared),
        STORE_TEST(test_first_write_begins_a_transaction),
        STORE_TEST(test_conflict_fails_only_itself),
        STORE_TEST(test_a_failure_fails_the_transaction),
        STORE_TEST(test_null_and_missing_are_told_apart),
        STORE_TEST(test_numbers_keep_their_64_bits),
        STORE_TEST(test_texts_are_bound_not_pasted),
    };
    return RUN(tests);
}
