/* SPDX-License-Identifier: BSD-2-Clause */
/* Which nodes there are, and the lists of who is free. */
#include "stage.h"

#include <unistd.h>

#include "manager/node_names.h"
#include "manager/node_pool.h"
#include "manager/problems.h"

#define FIVE "st33\nst34\nst35\nst36\nst37\n"

static void start_with(struct stage *stage, const char *hostfile, uint32_t n)
{
    file_put("hostfile", hostfile);
    stage->options.hostfile = "hostfile";
    stage->options.n_nodes = n;
    stage_start(stage);
}

static char *pool_of(const struct stage *stage)
{
    struct strbuf text;

    strbuf_init(&text);
    node_names_format(stage->manager->nodes, sched_nodes(stage->manager->sched),
                      &text);
    return strbuf_detach(&text);
}

static void expect_pool(const struct stage *stage, const char *names)
{
    char *text = pool_of(stage);

    assert_string_equal(text, names);
    free(text);
}

static void test_the_hostfile_s_nodes(void **state)
{
    struct stage *stage = *state;

    start_with(stage, FIVE, 0);
    expect_pool(stage, "st[33-37]");
    assert_true(file_has("hostfile", FIVE));
}

static void test_n_takes_the_first_ones(void **state)
{
    struct stage *stage = *state;

    start_with(stage, FIVE, 2);
    expect_pool(stage, "st[33-34]");
}

static void test_n_cannot_make_more_than_there_are(void **state)
{
    struct stage *stage = *state;

    start_with(stage, "st33\nst34\n", 9);
    expect_pool(stage, "st[33-34]");
    assert_int_equal(stage_count_log(stage, "9 nodes were asked for"), 1);
}

static void test_without_a_hostfile_they_are_slices(void **state)
{
    struct stage *stage = *state;

    stage->options.n_nodes = 4;
    stage_start(stage);
    expect_pool(stage, "node[1-4]");
    stage_stop(stage);
    stage->options.n_nodes = 0;
    stage_start(stage);
    assert_true(idset_count(sched_nodes(stage->manager->sched)) >= 1);
}

static void test_a_bad_hostfile_is_an_error_at_the_start(void **state)
{
    struct stage *stage = *state;
    struct err err;

    stage->options.hostfile = "hostfile";
    err = stage_start_fails(stage);
    assert_int_equal(err.code, ERR_NOT_FOUND);
    file_put("hostfile", "st33\n-bad-name\n");
    err = stage_start_fails(stage);
    assert_int_equal(err.code, ERR_INPUT);
    assert_non_null(strstr(err.text, "hostfile:2:"));
    file_put("hostfile", "# nobody\n");
    err = stage_start_fails(stage);
    assert_int_equal(err.code, ERR_INPUT);
}

static void test_a_change_of_the_hostfile_is_taken(void **state)
{
    struct stage *stage = *state;

    start_with(stage, "st33\nst34\n", 0);
    file_put("hostfile", "st34\nst35\nst36\n");
    stage_expect_log(stage, "the pool is now 3 nodes: st[34-36]");
    expect_pool(stage, "st[34-36]");
    /* and numbers stay what they were */
    assert_int_equal(node_names_find(stage->manager->nodes, "st34"), 1);
}

static void test_a_bad_change_keeps_the_pool_and_is_told_once(void **state)
{
    struct stage *stage = *state;
    struct err err;

    start_with(stage, FIVE, 0);
    file_put("hostfile", "");
    stage_expect_log(stage, "the pool stays");
    assert_int_equal(node_pool_reload(stage->manager->pool, &err), -1);
    assert_int_equal(err.code, ERR_INPUT);
    expect_pool(stage, "st[33-37]");
    assert_int_equal(stage_count_log(stage, "the pool stays"), 1);
    assert_int_equal(stage->manager->problems->n, 1);
    file_put("hostfile", FIVE);
    assert_int_equal(node_pool_reload(stage->manager->pool, &err), 0);
    assert_int_equal(stage->manager->problems->n, 0);
}

static void test_a_busy_node_that_is_removed_lets_its_job_end(void **state)
{
    struct stage *stage = *state;

    start_with(stage, "st33\n", 0);
    stage_submit(stage, "{\"command\": \"sleep 60\"}");
    stage_expect(stage, 1, JOB_RUNNING);
    file_put("hostfile", "st34\n");
    assert_int_equal(node_pool_reload(stage->manager->pool, NULL), 0);
    assert_int_equal(sched_node_state(stage->manager->sched, 0), NODE_LEAVING);
    assert_int_equal(stage_state(stage, 1), JOB_RUNNING);
}

static void test_nodes_are_added_and_removed_by_hand(void **state)
{
    struct stage *stage = *state;
    struct node_pool *pool;
    struct err err;

    start_with(stage, "st33\n", 0);
    pool = stage->manager->pool;
    assert_int_equal(node_pool_add(pool, "gpu1", 8, &err), 0);
    expect_pool(stage, "st33,gpu1");
    assert_int_equal(node_names_slots(stage->manager->nodes, 1), 8);
    assert_int_equal(node_pool_add(pool, "gpu1", 8, &err), -1);
    assert_int_equal(err.code, ERR_CONFLICT);
    assert_int_equal(node_pool_add(pool, "-x", 0, &err), -1);
    assert_int_equal(err.code, ERR_INPUT);
    assert_int_equal(node_pool_remove(pool, "st33", &err), 0);
    expect_pool(stage, "gpu1");
    assert_int_equal(node_pool_remove(pool, "st33", &err), -1);
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_int_equal(node_pool_reload(pool, &err), 0);
    expect_pool(stage, "st33");
}

static void test_the_lists_follow(void **state)
{
    struct stage *stage = *state;

    start_with(stage, "st33\nst34 slots=2\n", 0);
    stage_expect_file(stage, ".erm/free_nodes", "st33\nst34 slots=2\n");
    stage_submit(stage, "{\"command\": \"sleep 60\"}");
    stage_expect_file(stage, ".erm/allocated_nodes", "st33\n");
    assert_false(file_has(".erm/free_nodes", "st33"));
    stage_send(stage, EV_CANCEL, 1);
    stage_expect_file(stage, ".erm/free_nodes", "st33");
    assert_true(file_has("hostfile", "st33\nst34 slots=2\n"));
}

static void test_slots_come_from_the_file_or_the_launcher(void **state)
{
    struct stage *stage = *state;

    start_with(stage, "st33 slots=7\nst34\n", 0);
    assert_int_equal(node_names_slots(stage->manager->nodes, 0), 7);
    assert_true(node_names_slots(stage->manager->nodes, 1) >= 1);
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, stage_enter, stage_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_the_hostfile_s_nodes),
        STORY(test_n_takes_the_first_ones),
        STORY(test_n_cannot_make_more_than_there_are),
        STORY(test_without_a_hostfile_they_are_slices),
        STORY(test_a_bad_hostfile_is_an_error_at_the_start),
        STORY(test_a_change_of_the_hostfile_is_taken),
        STORY(test_a_bad_change_keeps_the_pool_and_is_told_once),
        STORY(test_a_busy_node_that_is_removed_lets_its_job_end),
        STORY(test_nodes_are_added_and_removed_by_hand),
        STORY(test_the_lists_follow),
        STORY(test_slots_come_from_the_file_or_the_launcher),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
