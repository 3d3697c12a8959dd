/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of an attempt, and what is done to it as a whole. */
#include "stage.h"

#include <sys/stat.h>
#include <unistd.h>

#include "manager/parts.h"

#define WITH_WORKERS(command, worker)                            \
    "{\"command\": \"" command "\", \"worker\": \"" worker "\"," \
    " \"min_nodes\": 2, \"grace\": 1, \"walltime\": \"1:00:00\"}"

struct wish {
    const struct manager *manager;
    uint32_t n;
};

static bool has_n_live(void *context)
{
    const struct wish *wish = context;

    return parts_n_live(wish->manager, 1, 1) == wish->n;
}

static void expect_live(struct stage *stage, uint32_t n)
{
    struct wish wish = {stage->manager, n};

    if (!stage_until(stage, has_n_live, &wish, 10000))
        fail_msg("%u parts are live, not %u",
                 parts_n_live(stage->manager, 1, 1), n);
}

static void test_numbers(void **state)
{
    uint32_t node = 9;

    (void)state;
    assert_int_equal(parts_of_node(0), 1);
    assert_true(parts_is_worker(parts_of_node(41), &node));
    assert_int_equal(node, 41);
    assert_false(parts_is_worker(0, &node));
    assert_true(parts_of_hook(5) == 0x80000005u);
    assert_true(parts_of_hook(UINT64_C(0x1ffffffff)) == 0xffffffffu);
    assert_false(parts_is_worker(parts_of_hook(5), &node));
}

static void test_an_attempt_ends_with_the_last_of_its_parts(void **state)
{
    struct stage *stage = *state;

    stage_start(stage);
    stage_submit(stage,
                 WITH_WORKERS("sleep 0.3; exit 4", "sleep 60; : ignore-term"));
    expect_live(stage, 2);
    stage_wait(stage, 500); /* the command has ended, and its workers resist */
    assert_true(parts_is_held(stage->manager, 1, 1));
    assert_int_equal(stage_state(stage, 1), JOB_RUNNING);
    stage_expect(stage, 1, JOB_FAILED);
    assert_false(parts_is_held(stage->manager, 1, 1));
    assert_int_equal(parts_n_live(stage->manager, 1, 1), 0);
    assert_int_equal(stage_count_log(stage, "job 1 failed (exit code 4)"), 1);
}

static void test_all_of_it_is_ended_together(void **state)
{
    struct stage *stage = *state;

    stage_start(stage);
    stage_submit(stage, WITH_WORKERS("sleep 60", "sleep 60"));
    expect_live(stage, 2);
    stage_send(stage, EV_CANCEL, 1);
    stage_expect(stage, 1, JOB_CANCELLED);
    expect_live(stage, 0);
}

static void test_a_signal_is_for_all_of_it(void **state)
{
    struct stage *stage = *state;
    struct err err;

    stage_start(stage);
    stage_submit(stage, WITH_WORKERS("sleep 60", "sleep 60"));
    expect_live(stage, 2);
    assert_int_equal(parts_signal_attempt(stage->manager,
                                          sched_job(stage->manager->sched, 1),
                                          10, &err),
                     0);
    stage_expect(stage, 1, JOB_FAILED);
}

/* A report about something that nobody has started is nobody's. */
static void test_reports_of_strangers(void **state)
{
    struct stage *stage = *state;
    struct launch_report report = {.key = {1, 1, 7}, .what = LAUNCH_ENDED};
    struct launch_key key = {1, 1, 7};

    stage_start(stage);
    assert_true(parts_take(stage->manager, &report));
    report.key.part = 0;
    assert_false(parts_take(stage->manager, &report));
    report.what = LAUNCH_CLEARED;
    assert_false(parts_take(stage->manager, &report));
    assert_false(parts_state(stage->manager, &key).is_there);
    parts_end(stage->manager, &key, 0);
    parts_forget(stage->manager, &key);
}

/* The journal was lost, say, and something runs on. */
static void test_parts_of_attempts_that_are_over_are_ended(void **state)
{
    struct stage *stage = *state;

    stage->options.launcher = "local";
    stage->options.shepherd_path = SHEPHERD_PATH;
    stage_start(stage);
    stage_submit(stage, WITH_WORKERS("sleep 60", "sleep 60"));
    expect_live(stage, 2);
    stage_wait(stage, 300);
    stage_stop(stage);
    assert_int_equal(system("cp -a .erm other; rm other/erm.db*;"
                            " rm -rf .erm/jobs; mv other/jobs .erm/jobs;"
                            " rm -f .erm/erm.db*"),
                     0);
    stage_start(stage);
    expect_live(stage, 0);
    stage_wait(stage, 100);
    assert_int_equal(access(".erm/jobs/1.1.1", F_OK), -1);
    assert_int_equal(system("kill $(cut -d' ' -f2 .erm/jobs/1.1/shepherd)"), 0);
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, stage_enter, stage_leave)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        STORY(test_an_attempt_ends_with_the_last_of_its_parts),
        STORY(test_all_of_it_is_ended_together),
        STORY(test_a_signal_is_for_all_of_it),
        STORY(test_reports_of_strangers),
        STORY(test_parts_of_attempts_that_are_over_are_ended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
