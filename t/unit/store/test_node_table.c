/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "store/node_table.h"

static int64_t number(struct world *world, const char *name, uint32_t slots)
{
    return store_node_number(world->store, name, slots, &world->err);
}

/* Nodes as text: "number name slots reason since;..." */
static int write_node(void *arg, const struct node_row *node)
{
    char *text = arg;
    size_t n = strlen(text);

    snprintf(text + n, 300 - n, "%u %s %u %s %lld;", node->number, node->name,
             node->slots, node->reason ? node->reason : "-",
             (long long)node->since);
    return strcmp(node->name, "stop") == 0 ? 7 : 0;
}

static void assert_nodes(struct world *world, const char *expected)
{
    char text[300] = "";

    assert_int_equal(
        store_each_node(world->store, write_node, text, &world->err), 0);
    assert_string_equal(text, expected);
}

static void test_names_get_numbers_from_0(void **state)
{
    struct world *world = *state;

    assert_nodes(world, "");
    assert_int_equal(number(world, "n1", 2), 0);
    assert_int_equal(number(world, "n2", 2), 1);
    assert_int_equal(number(world, "n1", 2), 0);
    assert_nodes(world, "0 n1 2 - 0;1 n2 2 - 0;");
}

static void test_numbers_stay(void **state)
{
    struct world *world = *state;
    char name[32];

    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof(name), "node%d", 99 - i);
        assert_int_equal(number(world, name, 1), i);
    }
    assert_int_equal(store_commit(world->store, NULL), 0);
    assert_int_equal(number(world, "lost", 1), 100);
    world_reopen(world);
    assert_int_equal(number(world, "node99", 1), 0);
    assert_int_equal(number(world, "node0", 1), 99);
    assert_int_equal(number(world, "another", 1), 100);
}

static void test_case_and_length_count(void **state)
{
    struct world *world = *state;

    assert_int_equal(number(world, "n1", 1), 0);
    assert_int_equal(number(world, "N1", 1), 1);
    assert_int_equal(number(world, "n10", 1), 2);
}

static void test_slots_follow_the_hostfile(void **state)
{
    struct world *world = *state;

    number(world, "n1", 2);
    assert_int_equal(number(world, "n1", 8), 0);
    assert_nodes(world, "0 n1 8 - 0;");
}

static void test_asking_again_writes_nothing(void **state)
{
    struct world *world = *state;
    struct stat before, after;
    char path[400];

    number(world, "n1", 2);
    assert_int_equal(store_commit(world->store, NULL), 0);
    world_path(world, ".erm/erm.db-wal", path);
    assert_int_equal(stat(path, &before), 0);
    number(world, "n1", 2);
    assert_int_equal(store_commit(world->store, NULL), 0);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_size, after.st_size);
}

static void test_reasons_come_and_go(void **state)
{
    struct world *world = *state;

    number(world, "n1", 1);
    number(world, "n2", 1);
    assert_int_equal(
        store_set_node_reason(world->store, 1, "bad dimm", 55, NULL), 0);
    assert_nodes(world, "0 n1 1 - 0;1 n2 1 bad dimm 55;");
    assert_int_equal(store_set_node_reason(world->store, 1, NULL, 66, NULL), 0);
    assert_nodes(world, "0 n1 1 - 0;1 n2 1 - 66;");
    assert_int_equal(store_set_node_reason(world->store, 9, "x", 1, NULL), 0);
}

static void test_iteration_can_be_stopped(void **state)
{
    struct world *world = *state;
    char text[300] = "";

    number(world, "stop", 1);
    number(world, "n2", 1);
    assert_int_equal(store_each_node(world->store, write_node, text, NULL), 7);
    assert_string_equal(text, "0 stop 1 - 0;");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(test_names_get_numbers_from_0),
        STORE_TEST(test_numbers_stay),
        STORE_TEST(test_case_and_length_count),
        STORE_TEST(test_slots_follow_the_hostfile),
        STORE_TEST(test_asking_again_writes_nothing),
        STORE_TEST(test_reasons_come_and_go),
        STORE_TEST(test_iteration_can_be_stopped),
    };
    return RUN(tests);
}
