/* SPDX-License-Identifier: BSD-2-Clause */
/* How far a wish for more nodes can be granted. */
#include "core/grant.h"
#include "support.h"

static void expect_grant(const struct story *story, int64_t id, uint32_t n,
                         uint32_t expected, dur_us delay)
{
    struct grant grant = grant_growth(story->sched, job_of(story, id), n, 0);

    assert_int_equal(grant.n, expected);
    assert_true(grant.delay == delay);
}

/* 1 evolving on 0 until 600 (up to 5), 2 on 1-2 until 400, 3 on 3 until 500;
 * 4-7 idle, and nobody waits. */
static struct story *a_story(const char *config)
{
    return STORY("config mode=evolving cooldown=0", config, "nodes 8",
                 "[0] submit 1 evolving max=5 wall=600",
                 "submit 2 nodes=2 wall=400", "submit 3 wall=500",
                 "[1] started 1; started 2; started 3");
}

static void nobody_waits_so_all_that_it_has_room_for(void **state)
{
    struct story *story = a_story("config");

    (void)state;
    expect_grant(story, 1, 3, 3, 0);
    expect_grant(story, 1, 9, 4, 0);
    assert_int_equal(grant_growth(story->sched, job_of(story, 1), 9, 3).n, 1);
    assert_int_equal(grant_growth(story->sched, job_of(story, 1), 9, 99).n, 0);
    story_destroy(story);
}

/* Job 4 needs seven nodes: at 500, and then there are none over. */
static void the_head_is_not_delayed_by_default(void **state)
{
    struct story *story = a_story("config");

    (void)state;
    tell(story, "submit 4 nodes=7 wall=10", "");
    expect_grant(story, 1, 4, 0, 0);
    /* one that ends before it may have anything that is idle */
    tell(story, "update 1 wall=450", "walltime 1 450\n");
    expect_grant(story, 1, 4, 4, 0);
    story_destroy(story);
}

static void extra_nodes_are_free(void **state)
{
    struct story *story = a_story("config");

    (void)state;
    tell(story, "submit 4 nodes=5 wall=10", "");
    expect_grant(story, 1, 4, 1, 0);
    story_destroy(story);
}

/* 4 to 7 nodes idle: each one that job 1 has more costs until its end. */
static void the_budget_bounds_the_delay(void **state)
{
    struct story *story = a_story("config evolving_delay=100");

    (void)state;
    tell(story, "submit 4 nodes=5 wall=10", "");
    /* promised at 400; two nodes: at 500; three: at 600 */
    expect_grant(story, 1, 2, 2, sec(100));
    expect_grant(story, 1, 3, 2, sec(100));
    job_of(story, 4)->delayed = sec(1);
    expect_grant(story, 1, 3, 1, 0);
    tell(story, "config evolving_delay=201", "");
    expect_grant(story, 1, 3, 3, sec(200));
    tell(story, "config backfill=conservative", "");
    expect_grant(story, 1, 3, 0, 0);
    story_destroy(story);
}

/* Nobody knows when they come back. */
static void a_job_without_an_end_delays_for_ever(void **state)
{
    struct story *story =
        STORY("config mode=evolving evolving_delay=10000", "nodes 4",
              "submit 1 evolving max=4", "submit 2 wall=100",
              "started 1; started 2", "submit 3 nodes=3 wall=9");

    (void)state;
    expect_grant(story, 1, 2, 0, 0);
    story_destroy(story);
}

static void what_older_wishes_wait_for_is_claimed(void **state)
{
    struct story *story = a_story("config");

    (void)state;
    assert_int_equal(grant_n_claimed(story->sched, NULL), 0);
    tell(story, "submit 5 evolving max=9 wall=100; started 5",
         "start 5 on 4\n");
    tell(story, "expand 5 4 by=job wait=99", "answer 5 queued\n");
    assert_int_equal(grant_n_claimed(story->sched, NULL), 3);
    assert_int_equal(grant_n_claimed(story->sched, job_of(story, 1)), 3);
    assert_int_equal(grant_n_claimed(story->sched, job_of(story, 5)), 0);
    tell(story, "expand 5 1 by=job wait=99",
         "answer 5 denied\nanswer 5 granted 1\n"
         "offer 5 expand 5 seq 1 for the job\n");
    assert_int_equal(grant_n_claimed(story->sched, NULL), 0);
    story_destroy(story);
}

static void when_it_is_worth_asking_again(void **state)
{
    struct story *story = a_story("config");
    const struct job *job = job_of(story, 1);

    (void)state;
    assert_true(grant_retry_after(story->sched, job, DIRECTIVE_GROW, 5) ==
                sec(399));
    assert_true(grant_retry_after(story->sched, job, DIRECTIVE_GROW, 7) ==
                sec(499));
    assert_true(grant_retry_after(story->sched, job, DIRECTIVE_GROW, 9) == 0);
    job_of(story, 1)->no_resize_before = at(31);
    assert_true(grant_retry_after(story->sched, job, DIRECTIVE_GROW, 1) ==
                sec(30));
    assert_true(grant_retry_after(story->sched, job, DIRECTIVE_SHRINK, 1) == 0);
    job_of(story, 1)->no_resize_before = 0;
    tell(story, "expand 1 1", "offer 1 expand 4 seq 1 for the user\n");
    assert_true(grant_retry_after(story->sched, job, DIRECTIVE_SHRINK, 9) ==
                sec(600));
    tell(story, "refused 1", "directive 1 expand refused seq 1\nrelease 1 4\n");
    tell(story, "submit 4 nodes=7 wall=10", "");
    assert_true(grant_retry_after(story->sched, job, DIRECTIVE_GROW, 1) ==
                sec(499));
    story_destroy(story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_waits_so_all_that_it_has_room_for),
        cmocka_unit_test(the_head_is_not_delayed_by_default),
        cmocka_unit_test(extra_nodes_are_free),
        cmocka_unit_test(the_budget_bounds_the_delay),
        cmocka_unit_test(a_job_without_an_end_delays_for_ever),
        cmocka_unit_test(what_older_wishes_wait_for_is_claimed),
        cmocka_unit_test(when_it_is_worth_asking_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
