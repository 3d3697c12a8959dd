/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <sqlite3.h>

#include "store/peek.h"

static void test_a_setting_is_seen_beside_the_open_store(void **state)
{
    struct world *world = *state;
    char *value;

    store_set_setting(world->store, "manager.mark", "1f2e3d4c", NULL);
    assert_null(peek_setting(&world->dir, "manager.mark", &world->err));
    assert_int_equal(world->err.code, ERR_NOT_FOUND); /* not durable yet */
    assert_int_equal(store_commit(world->store, NULL), 0);
    value = peek_setting(&world->dir, "manager.mark", &world->err);
    assert_string_equal(value, "1f2e3d4c");
    free(value);
    /* The store has not noticed. */
    store_set_setting(world->store, "manager.mark", "2", NULL);
    assert_int_equal(store_commit(world->store, NULL), 0);
}

static void test_also_when_no_store_is_open(void **state)
{
    struct world *world = *state;
    char *value;

    store_set_setting(world->store, "x", "y", NULL);
    assert_int_equal(store_commit(world->store, NULL), 0);
    store_close(world->store);
    world->store = NULL;
    value = peek_setting(&world->dir, "x", &world->err);
    assert_string_equal(value, "y");
    free(value);
}

static void test_what_is_not_there(void **state)
{
    struct world *world = *state;

    assert_int_equal(state_dir_open(&world->dir, world->erm, true, NULL), 0);
    assert_null(peek_setting(&world->dir, "x", &world->err));
    assert_int_equal(world->err.code, ERR_NOT_FOUND);
}

static void test_what_is_no_database(void **state)
{
    struct world *world = *state;
    int fd;

    assert_int_equal(state_dir_open(&world->dir, world->erm, true, NULL), 0);
    fd = openat(world->dir.fd, "erm.db", O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write(fd, "something quite different\n", 26), 26);
    close(fd);
    assert_null(peek_setting(&world->dir, "x", &world->err));
    assert_int_equal(world->err.code, ERR_SYSTEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(test_a_setting_is_seen_beside_the_open_store),
        STORE_TEST(test_also_when_no_store_is_open),
        TEST(test_what_is_not_there),
        TEST(test_what_is_no_database),
    };
    return RUN(tests);
}
