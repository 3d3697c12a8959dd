/* SPDX-License-Identifier: BSD-2-Clause */
/* The log lines about what the scheduler did. */
#include "stage.h"

#include "manager/news.h"
#include "manager/turn.h"

static void test_the_life_of_a_job(void **state)
{
    struct stage *stage = *state;

    stage_start(stage);
    stage_submit(stage, "{\"command\": \"true\", \"min_nodes\": 2,"
                        " \"name\": \"blast\", \"walltime\": \"0:30:00\"}");
    stage_expect(stage, 1, JOB_COMPLETED);
    assert_int_equal(stage_count_log(stage, "job 1 (blast) submitted: rigid, "
                                            "2 nodes, walltime 30:00"),
                     1);
    assert_int_equal(
        stage_count_log(stage, "Nodes Allocated: job 1 <- node[1-2]"), 1);
    assert_int_equal(stage_count_log(stage, "job 1 started on node[1-2]"), 1);
    assert_int_equal(stage_count_log(stage, "Nodes Freed: job 1 -> node[1-2]"),
                     1);
    assert_int_equal(stage_count_log(stage, "job 1 completed (exit code 0) "
                                            "after"),
                     1);
}

static void test_how_it_ended(void **state)
{
    struct stage *stage = *state;

    stage_start(stage);
    stage_submit(stage, "{\"command\": \"exit 3\"}");
    stage_submit(stage, "{\"command\": \"sleep 60\"}");
    stage_submit(stage, "{\"command\": \"true\", \"hold\": true}");
    stage_expect(stage, 1, JOB_FAILED);
    stage_expect(stage, 2, JOB_RUNNING);
    stage_send(stage, EV_CANCEL, 2);
    stage_send(stage, EV_CANCEL, 3);
    stage_expect(stage, 2, JOB_CANCELLED);
    stage_expect(stage, 3, JOB_CANCELLED);
    assert_int_equal(stage_count_log(stage, "job 1 failed (exit code 3)"), 1);
    assert_int_equal(stage_count_log(stage, "job 2 cancelled (signal 15, "), 1);
    assert_int_equal(stage_count_log(stage, "job 3 cancelled\n"), 1);
}

static void test_a_directive_from_offer_to_end(void **state)
{
    struct stage *stage = *state;
    struct event event;

    stage_start(stage);
    stage_submit(stage, "{\"command\": \"sleep 60\", \"elastic\": true,"
                        " \"min_nodes\": 1, \"max_nodes\": 3}");
    stage_expect_log(stage, "[Elastic Scaling] job 1: expand 1 -> 3 "
                            "(node[2-3]) offered (asked by the scheduler)");
    event_init(&event, EV_REFUSED, manager_now(stage->manager));
    event.job = 1;
    event.seq = 1;
    manager_event(stage->manager, &event, NULL);
    stage_expect_log(stage, "[Elastic Scaling] job 1: expand 1 -> 3 "
                            "(node[2-3]) refused\n");
}

static void test_the_scheduler_s_own_lines_are_for_debugging(void **state)
{
    struct stage *stage = *state;

    stage_start(stage);
    stage_submit(stage, "{\"command\": \"sleep 60\", \"min_nodes\": 3}");
    stage_submit(stage, "{\"command\": \"true\", \"min_nodes\": 2}");
    stage_expect(stage, 1, JOB_RUNNING);
    assert_true(stage_count_log(stage, "DEBUG Scheduler woke up: submit") > 0);
    assert_true(stage_count_log(stage, "DEBUG Scheduling attempt: head job 2, "
                                       "needs 2, free 0") > 0);
    assert_true(stage_count_log(stage, "DEBUG Scheduler waiting (1 pending, "
                                       "1 running, 0 of 3 nodes idle)") > 0);
    stage_stop(stage);
    stage->options.log_level = LOG_INFO;
    stage_start(stage);
    stage_submit(stage, "{\"command\": \"true\"}");
    turn_run(stage->manager->turn);
    assert_int_equal(stage_count_log(stage, "DEBUG Scheduler woke up: "
                                            "pool_changed"),
                     1);
}

static void test_nothing_is_said_before_the_commit(void **state)
{
    struct stage *stage = *state;

    stage_start(stage);
    stage_submit(stage, "{\"command\": \"sleep 60\"}");
    assert_int_equal(stage_count_log(stage, "job 1 submitted"), 0);
    turn_run(stage->manager->turn);
    assert_int_equal(stage_count_log(stage, "job 1 submitted"), 1);
}

static void test_names_cannot_forge_lines(void **state)
{
    struct stage *stage = *state;
    struct news news;

    stage_start(stage);
    news_init(&news);
    strbuf_add_str(&news.lines, "2one\n2two\n");
    news_print(&news, &stage->manager->log);
    assert_int_equal(news.lines.len, 0);
    assert_int_equal(stage_count_log(stage, "INFO  one"), 1);
    assert_int_equal(stage_count_log(stage, "INFO  two"), 1);
    news_release(&news);
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, stage_enter, stage_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_the_life_of_a_job),
        STORY(test_how_it_ended),
        STORY(test_a_directive_from_offer_to_end),
        STORY(test_the_scheduler_s_own_lines_are_for_debugging),
        STORY(test_nothing_is_said_before_the_commit),
        STORY(test_names_cannot_forge_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
