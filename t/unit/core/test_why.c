/* SPDX-License-Identifier: BSD-2-Clause */
/* Why a job waits, and when it is expected to start. */
#include "support.h"

static struct why why_of(const struct story *story, int64_t id)
{
    struct why why;

    assert_int_equal(sched_why(story->sched, id, story->now, &why), 0);
    return why;
}

static enum pending_reason reason_of(const struct story *story, int64_t id)
{
    struct why why = why_of(story, id);

    why_release(&why);
    return why.reason;
}

static void only_pending_jobs_wait(void **state)
{
    struct story *story = STORY("nodes 1", "submit 1", "submit 2", "cancel 2");
    struct why why;

    (void)state;
    assert_int_equal(sched_why(story->sched, 1, at(0), &why), -1);
    assert_int_equal(sched_why(story->sched, 2, at(0), &why), -1);
    assert_int_equal(sched_why(story->sched, 3, at(0), &why), -1);
    why_release(NULL);
    story_destroy(story);
}

/* The first that applies, in the order of doc/states.md. */
static void the_first_reason_that_applies(void **state)
{
    struct story *story =
        STORY("nodes 2", "submit 1 nodes=2 wall=50",
              "submit 2 nodes=9 wall=9 held after=ok:1 begin=40");

    (void)state;
    assert_int_equal(reason_of(story, 2), REASON_HELD);
    tell(story, "[1] release 2", "");
    assert_int_equal(reason_of(story, 2), REASON_DEPENDENCY);
    tell(story, "[10] exited 1", "release 1 0-1\nfinish 1 completed\n");
    assert_int_equal(reason_of(story, 2), REASON_BEGIN_TIME);
    tell(story, "[40] timer", "");
    assert_int_equal(reason_of(story, 2), REASON_TOO_LARGE);
    tell(story, "config ends=48; nodes 10; drain 9; drain 8", "");
    assert_int_equal(reason_of(story, 2), REASON_ALLOCATION_END);
    tell(story, "config ends=never; timer", "");
    assert_int_equal(reason_of(story, 2), REASON_UNAVAILABLE);
    tell(story, "[41] undrain 8; undrain 9; cancel 2",
         "start 2 on 0-8\n"
         "kill 2 for cancel\n");
    story_destroy(story);
}

static void out_of_use_is_not_too_large(void **state)
{
    struct story *story = STORY("nodes 3", "drain 2", "submit 1 nodes=3");
    struct why why = why_of(story, 1);

    (void)state;
    assert_int_equal(why.reason, REASON_UNAVAILABLE);
    assert_int_equal(why.n_pool, 3);
    assert_int_equal(why.n_usable, 2);
    assert_int_equal(why.n_free, 2);
    assert_int_equal(why.needs, 3);
    assert_int_equal(why.position, 0);
    assert_true(why.expected_start == TIME_NEVER);
    why_release(&why);
    story_destroy(story);
}

static void too_long_for_the_allocation(void **state)
{
    struct story *story =
        STORY("nodes 3", "config ends=100", "submit 1 wall=101", "submit 2");
    struct why why = why_of(story, 1);

    (void)state;
    assert_int_equal(why.reason, REASON_ALLOCATION_END);
    assert_true(why.ends == at(100));
    assert_int_equal(why.position, 0);
    assert_true(why.expected_start == TIME_NEVER);
    why_release(&why);
    story_destroy(story);
}

static void who_is_first_and_who_is_behind(void **state)
{
    struct story *story = STORY(
        "nodes 4", "[0] submit 1 nodes=3 wall=100", "submit 2 nodes=4 wall=50",
        "submit 3 nodes=2 wall=10", "submit 4 nodes=1 wall=101");
    struct why why = why_of(story, 2);

    (void)state;
    assert_int_equal(why.reason, REASON_RESOURCES);
    assert_int_equal(why.position, 1);
    assert_int_equal(why.n_queued, 3);
    assert_true(why.expected_start == at(100));
    assert_string_equal(why.backfill, "");
    why_release(&why);
    why = why_of(story, 3);
    assert_int_equal(why.reason, REASON_PRIORITY);
    assert_int_equal(why.position, 2);
    assert_int_equal(why.first_id, 2);
    assert_true(why.first_start == at(100));
    assert_true(why.expected_start == at(150));
    assert_string_equal(why.backfill, "needs more nodes than are free");
    why_release(&why);
    why = why_of(story, 4);
    assert_int_equal(why.extra, 0);
    assert_non_null(strstr(why.backfill, "would still run at the promised"));
    why_release(&why);
    tell(story, "config backfill=none", "");
    why = why_of(story, 4);
    assert_string_equal(why.backfill, "backfilling is off");
    why_release(&why);
    tell(story, "config backfill=conservative", "");
    why = why_of(story, 4);
    assert_string_equal(why.backfill, "would delay a planned start before it");
    why_release(&why);
    story_destroy(story);
}

static void which_dependency(void **state)
{
    struct story *story = STORY("nodes 2", "submit 1", "submit 2",
                                "submit 3 after=any:1,notok:2", "exited 1");
    struct why why = why_of(story, 3);

    (void)state;
    assert_int_equal(why.reason, REASON_DEPENDENCY);
    assert_int_equal(why.depends_on, 2);
    assert_int_equal(why.depends_kind, AFTER_NOT_OK);
    why_release(&why);
    story_destroy(story);
}

static void a_begin_time_is_the_expected_start(void **state)
{
    struct story *story = STORY("nodes 2", "submit 1 begin=77");
    struct why why = why_of(story, 1);

    (void)state;
    assert_true(why.expected_start == at(77));
    why_release(&why);
    story_destroy(story);
}

static void a_reservation_names_who_shrinks(void **state)
{
    struct story *story =
        STORY("config mode=rigid start=1 policy_done=60 shrink=fcfs", "nodes 7",
              "[0] submit 1 elastic min=1 max=3 wall=900",
              "submit 2 elastic min=1 max=3 wall=900 done=90",
              "[1] started 1; started 2", "config mode=elastic",
              "[2] submit 3 nodes=5 wall=10", "submit 4 nodes=1 wall=5");
    struct why why = why_of(story, 3);

    (void)state;
    assert_int_equal(why.reason, REASON_RESERVED);
    assert_set_equal(&why.reserved, "1-2,4-6");
    assert_set_equal(&why.coming, "1-2,4-5");
    assert_int_equal(why.n_shrinking, 2);
    assert_int_equal(why.shrinking[0], 1);
    assert_int_equal(why.shrinking[1], 2);
    assert_true(why.shrink_by == at(92));
    assert_true(why.expected_start == at(92));
    why_release(&why);
    why = why_of(story, 4);
    assert_int_equal(why.reason, REASON_PRIORITY);
    assert_int_equal(why.first_id, 3);
    assert_int_equal(why.position, 2);
    assert_int_equal(why.n_queued, 2);
    why_release(&why);
    tell(story, "[10] done 1",
         "directive 1 shrink done seq 2\nphase 1 shrink 0\nrelease 1 1-2\n");
    why = why_of(story, 3);
    assert_set_equal(&why.coming, "4-5");
    assert_int_equal(why.n_shrinking, 1);
    assert_int_equal(why.shrinking[0], 2);
    why_release(&why);
    story_destroy(story);
}

/* More than eight shrink: the first are named, all are counted. */
static void many_who_shrink(void **state)
{
    struct story *story = STORY("config mode=rigid start=1", "nodes 20");
    struct err err = {.code = ERR_NONE};
    struct strbuf told;
    struct why why;

    (void)state;
    strbuf_init(&told);
    for (int id = 1; id <= 10; id++) {
        char line[80];

        snprintf(line, sizeof line,
                 "submit %d elastic min=1 max=2 wall=900; started %d", id, id);
        assert_int_equal(story_line(story, line, &told, &err), 0);
    }
    assert_int_equal(story_line(story, "config mode=elastic", &told, &err), 0);
    assert_int_equal(
        story_line(story, "submit 11 nodes=10 wall=10", &told, &err), 0);
    strbuf_release(&told);
    why = why_of(story, 11);
    assert_int_equal(why.n_shrinking, 10);
    assert_int_equal(why.shrinking[7], 8);
    why_release(&why);
    story_destroy(story);
}

static void the_forecast_is_in_queue_order(void **state)
{
    struct story *story =
        STORY("nodes 2", "[0] submit 1 nodes=2 wall=100",
              "submit 2 nodes=1 wall=50", "submit 3 nodes=2 wall=30",
              "submit 4 nodes=1 wall=40", "submit 5 nodes=2 prio=1 wall=10");
    int64_t ids[8];
    time_us starts[8];

    (void)state;
    assert_int_equal(sched_forecast(story->sched, at(0), ids, starts, 8), 4);
    assert_int_equal(ids[0], 5);
    assert_true(starts[0] == at(100));
    assert_int_equal(ids[1], 2);
    assert_true(starts[1] == at(110));
    assert_int_equal(ids[2], 3);
    assert_true(starts[2] == at(160));
    assert_int_equal(ids[3], 4);
    assert_true(starts[3] == at(110));
    assert_int_equal(sched_forecast(story->sched, at(0), ids, starts, 2), 2);
    /* asked later, nothing is in the past */
    assert_int_equal(sched_forecast(story->sched, at(105), ids, starts, 1), 1);
    assert_true(starts[0] == at(105));
    story_destroy(story);
}

static void what_cannot_be_told_is_never(void **state)
{
    struct story *story =
        STORY("nodes 2", "submit 1 nodes=1", "submit 2 nodes=2 wall=9");
    struct why why = why_of(story, 2);

    (void)state;
    assert_true(why.expected_start == TIME_NEVER);
    assert_true(why.first_start == TIME_NEVER);
    why_release(&why);
    story_destroy(story);
}

/* Nothing happened since job 1 should have ended: no start is in the past. */
static void an_answer_is_never_in_the_past(void **state)
{
    struct story *story =
        STORY("nodes 2", "[0] submit 1 nodes=2 wall=100",
              "submit 2 nodes=1 wall=9", "submit 3 nodes=1 wall=9 begin=50");
    struct why why;

    (void)state;
    assert_int_equal(sched_why(story->sched, 2, at(120), &why), 0);
    assert_true(why.first_start == at(120));
    assert_true(why.expected_start == at(120));
    why_release(&why);
    assert_int_equal(sched_why(story->sched, 3, at(120), &why), 0);
    assert_true(why.expected_start == at(120));
    why_release(&why);
    story_destroy(story);
}

static void every_reason_has_a_name(void **state)
{
    (void)state;
    for (int i = REASON_NONE; i <= (int)REASON_PRIORITY; i++)
        assert_true(strlen(pending_reason_name((enum pending_reason)i)) > 3);
    assert_string_equal(pending_reason_name(REASON_BEGIN_TIME), "begin_time");
    assert_string_equal(pending_reason_name(REASON_TOO_LARGE), "too_large");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_pending_jobs_wait),
        cmocka_unit_test(the_first_reason_that_applies),
        cmocka_unit_test(out_of_use_is_not_too_large),
        cmocka_unit_test(too_long_for_the_allocation),
        cmocka_unit_test(who_is_first_and_who_is_behind),
        cmocka_unit_test(which_dependency),
        cmocka_unit_test(a_begin_time_is_the_expected_start),
        cmocka_unit_test(a_reservation_names_who_shrinks),
        cmocka_unit_test(many_who_shrink),
        cmocka_unit_test(the_forecast_is_in_queue_order),
        cmocka_unit_test(what_cannot_be_told_is_never),
        cmocka_unit_test(an_answer_is_never_in_the_past),
        cmocka_unit_test(every_reason_has_a_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
