/* SPDX-License-Identifier: BSD-2-Clause */
/* The launcher's reports as events; with real shepherds. */
#include "stage.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "manager/node_names.h"
#include "manager/reports.h"
#include "store/state_dir.h"

static void start_local(struct stage *stage)
{
    stage->options.launcher = "local";
    stage->options.shepherd_path = SHEPHERD_PATH;
    stage_start(stage);
}

static void test_output_and_exit_status(void **state)
{
    struct stage *stage = *state;

    start_local(stage);
    stage_submit(stage, "{\"command\": \"echo out of ID; exit 5\"}");
    stage_expect(stage, 1, JOB_FAILED);
    assert_true(file_has("erm-1.out", "out of 1\n"));
    assert_int_equal(stage_count_log(stage, "job 1 failed (exit code 5)"), 1);
}

static void test_the_claim_goes_once_it_is_accounted_for(void **state)
{
    struct stage *stage = *state;

    start_local(stage);
    stage_submit(stage, "{\"command\": \"touch $ERM_JOB_DIR/mine; sleep 60\"}");
    stage_expect(stage, 1, JOB_RUNNING);
    assert_int_equal(access(".erm/jobs/1.1/lock", F_OK), 0);
    stage_send(stage, EV_CANCEL, 1);
    stage_expect(stage, 1, JOB_CANCELLED);
    assert_int_equal(access(".erm/jobs/1.1", F_OK), -1);
}

static void test_a_folder_that_is_not_there_fails_the_job_for_good(void **state)
{
    struct stage *stage = *state;

    start_local(stage);
    stage_submit(stage, "{\"command\": \"true\", \"cwd\": \"/no/folder\"}");
    stage_expect(stage, 1, JOB_FAILED);
    assert_int_equal(stage_count_log(stage, "/no/folder"), 1);
}

static void test_the_walltime_ends_it(void **state)
{
    struct stage *stage = *state;

    start_local(stage);
    stage_submit(stage, "{\"command\": \"sleep 60\", \"walltime\": \"1s\"}");
    stage_expect(stage, 1, JOB_TIMEOUT);
}

static void test_a_killed_shepherd_is_a_lost_job(void **state)
{
    struct stage *stage = *state;
    struct claim claim;

    start_local(stage);
    stage_submit(stage, "{\"command\": \"sleep 60\"}");
    stage_expect(stage, 1, JOB_RUNNING);
    assert_int_equal(
        claim_read(stage->manager->state_dir->jobs_fd, 1, 1, 0, &claim), 0);
    assert_int_equal(kill(claim.shepherd_pid, SIGKILL), 0);
    stage_expect(stage, 1, JOB_LOST);
    assert_int_equal(stage_count_log(stage, "job 1 is lost"), 1);
}

static void test_late_reports_do_nothing(void **state)
{
    struct stage *stage = *state;
    struct launch_report report = {.key = {1, 1, 0}};

    stage_start(stage);
    stage_submit(stage, "{\"command\": \"true\"}");
    stage_expect(stage, 1, JOB_COMPLETED);
    report.what = LAUNCH_ENDED;
    report.exit.code = 1;
    reports_take(stage->manager, &report);
    report.what = LAUNCH_STARTED;
    reports_take(stage->manager, &report);
    report.what = LAUNCH_LOST;
    reports_take(stage->manager, &report);
    report.what = LAUNCH_START_FAILED;
    report.text = "late";
    reports_take(stage->manager, &report);
    stage_wait(stage, 20);
    assert_int_equal(stage_state(stage, 1), JOB_COMPLETED);
}

static void tell_down(const struct stage *stage, const char *reason)
{
    struct launch_node_report report = {.node = 0, .reason = reason};

    reports_take_node(stage->manager, &report);
}

/* It is tried again and again. */
static void test_since_when_a_node_is_down(void **state)
{
    struct stage *stage = *state;
    const struct node_entry *entry;
    struct launch_node_report up = {.node = 0, .is_up = true};
    time_us since;

    stage_start(stage);
    entry = &stage->manager->nodes->entries[0];
    tell_down(stage, "does not answer");
    since = entry->since;
    assert_true(since > 0);
    stage_wait(stage, 5);
    tell_down(stage, "cannot be reached");
    assert_string_equal(entry->reason, "cannot be reached");
    assert_true(entry->since == since);
    reports_take_node(stage->manager, &up);
    assert_null(entry->reason);
    assert_true(entry->since > since);
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, stage_enter, stage_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_output_and_exit_status),
        STORY(test_the_claim_goes_once_it_is_accounted_for),
        STORY(test_a_folder_that_is_not_there_fails_the_job_for_good),
        STORY(test_the_walltime_ends_it),
        STORY(test_a_killed_shepherd_is_a_lost_job),
        STORY(test_late_reports_do_nothing),
        STORY(test_since_when_a_node_is_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
