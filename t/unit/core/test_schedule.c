/* SPDX-License-Identifier: BSD-2-Clause */
/* One pass: what is due first, then the order of decisions, and the wake-ups
 * that it asks for. */
#include "support.h"

static void a_sleeping_scheduler_asks_for_nothing(void **state)
{
    struct story *story = STORY("nodes 2", "submit 1 wall=100", "started 1",
                                "submit 2 nodes=2 wall=100", "exited 1");

    (void)state;
    assert_true(story->wake_at == TIME_NEVER);
    story_destroy(story);
}

static void each_timer_is_asked_for(void **state)
{
    struct story *story = STORY("nodes 2", "[0] submit 1 wall=9 begin=50");

    (void)state;
    assert_true(story->wake_at == at(50));
    tell(story,
         "[1] submit 2 elastic resize=app max=2 wall=900 accept=20 "
         "done=40",
         "start 2 on 0\n");
    tell(story, "started 2", "offer 2 expand 1 seq 1\n");
    assert_true(story->wake_at == at(21));
    tell(story, "[10] accepted 2", "directive 2 expand accepted seq 1\n");
    tell(story, "[21] timer", "");
    /* a wake-up that is not needed any more does no harm */
    tell(story, "[49] done 2",
         "directive 2 expand done seq 1\nphase 2 grow 0-1\n");
    assert_true(story->wake_at == at(50));
    tell(story, "[50] timer", "");
    tell(story, "[51] why 1",
         "why 1: resources needs=1 free=0 position=1/1 start=901 first=1 "
         "promised=901 extra=0\n");
    story_destroy(story);
}

static void a_deadline_that_was_met_is_nothing(void **state)
{
    struct story *story = STORY("config cooldown=0", "nodes 2",
                                "[0] submit 1 elastic max=2 wall=900 done=30",
                                "started 1", "[5] done 1");

    (void)state;
    tell(story, "[29] shrink 1 1", "offer 1 shrink 1 seq 2 for the user\n");
    /* the deadline of the first is not the second's */
    tell(story, "[30] timer", "");
    tell(story, "[59] timer",
         "directive 1 shrink withdrawing seq 2\nwithdraw 1 shrink 1 seq 2\n");
    story_destroy(story);
}

static void the_order_of_a_pass(void **state)
{
    /* At 10 at once: the reserved job starts, then the queue in order, then
     * backfilling, then growth. */
    struct story *story = STORY(
        "config mode=rigid start=1 cooldown=0", "nodes 12",
        "[0] submit 1 elastic min=2 max=4 wall=900", "submit 2 nodes=8 wall=50",
        "[1] started 1; started 2", "config mode=elastic start=0",
        "[2] submit 3 nodes=2 wall=100", "submit 4 nodes=1 wall=100",
        "submit 5 nodes=9 wall=100", "submit 6 nodes=1 wall=90 prio=-1");

    (void)state;
    tell(story, "[10] exited 2",
         "release 2 4-11\nfinish 2 completed\n"
         "start 3 on 4-5\n" /* had a reservation */
         "start 4 on 6\n"   /* first of the queue */
         "start 6 on 7\n"); /* passes job 5, which needs nine */
    /* of the six idle nodes job 5 leaves one over at 110 */
    tell(story, "[11] done 1",
         "directive 1 shrink done seq 1\nphase 1 shrink 0-1\nrelease 1 2-3\n"
         "offer 1 expand 2 seq 2\n");
    tell(story, "[12] cancel 5", "finish 5 cancelled\n");
    tell(story, "[13] done 1",
         "directive 1 expand done seq 2\n"
         "phase 1 grow 0-2\noffer 1 expand 3 seq 3\n");
    story_destroy(story);
}

static void a_begin_time_lets_a_job_into_the_queue_at_its_place(void **state)
{
    struct story *story =
        STORY("config backfill=none", "nodes 1", "[0] submit 1 wall=100",
              "submit 2 wall=10 begin=20", "submit 3 wall=10");

    (void)state;
    tell(story, "why 3",
         "why 3: resources needs=1 free=0 position=1/1 start=100 first=3 "
         "promised=100 extra=0\n");
    tell(story, "[20] timer", "");
    tell(story, "[30] exited 1",
         "release 1 0\nfinish 1 completed\nstart 2 on 0\n");
    story_destroy(story);
}

static void starts_fail_later_each_time_and_then_for_good(void **state)
{
    static const double again[] = {2, 4, 8, 16};
    struct story *story = STORY("nodes 1", "[0] submit 1 wall=100");
    double now = 0;

    (void)state;
    for (size_t i = 0; i < N_OF(again); i++) {
        char line[40];

        tell(story, "start_failed 1", "release 1 0\nrequeued 1\n");
        now += again[i];
        assert_true(story->wake_at == at(now));
        snprintf(line, sizeof line, "[%g] timer", now);
        tell(story, line, "start 1 on 0\n");
    }
    tell(story, "start_failed 1", "release 1 0\nfinish 1 failed\n");
    story_destroy(story);
}

static void a_chain_of_impossible_jobs_goes_in_one_pass(void **state)
{
    struct story *story = STORY("nodes 1", "submit 1 held");
    struct err err = {.code = ERR_NONE};
    struct strbuf told;

    (void)state;
    for (int id = 2; id <= 50; id++) {
        char line[60];

        snprintf(line, sizeof line, "submit %d after=ok:%d", id, id - 1);
        tell(story, line, "");
    }
    strbuf_init(&told);
    assert_int_equal(story_line(story, "cancel 1", &told, &err), 0);
    assert_non_null(strstr(told.text, "finish 50 cancelled\n"));
    assert_null(sched_next_job(story->sched, 0));
    strbuf_release(&told);
    story_destroy(story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sleeping_scheduler_asks_for_nothing),
        cmocka_unit_test(each_timer_is_asked_for),
        cmocka_unit_test(a_deadline_that_was_met_is_nothing),
        cmocka_unit_test(the_order_of_a_pass),
        cmocka_unit_test(a_begin_time_lets_a_job_into_the_queue_at_its_place),
        cmocka_unit_test(starts_fail_later_each_time_and_then_for_good),
        cmocka_unit_test(a_chain_of_impossible_jobs_goes_in_one_pass),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
