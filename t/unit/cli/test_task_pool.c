/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/task_pool.h"

/* Starts the next task, which must be TASK on the node NAME. Its run. */
static uint64_t start(struct task_pool *pool, int task, const char *name)
{
    int found, node;
    uint64_t run;
    assert_true(task_pool_start(pool, &found, &node, &run));
    assert_int_equal(found, task);
    assert_string_equal(pool->nodes[node].name, name);
    return run;
}

static void expect_nothing_to_start(struct task_pool *pool)
{
    int task, node;
    uint64_t run;
    assert_false(task_pool_start(pool, &task, &node, &run));
}

static void test_tasks_go_to_the_freest_node(void **state)
{
    (void)state;
    struct task_pool pool;
    task_pool_init(&pool, 4, 0, false);
    expect_nothing_to_start(&pool);
    task_pool_add(&pool, "n1", 1);
    task_pool_add(&pool, "n2", 2);
    start(&pool, 0, "n2");
    uint64_t run = start(&pool, 1, "n1");
    start(&pool, 2, "n2");
    expect_nothing_to_start(&pool);
    assert_int_equal(task_pool_wants(&pool), 1);
    task_pool_end(&pool, 1, run, true);
    start(&pool, 3, "n1");
    assert_int_equal(task_pool_wants(&pool), 0);
    assert_true(task_pool_is_over(&pool));
    task_pool_release(&pool);
}

static void test_a_leaving_node_gets_nothing_new(void **state)
{
    (void)state;
    struct task_pool pool;
    task_pool_init(&pool, 3, 0, false);
    int n1 = task_pool_add(&pool, "n1", 1), n2 = task_pool_add(&pool, "n2", 1);
    start(&pool, 0, "n1");
    uint64_t run = start(&pool, 1, "n2");
    task_pool_leave(&pool, n2);
    task_pool_end(&pool, 1, run, true);
    expect_nothing_to_start(&pool);
    assert_int_equal(pool.nodes[n2].n_runs, 0);
    assert_int_equal(pool.nodes[n1].n_runs, 1);
    /* it was taken back */
    task_pool_stay(&pool, n2);
    start(&pool, 2, "n2");
    /* but what is given back is */
    task_pool_give(&pool, n2);
    task_pool_stay(&pool, n2);
    assert_int_equal(pool.nodes[n2].state, NODE_LEAVING);
    task_pool_keep(&pool, n2);
    assert_int_equal(pool.nodes[n2].state, NODE_USED);
    task_pool_release(&pool);
}

static void test_what_is_cut_off_is_run_first_and_is_no_failure(void **state)
{
    (void)state;
    struct task_pool pool;
    task_pool_init(&pool, 3, 0, false);
    task_pool_add(&pool, "n1", 1);
    int n2 = task_pool_add(&pool, "n2", 1);
    uint64_t first = start(&pool, 0, "n1"), cut = start(&pool, 1, "n2");
    task_pool_drop(&pool, n2);
    assert_int_equal(pool.n_running, 1);
    assert_int_equal(pool.n_again, 1);
    /* the run that was cut is told to have ended: it counts no more */
    task_pool_end(&pool, 1, cut, true);
    assert_int_equal(pool.n_done, 0);
    task_pool_end(&pool, 0, first, true);
    uint64_t again = start(&pool, 1, "n1");
    assert_true(again != cut);
    task_pool_end(&pool, 1, cut, false);
    task_pool_end(&pool, 1, again, true);
    task_pool_end(&pool, 1, again, true);
    assert_int_equal(pool.n_done, 2);
    assert_int_equal(pool.n_failed, 0);
    /* the node comes back */
    task_pool_add(&pool, "n2", 1);
    assert_int_equal(pool.n_nodes, 2);
    start(&pool, 2, "n1");
    task_pool_release(&pool);
}

static void test_a_task_that_fails_is_tried_again_later(void **state)
{
    (void)state;
    struct task_pool pool;
    task_pool_init(&pool, 2, 1, true);
    task_pool_add(&pool, "n1", 1);
    task_pool_end(&pool, 0, start(&pool, 0, "n1"), false);
    task_pool_end(&pool, 1, start(&pool, 1, "n1"), true);
    task_pool_end(&pool, 0, start(&pool, 0, "n1"), false);
    assert_int_equal(pool.n_failed, 1);
    assert_int_equal(pool.n_done, 1);
    assert_true(task_pool_is_over(&pool));
    task_pool_release(&pool);
}

static void test_the_first_failure_ends_it_unless_told_otherwise(void **state)
{
    (void)state;
    struct task_pool pool;
    task_pool_init(&pool, 3, 0, false);
    task_pool_add(&pool, "n1", 1);
    task_pool_end(&pool, 0, start(&pool, 0, "n1"), false);
    expect_nothing_to_start(&pool);
    assert_true(task_pool_is_over(&pool));
    assert_int_equal(task_pool_wants(&pool), 0);
    task_pool_release(&pool);
    task_pool_init(&pool, 3, 0, true);
    task_pool_add(&pool, "n1", 1);
    task_pool_end(&pool, 0, start(&pool, 0, "n1"), false);
    start(&pool, 1, "n1");
    task_pool_release(&pool);
}

static void test_what_was_done_before_is_not_run(void **state)
{
    (void)state;
    struct task_pool pool;
    task_pool_init(&pool, 4, 0, false);
    task_pool_skip(&pool, 1);
    task_pool_skip(&pool, 3);
    task_pool_skip(&pool, 1);
    assert_int_equal(pool.n_done, 2);
    task_pool_add(&pool, "n1", 9);
    start(&pool, 0, "n1");
    start(&pool, 2, "n1");
    expect_nothing_to_start(&pool);
    task_pool_release(&pool);
}

/* Each task ends exactly once, whatever happens to nodes and runs. */
static void test_no_task_is_lost_or_counted_twice(void **state)
{
    (void)state;
    enum { TASKS = 200 };
    struct task_pool pool;
    int n_ends[TASKS] = {0}, node, task;
    uint64_t run;
    task_pool_init(&pool, TASKS, 2, true);
    srandom(7);
    while (!task_pool_is_over(&pool) || pool.n_running > 0) {
        char name[8] = {'n', (char)('1' + random() % 5), '\0'};
        int known = task_pool_find(&pool, name);
        switch (random() % 8) {
        case 0:
            task_pool_add(&pool, name, 1 + (unsigned)(random() % 3));
            break;
        case 1:
            if (known >= 0)
                task_pool_drop(&pool, known);
            break;
        case 2:
            if (known >= 0)
                task_pool_leave(&pool, known);
            break;
        case 3:
            if (known >= 0)
                task_pool_stay(&pool, known);
            break;
        case 4:
            task = (int)(random() % TASKS);
            if (pool.tasks[task].state == TASK_RUNS && random() % 4 == 0)
                task_pool_cut(&pool, task, pool.tasks[task].run);
            break;
        case 5:
            task_pool_start(&pool, &task, &node, &run);
            break;
        default:
            task = (int)(random() % TASKS);
            run = pool.tasks[task].run - (random() % 4 == 0);
            bool is_over = pool.tasks[task].state >= TASK_DONE;
            task_pool_end(&pool, task, run, random() % 4 != 0);
            n_ends[task] += !is_over && pool.tasks[task].state >= TASK_DONE;
        }
        assert_int_equal(pool.n_waiting + pool.n_running + pool.n_done +
                             pool.n_failed,
                         TASKS);
    }
    for (int i = 0; i < TASKS; i++)
        assert_int_equal(n_ends[i], 1);
    task_pool_release(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tasks_go_to_the_freest_node),
        cmocka_unit_test(test_a_leaving_node_gets_nothing_new),
        cmocka_unit_test(test_what_is_cut_off_is_run_first_and_is_no_failure),
        cmocka_unit_test(test_a_task_that_fails_is_tried_again_later),
        cmocka_unit_test(test_the_first_failure_ends_it_unless_told_otherwise),
        cmocka_unit_test(test_what_was_done_before_is_not_run),
        cmocka_unit_test(test_no_task_is_lost_or_counted_twice),
    };
    return cmocka_run_group_tests_name("cli/task_pool", tests, NULL, NULL);
}
