/* SPDX-License-Identifier: BSD-2-Clause */
/* Looking at the scheduler: jobs, outcomes, counts, nodes and names. */
#include "support.h"

static void ids_and_outcomes(void **state)
{
    struct story *story = STORY("nodes 2", "submit 3 wall=9", "submit 7 held",
                                "submit 9", "started 3", "exited 3 code=1");
    enum job_state outcome;

    (void)state;
    assert_int_equal(sched_max_id(story->sched), 9);
    assert_null(sched_job(story->sched, 3));
    assert_int_equal(sched_job(story->sched, 7)->request.id, 7);
    assert_int_equal(sched_next_job(story->sched, 0)->request.id, 7);
    assert_int_equal(sched_next_job(story->sched, 7)->request.id, 9);
    assert_null(sched_next_job(story->sched, 9));
    assert_true(sched_outcome(story->sched, 3, &outcome));
    assert_int_equal(outcome, JOB_FAILED);
    assert_true(sched_outcome(story->sched, 9, &outcome));
    assert_int_equal(outcome, JOB_STARTING);
    assert_false(sched_outcome(story->sched, 4, &outcome));
    assert_false(sched_outcome(story->sched, 10, &outcome));
    assert_false(sched_outcome(story->sched, -1, &outcome));
    story_destroy(story);
}

/* Every state of doc/states.md, "Nodes". */
static struct story *all_node_states(void)
{
    return STORY("config mode=rigid start=1", "nodes 9",
                 "[0] submit 1 elastic max=2 wall=900",
                 "submit 2 nodes=3 wall=900", "[1] started 1; started 2",
                 "drain 3,5", "node_down 6", "config mode=elastic",
                 "submit 3 nodes=3 wall=9", "pool 0-3,5-8");
}

static void the_states_of_nodes(void **state)
{
    static const enum node_state expected[] = {
        NODE_ALLOCATED, NODE_ALLOCATED, NODE_ALLOCATED, NODE_DRAINING,
        NODE_LEAVING,   NODE_DRAINED,   NODE_DOWN,      NODE_RESERVED,
        NODE_RESERVED,  NODE_ABSENT};
    static const int64_t owners[] = {1, 1, 2, 2, 2, 0, 0, 3, 3, 0};
    struct story *story = all_node_states();

    (void)state;
    for (uint32_t node = 0; node < N_OF(expected); node++) {
        assert_int_equal(sched_node_state(story->sched, node), expected[node]);
        assert_int_equal(sched_node_job(story->sched, node), owners[node]);
    }
    assert_set_equal(sched_nodes(story->sched), "0-3,5-8");
    story_destroy(story);
}

static void the_counts_add_up_to_the_pool(void **state)
{
    struct story *story = all_node_states();
    struct sched_counts counts;

    (void)state;
    sched_counts(story->sched, &counts);
    assert_int_equal(counts.pending, 1);
    assert_int_equal(counts.active, 2);
    assert_int_equal(counts.pool, 8);
    assert_int_equal(counts.idle, 0);
    assert_int_equal(counts.allocated, 4);
    assert_int_equal(counts.reserved, 2);
    assert_int_equal(counts.drained, 1);
    assert_int_equal(counts.down, 1);
    tell(story, "cancel 3", "finish 3 cancelled\n");
    sched_counts(story->sched, &counts);
    assert_int_equal(counts.idle, 2);
    assert_int_equal(counts.reserved, 0);
    story_destroy(story);
}

static void a_down_node_is_down_even_if_drained(void **state)
{
    struct story *story = STORY("nodes 1", "drain 0", "node_down 0");

    (void)state;
    tell(story, "state", "nodes 0=down\n");
    tell(story, "node_up 0; state", "nodes 0=drained\n");
    tell(story, "undrain 0; state", "nodes 0=idle\n");
    story_destroy(story);
}

static void names_of_settings(void **state)
{
    enum backfill backfill = BACKFILL_EASY;
    enum backfill_order order = BACKFILL_IN_ORDER;
    enum sched_mode mode = MODE_RIGID;

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(
            backfill_parse(backfill_name((enum backfill)i), &backfill), 0);
        assert_int_equal(backfill, i);
        assert_int_equal(
            sched_mode_parse(sched_mode_name((enum sched_mode)i), &mode), 0);
        assert_int_equal(mode, i);
    }
    assert_int_equal(backfill_parse("EASY", &backfill), -1);
    assert_string_equal(backfill_order_name(order), "fcfs");
    assert_int_equal(backfill_order_parse("sjf", &order), 0);
    assert_int_equal(order, BACKFILL_SHORTEST);
    assert_string_equal(backfill_order_name(order), "sjf");
    assert_int_equal(backfill_order_parse("", &order), -1);
    assert_int_equal(sched_mode_parse("", &mode), -1);
    mode = MODE_RIGID;
    assert_int_equal(sched_mode_parse("scheduler_driven", &mode), 0);
    assert_int_equal(mode, MODE_ELASTIC);
}

static void names_of_node_states(void **state)
{
    static const char *const names[] = {"idle",     "allocated", "reserved",
                                        "draining", "drained",   "down",
                                        "leaving",  "absent"};

    (void)state;
    for (int i = 0; i < (int)N_OF(names); i++)
        assert_string_equal(node_state_name((enum node_state)i), names[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_and_outcomes),
        cmocka_unit_test(the_states_of_nodes),
        cmocka_unit_test(the_counts_add_up_to_the_pool),
        cmocka_unit_test(a_down_node_is_down_even_if_drained),
        cmocka_unit_test(names_of_settings),
        cmocka_unit_test(names_of_node_states),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
