/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Plans: free nodes over time. Against an array with one cell per second; and
 * made from a scheduler with a reservation.
 */
#include "core/plan.h"
#include "support.h"

#define HORIZON 400

static void a_plan_of_an_idle_pool_is_flat(void **state)
{
    struct story *story = STORY("nodes 5");
    struct plan plan;

    (void)state;
    plan_init(&plan, story->sched);
    assert_int_equal(plan.n, 1);
    assert_int_equal(plan_free_now(&plan), 5);
    assert_int_equal(plan_free_until(&plan, TIME_NEVER), 5);
    assert_true(plan_earliest(&plan, 5, TIME_NEVER) == at(0));
    assert_true(plan_earliest(&plan, 6, 1) == TIME_NEVER);
    plan_release(&plan);
    assert_null(plan.steps);
    story_destroy(story);
}

static void a_plan_rises_as_jobs_end(void **state)
{
    struct story *story =
        STORY("nodes 6", "[0] submit 1 nodes=2 wall=100",
              "submit 2 nodes=1 wall=50", "submit 3 nodes=1", "[10] timer");
    struct plan plan;

    (void)state;
    plan_init(&plan, story->sched);
    assert_int_equal(plan_free_now(&plan), 2);
    assert_true(plan_earliest(&plan, 3, sec(1)) == at(50));
    assert_true(plan_earliest(&plan, 5, sec(1)) == at(100));
    /* the node of a job without a limit never comes back */
    assert_true(plan_earliest(&plan, 6, sec(1)) == TIME_NEVER);
    plan_release(&plan);
    story_destroy(story);
}

static void overdue_jobs_are_gone_in_a_second(void **state)
{
    struct story *story =
        STORY("nodes 3", "[0] submit 1 nodes=1 wall=10",
              "submit 2 nodes=1 wall=20", "submit 3 nodes=1 wall=30.5");
    struct plan plan;

    (void)state;
    story->sched->now = at(30);
    plan_init(&plan, story->sched);
    assert_int_equal(plan_free_now(&plan), 0);
    assert_true(plan_earliest(&plan, 1, 1) == at(31));
    assert_true(plan_earliest(&plan, 3, 1) == at(31));
    plan_release(&plan);
    story_destroy(story);
}

static void taking_digs_a_hole(void **state)
{
    struct story *story = STORY("nodes 4");
    struct plan plan;

    (void)state;
    plan_init(&plan, story->sched);
    plan_take(&plan, at(100), sec(50), 3);
    assert_int_equal(plan_free_now(&plan), 4);
    assert_int_equal(plan_free_until(&plan, at(100)), 4);
    assert_int_equal(plan_free_until(&plan, at(101)), 1);
    assert_true(plan_earliest(&plan, 2, sec(100)) == at(0));
    assert_true(plan_earliest(&plan, 2, sec(101)) == at(150));
    assert_true(plan_earliest(&plan, 1, TIME_NEVER) == at(0));
    plan_take(&plan, at(150), TIME_NEVER, 4);
    assert_true(plan_earliest(&plan, 2, sec(101)) == TIME_NEVER);
    plan_release(&plan);
    story_destroy(story);
}

/* ---- against one cell per second ---- */

static int64_t earliest_cell(const uint32_t *cells, uint32_t n, int64_t length)
{
    for (int64_t from = 0; from < HORIZON; from++) {
        bool fits = true;

        for (int64_t i = from; i < from + length && fits; i++)
            fits = cells[i < HORIZON ? i : HORIZON - 1] >= n;
        if (fits)
            return from;
    }
    return -1;
}

static void compare_round(uint64_t *random, struct plan *plan, uint32_t *cells)
{
    uint32_t n = 1 + random_below(random, 12);
    int64_t length = 1 + random_below(random, 60);
    int64_t expected = earliest_cell(cells, n, length);
    int64_t until = 1 + random_below(random, HORIZON - 1);
    uint32_t least = UINT32_MAX;
    time_us when = plan_earliest(plan, n, sec(length));

    for (int64_t i = 0; i < until; i++)
        least = cells[i] < least ? cells[i] : least;
    assert_int_equal(plan_free_until(plan, at((double)until)), least);
    assert_int_equal(plan_fits_now(plan, n, sec(until)), n <= least);
    assert_true(when == (expected < 0 ? TIME_NEVER : at((double)expected)));
    if (expected < 0 || expected + length >= HORIZON - 1)
        return;
    plan_take(plan, when, sec(length), n);
    for (int64_t i = expected; i < expected + length; i++)
        cells[i] -= n;
}

static void plans_match_a_cell_per_second(void **state)
{
    uint64_t random = 17;

    (void)state;
    for (int round = 0; round < 60; round++) {
        struct story *story = STORY("nodes 12");
        uint32_t cells[HORIZON];
        struct plan plan;

        for (size_t i = 0; i < HORIZON; i++)
            cells[i] = 12;
        plan_init(&plan, story->sched);
        for (int i = 0; i < 60; i++)
            compare_round(&random, &plan, cells);
        plan_release(&plan);
        story_destroy(story);
    }
}

/* ---- with a reservation ---- */

/* Job 1 (1000 s) gives two of its nodes to job 3, which has one kept; job 2
 * (500 s) would give it two more in any case. */
static struct story *with_reservation(void)
{
    return STORY("config mode=rigid start=1 policy_done=60", "nodes 8",
                 "[0] submit 1 elastic min=1 max=4 wall=1000",
                 "submit 2 nodes=3 wall=500", "[1] started 1; started 2",
                 "config mode=elastic", "[10] submit 3 nodes=3 wall=100");
}

static void what_is_promised_counts_ends_alone(void **state)
{
    struct story *story = with_reservation();
    struct queue_hole hole;
    struct plan plan;

    (void)state;
    assert_int_equal(story->sched->reservation.job, 3);
    plan_init(&plan, story->sched);
    /* the kept node is nobody's; job 3 starts at 500 if nobody shrinks */
    assert_int_equal(plan_free_now(&plan), 0);
    assert_true(plan_earliest(&plan, 1, sec(1)) == at(500));
    assert_int_equal(plan_free_until(&plan, at(501)), 0);
    assert_true(plan_earliest(&plan, 4, sec(1)) == at(600));
    assert_true(plan_earliest(&plan, 8, sec(1)) == at(1000));
    plan_release(&plan);
    hole = plan_hole(story->sched, sched_job(story->sched, 3));
    assert_int_equal(hole.n_free, 0);
    assert_true(hole.longest == sec(490));
    story_destroy(story);
}

static void what_is_expected_counts_shrinks(void **state)
{
    struct story *story = with_reservation();
    struct plan plan;

    (void)state;
    plan_init_expected(&plan, story->sched);
    assert_int_equal(plan_free_now(&plan), 0);
    /* job 3 runs from 70 to 170 on its three nodes */
    assert_true(plan_earliest(&plan, 3, sec(1)) == at(170));
    assert_true(plan_earliest(&plan, 6, sec(1)) == at(500));
    assert_true(plan_earliest(&plan, 8, sec(1)) == at(1000));
    plan_release(&plan);
    story_destroy(story);
}

static void a_reserved_job_that_may_never_start_keeps_its_nodes(void **state)
{
    struct story *story =
        STORY("config mode=rigid start=1", "nodes 4",
              "[0] submit 1 elastic min=1 max=3", "[1] started 1",
              "config mode=elastic", "[10] submit 2 nodes=3 wall=100");
    struct plan plan;

    (void)state;
    assert_int_equal(story->sched->reservation.job, 2);
    plan_init(&plan, story->sched);
    assert_int_equal(plan_free_until(&plan, TIME_NEVER), 0);
    assert_true(plan_earliest(&plan, 1, sec(1)) == TIME_NEVER);
    plan_release(&plan);
    plan_init_expected(&plan, story->sched);
    assert_true(plan_earliest(&plan, 3, sec(1)) == at(10 + 600 + 100));
    plan_release(&plan);
    story_destroy(story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_of_an_idle_pool_is_flat),
        cmocka_unit_test(a_plan_rises_as_jobs_end),
        cmocka_unit_test(overdue_jobs_are_gone_in_a_second),
        cmocka_unit_test(taking_digs_a_hole),
        cmocka_unit_test(plans_match_a_cell_per_second),
        cmocka_unit_test(what_is_promised_counts_ends_alone),
        cmocka_unit_test(what_is_expected_counts_shrinks),
        cmocka_unit_test(a_reserved_job_that_may_never_start_keeps_its_nodes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
