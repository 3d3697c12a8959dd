/* SPDX-License-Identifier: BSD-2-Clause */
/* What the end of the allocation means for the time of jobs. */
#include "stage.h"

#include "manager/time_limit.h"

#define SEC(n) ((n)*USEC_PER_SEC)

static void expect_shortage(dur_us walltime, dur_us left, const char *expected)
{
    struct strbuf text;

    strbuf_init(&text);
    time_limit_add_shortage(&text, walltime, left);
    assert_string_equal(text.text, expected);
    strbuf_release(&text);
}

static void test_the_shortage_in_words(void **state)
{
    (void)state;
    expect_shortage(SEC(7200), SEC(4200),
                    "needs 02:00:00, the allocation ends in 01:10:00");
    expect_shortage(SEC(360000), SEC(59),
                    "needs 100:00:00, the allocation ends in 00:00:59");
    expect_shortage(TIME_NEVER, SEC(20),
                    "has no walltime, the allocation ends in 00:00:20");
    expect_shortage(SEC(1), 0, "needs 00:00:01, the allocation has ended");
}

/* An allocation that ends in 1000 s, jobs 10 s before. */
static time_us start_allocation(struct stage *stage)
{
    stage->options.ends_in = SEC(1000);
    stage->options.end_margin = SEC(10);
    stage_start(stage);
    return sched_config(stage->manager->sched)->ends;
}

static void test_the_limit_of_an_attempt(void **state)
{
    struct stage *stage = *state;
    time_us ends = start_allocation(stage);
    const struct manager *manager = stage->manager;

    /* over in time: as it was asked for, to the last second */
    assert_true(time_limit_of(manager, SEC(700), ends, ends - SEC(700)) ==
                SEC(700));
    /* no walltime: what is left without the margin */
    assert_true(time_limit_of(manager, TIME_NEVER, TIME_NEVER,
                              ends - SEC(300)) == SEC(290));
    /* too long, from when the end was another one */
    assert_true(time_limit_of(manager, SEC(500), ends + 1, ends - SEC(499)) ==
                SEC(489));
    /* never none at all: that is no limit for some */
    assert_true(time_limit_of(manager, TIME_NEVER, TIME_NEVER, ends) == SEC(1));
}

/* What it had before it started again is gone. */
static void test_the_limit_of_one_that_started_again(void **state)
{
    struct stage *stage = *state;
    time_us ends = start_allocation(stage), start = ends - SEC(800);
    struct job job = {.request = {.walltime = SEC(700)},
                      .started = start,
                      .planned_end = start + SEC(700),
                      .attempt_started = start};

    assert_true(time_limit_of_attempt(stage->manager, &job) == SEC(700));
    job.attempt_started = start + SEC(200);
    assert_true(time_limit_of_attempt(stage->manager, &job) == SEC(500));
    job.attempt_started = start + SEC(700);
    assert_true(time_limit_of_attempt(stage->manager, &job) == SEC(1));
    job.request.walltime = job.planned_end = TIME_NEVER;
    job.attempt_started = start + SEC(200);
    assert_true(time_limit_of_attempt(stage->manager, &job) == SEC(590));
}

static void test_the_margin_has_room_for_the_grace(void **state)
{
    struct stage *stage = *state;

    stage_start(stage);
    assert_true(time_limit_margin(stage->manager) == SEC(30));
    stage->manager->options.grace = SEC(5);
    assert_true(time_limit_margin(stage->manager) == SEC(30));
    stage->manager->options.grace = SEC(60);
    assert_true(time_limit_margin(stage->manager) == SEC(80));
    stage->manager->options.end_margin = SEC(3);
    assert_true(time_limit_margin(stage->manager) == SEC(3));
}

static void test_without_an_end_there_is_no_limit(void **state)
{
    struct stage *stage = *state;

    stage_start(stage);
    assert_true(time_limit_of(stage->manager, TIME_NEVER, TIME_NEVER, 5) ==
                TIME_NEVER);
    assert_int_equal(time_limit_n_left(stage->manager), 0);
}

/* The launcher is told: a job that names no walltime does not outlive the
 * allocation. */
static void test_a_job_without_a_walltime_is_ended(void **state)
{
    struct stage *stage = *state;
    const struct job *job;
    int64_t id;

    stage->options.ends_in = SEC(4);
    stage->options.end_margin = SEC(2);
    stage_start(stage);
    id = stage_submit(stage, "{\"command\": \"sleep 1000\"}");
    stage_expect(stage, id, JOB_RUNNING);
    job = sched_job(stage->manager->sched, id);
    assert_true(time_limit_end(stage->manager, job) ==
                sched_config(stage->manager->sched)->ends - SEC(2));
    stage_expect(stage, id, JOB_TIMEOUT);
    assert_true(manager_now(stage->manager) <
                sched_config(stage->manager->sched)->ends);
}

static void test_jobs_that_are_left_for_another_allocation(void **state)
{
    struct stage *stage = *state;
    int64_t id;

    start_allocation(stage);
    assert_int_equal(time_limit_n_left(stage->manager), 0);
    id = stage_submit(stage,
                      "{\"command\": \"sleep 1000\", \"walltime\": \"10m\"}");
    stage_expect(stage, id, JOB_RUNNING);
    stage_submit(stage, "{\"command\": \"true\", \"walltime\": \"1h\"}");
    stage_submit(stage, "{\"command\": \"true\", \"after\": [2]}");
    assert_int_equal(time_limit_n_left(stage->manager), 0);
    stage_send(stage, EV_CANCEL, id);
    stage_expect(stage, id, JOB_CANCELLED);
    assert_int_equal(time_limit_n_left(stage->manager), 2);
    stage_submit(stage, "{\"command\": \"true\", \"hold\": true}");
    assert_int_equal(time_limit_n_left(stage->manager), 0);
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, stage_enter, stage_leave)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_shortage_in_words),
        STORY(test_the_limit_of_an_attempt),
        STORY(test_the_limit_of_one_that_started_again),
        STORY(test_the_margin_has_room_for_the_grace),
        STORY(test_without_an_end_there_is_no_limit),
        STORY(test_a_job_without_a_walltime_is_ended),
        STORY(test_jobs_that_are_left_for_another_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
