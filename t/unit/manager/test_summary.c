/* SPDX-License-Identifier: BSD-2-Clause */
/* What a run amounted to. */
#include "stage.h"

#include "manager/jobs_watch.h"
#include "manager/summary.h"
#include "manager/turn.h"

static struct manager_summary sum(struct stage *stage)
{
    struct manager_summary summary;

    summary_make(stage->manager, &summary);
    return summary;
}

static void test_nothing_was_done(void **state)
{
    struct stage *stage = *state;
    struct manager_summary summary;

    stage_start(stage);
    summary = sum(stage);
    assert_int_equal(summary.n_jobs, 0);
    assert_int_equal(summary.makespan, 0);
    assert_int_equal(summary.mean_wait, 0);
    assert_true(summary.utilisation == 0);
    assert_int_equal(summary.highest_exit, 0);
    assert_false(summary.is_idle);
}

static void test_each_end_has_its_place(void **state)
{
    struct stage *stage = *state;
    struct manager_summary summary;

    stage_start(stage);
    stage_submit(stage, "{\"command\": \"true\"}");
    stage_submit(stage, "{\"command\": \"exit 7\"}");
    stage_submit(stage, "{\"command\": \"sleep 60\"}");
    stage_expect(stage, 1, JOB_COMPLETED);
    stage_expect(stage, 2, JOB_FAILED);
    stage_expect(stage, 3, JOB_RUNNING);
    summary = sum(stage);
    assert_int_equal(summary.n_jobs, 2);
    assert_int_equal(summary.highest_exit, 7);
    stage_send(stage, EV_CANCEL, 3);
    stage_expect(stage, 3, JOB_CANCELLED);
    stage_send(stage, EV_LOST, 3);
    summary = sum(stage);
    assert_int_equal(summary.n_jobs, 3);
    assert_int_equal(summary.n_completed, 1);
    assert_int_equal(summary.n_failed, 1);
    assert_int_equal(summary.n_cancelled, 1);
    assert_int_equal(summary.highest_exit, 128 + 15);
}

static void test_a_job_that_never_ran_is_no_success(void **state)
{
    struct stage *stage = *state;
    struct manager_summary summary;

    stage_start(stage);
    stage_submit(stage, "{\"command\": \"true\", \"hold\": true}");
    stage_send(stage, EV_CANCEL, 1);
    stage_expect(stage, 1, JOB_CANCELLED);
    summary = sum(stage);
    assert_int_equal(summary.n_cancelled, 1);
    assert_int_equal(summary.highest_exit, 1);
    assert_int_equal(summary.mean_wait, 0);
}

static void test_a_lost_job_is_an_other(void **state)
{
    struct stage *stage = *state;
    struct event event;

    stage_start(stage);
    stage_submit(stage, "{\"command\": \"sleep 60\"}");
    stage_expect(stage, 1, JOB_RUNNING);
    event_init(&event, EV_LOST, manager_now(stage->manager));
    event.job = 1;
    event.attempt = 1;
    assert_int_equal(manager_event(stage->manager, &event, NULL), 0);
    stage_expect(stage, 1, JOB_LOST);
    assert_int_equal(sum(stage).n_other, 1);
    assert_int_equal(sum(stage).highest_exit, 1);
}

static void test_times_and_use(void **state)
{
    struct stage *stage = *state;
    struct manager_summary summary;

    stage_start(stage);
    stage_submit(stage, "{\"command\": \"sleep 0.4\", \"min_nodes\": 3}");
    stage_submit(stage, "{\"command\": \"sleep 0.4\", \"min_nodes\": 3}");
    stage_expect(stage, 2, JOB_COMPLETED);
    summary = sum(stage);
    assert_true(summary.makespan >= 8 * USEC_PER_SEC / 10);
    assert_true(summary.mean_wait >= 2 * USEC_PER_SEC / 10);
    assert_true(summary.mean_wait < summary.makespan);
    assert_true(summary.utilisation > 0.5 && summary.utilisation <= 1);
}

static void test_resizes_are_counted(void **state)
{
    struct stage *stage = *state;
    struct event event;

    stage_start(stage);
    stage_submit(stage, "{\"command\": \"sleep 60\", \"elastic\": true,"
                        " \"min_nodes\": 1, \"max_nodes\": 3}");
    stage_expect_log(stage, "offered");
    event_init(&event, EV_DONE, manager_now(stage->manager));
    event.job = 1;
    event.seq = 1;
    assert_int_equal(manager_event(stage->manager, &event, NULL), 0);
    turn_run(stage->manager->turn);
    assert_int_equal(sum(stage).n_grows, 1);
    assert_int_equal(sum(stage).n_shrinks, 0);
}

static void test_rejected_entries_are_counted(void **state)
{
    struct stage *stage = *state;

    file_put("jobs.json", "[{\"command\": 3}, {\"nodes\": 1}]");
    stage->options.jobs_file = "jobs.json";
    stage_start(stage);
    stage_expect_log(stage, "error");
    stage_wait(stage, 20);
    assert_int_equal(sum(stage).n_rejected,
                     jobs_watch_n_rejected(stage->manager->jobs_watch));
    assert_true(sum(stage).n_rejected >= 2);
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, stage_enter, stage_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_nothing_was_done),
        STORY(test_each_end_has_its_place),
        STORY(test_a_job_that_never_ran_is_no_success),
        STORY(test_a_lost_job_is_an_other),
        STORY(test_times_and_use),
        STORY(test_resizes_are_counted),
        STORY(test_rejected_entries_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
