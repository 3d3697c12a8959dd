/* SPDX-License-Identifier: BSD-2-Clause */
/* Nodes: members, down, drained, owned, and what follows from the four. */
#include "support.h"

static void with(void (*change)(struct pool *, const struct idset *, bool),
                 struct pool *pool, const char *nodes, bool is_so)
{
    struct idset set = set_of(nodes);

    change(pool, &set, is_so);
    idset_release(&set);
}

static void set_members(struct pool *pool, const char *nodes)
{
    struct idset set = set_of(nodes);

    pool_set_members(pool, &set);
    idset_release(&set);
}

static void take(struct pool *pool, const char *nodes, int64_t job)
{
    struct idset set = set_of(nodes);

    pool_take(pool, &set, job);
    idset_release(&set);
}

static void give_back(struct pool *pool, const char *nodes)
{
    struct idset set = set_of(nodes);

    pool_give_back(pool, &set);
    idset_release(&set);
}

static void nodes_are_free_until_taken(void **state)
{
    struct pool pool;

    (void)state;
    pool_init(&pool);
    assert_int_equal(pool_owner(&pool, 3), 0);
    set_members(&pool, "0-3");
    assert_set_equal(&pool.free, "0-3");
    assert_set_equal(&pool.usable, "0-3");
    take(&pool, "1-2", 7);
    assert_set_equal(&pool.free, "0,3");
    assert_set_equal(&pool.usable, "0-3");
    assert_int_equal(pool_owner(&pool, 1), 7);
    assert_int_equal(pool_owner(&pool, 0), 0);
    give_back(&pool, "1");
    assert_set_equal(&pool.free, "0-1,3");
    assert_int_equal(pool_owner(&pool, 1), 0);
    pool_release(&pool);
    pool_release(NULL);
}

static void a_down_node_is_not_free_when_given_back(void **state)
{
    struct pool pool;

    (void)state;
    pool_init(&pool);
    set_members(&pool, "0-2");
    take(&pool, "0-1", 4);
    with(pool_set_down, &pool, "0,2", true);
    assert_set_equal(&pool.free, "none");
    assert_set_equal(&pool.usable, "1");
    give_back(&pool, "0-1");
    assert_set_equal(&pool.free, "1");
    with(pool_set_down, &pool, "0", false);
    assert_set_equal(&pool.free, "0-1");
    pool_release(&pool);
}

static void down_and_drained_are_told_apart(void **state)
{
    struct pool pool;

    (void)state;
    pool_init(&pool);
    set_members(&pool, "0-2");
    with(pool_set_down, &pool, "1", true);
    with(pool_set_drained, &pool, "1-2", true);
    assert_set_equal(&pool.free, "0");
    with(pool_set_down, &pool, "1", false);
    assert_set_equal(&pool.free, "0");
    with(pool_set_drained, &pool, "1", false);
    assert_set_equal(&pool.free, "0-1");
    assert_set_equal(&pool.drained, "2");
    pool_release(&pool);
}

static void a_node_that_leaves_keeps_its_owner(void **state)
{
    struct pool pool;

    (void)state;
    pool_init(&pool);
    set_members(&pool, "0-3");
    take(&pool, "2-3", 1);
    set_members(&pool, "0,3-4");
    assert_int_equal(pool_owner(&pool, 2), 1);
    assert_set_equal(&pool.free, "0,4");
    assert_set_equal(&pool.usable, "0,3-4");
    give_back(&pool, "2-3");
    assert_set_equal(&pool.free, "0,3-4");
    set_members(&pool, "0-4");
    assert_set_equal(&pool.free, "0-4");
    pool_release(&pool);
}

/* The derived sets, kept step by step, are always what they are defined as. */
static void derived_sets_match_their_definition(void **state)
{
    uint64_t random = 11;
    struct pool pool;

    (void)state;
    pool_init(&pool);
    set_members(&pool, "0-19");
    for (int i = 0; i < 4000; i++) {
        struct idset set = {.count = 0};
        uint32_t node = random_below(&random, 20);

        idset_add(&set, node);
        switch (random_below(&random, 5)) {
        case 0:
            pool_set_down(&pool, &set, random_below(&random, 2));
            break;
        case 1:
            pool_set_drained(&pool, &set, random_below(&random, 2));
            break;
        case 2:
            idset_add_range(&set, 5, 5 + random_below(&random, 15));
            pool_set_members(&pool, &set);
            break;
        default:
            if (pool_owner(&pool, node) != 0)
                pool_give_back(&pool, &set);
            else if (idset_has(&pool.free, node))
                pool_take(&pool, &set, 1 + i);
        }
        idset_release(&set);
        for (node = 0; node < 25; node++) {
            bool is_usable = idset_has(&pool.members, node) &&
                             !idset_has(&pool.down, node) &&
                             !idset_has(&pool.drained, node);

            assert_int_equal(idset_has(&pool.usable, node), is_usable);
            assert_int_equal(idset_has(&pool.free, node),
                             is_usable && pool_owner(&pool, node) == 0);
        }
    }
    pool_release(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_are_free_until_taken),
        cmocka_unit_test(a_down_node_is_not_free_when_given_back),
        cmocka_unit_test(down_and_drained_are_told_apart),
        cmocka_unit_test(a_node_that_leaves_keeps_its_owner),
        cmocka_unit_test(derived_sets_match_their_definition),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
