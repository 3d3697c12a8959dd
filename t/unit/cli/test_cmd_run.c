/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/job_spec.h"
#include "manager_stub.h"
#include "stage.h"
#include "temp_dir.h"

static int reset(void **state)
{
    memset(&manager_stub, 0, sizeof(manager_stub));
    return temp_dir_enter(state);
}

static void test_a_manager_runs_in_this_process(void **state)
{
    (void)state;
    struct stage s = {.is_tty = 1};
    STAGE_RUN_ALONE(&s, "run -H hostfile -j jobs.json -N 5 -s 1");
    assert_int_equal(s.status, 0);
    assert_int_equal(manager_stub.n_runs, 1);
    assert_int_equal(manager_stub.options.n_nodes, 5);
    assert_true(manager_stub.options.sched.start_at_max);
    assert_false(manager_stub.options.until_idle);
    expect_part(s.told, "running jobs go on");
    stage_release(&s);
}

static void test_a_file_runs_to_its_end(void **state)
{
    (void)state;
    struct stage s = {0};
    manager_stub.summary =
        (struct manager_summary){.n_jobs = 9,
                                 .n_completed = 7,
                                 .n_failed = 2,
                                 .n_grows = 3,
                                 .n_shrinks = 1,
                                 .n_refused = 2,
                                 .n_forced = 1,
                                 .mean_resize = 350 * USEC_PER_MSEC,
                                 .n_rejected = 1,
                                 .makespan = 312 * USEC_PER_SEC,
                                 .mean_wait = 41 * USEC_PER_SEC,
                                 .utilisation = 0.87,
                                 .highest_exit = 137,
                                 .is_idle = true};
    STAGE_RUN_ALONE(&s, "run jobs.json");
    assert_int_equal(s.status, 137);
    assert_string_equal(manager_stub.jobs_file, "jobs.json");
    assert_true(manager_stub.options.until_idle);
    expect_part(s.out, "jobs         9, 7 completed, 2 failed\n");
    expect_part(s.out, "makespan     5 min 12 s\n");
    expect_part(s.out, "utilisation  87 %\n");
    expect_part(s.out, "mean wait    41 s\n");
    expect_part(s.out, "resizes      3 expands, 1 shrinks (350 ms on average); "
                       "2 refused, 1 forced\n");
    expect_part(s.out, "rejected     1 bad entry");
    stage_release(&s);
    STAGE_RUN_ALONE(&s, "run --stay jobs.json");
    assert_false(manager_stub.options.until_idle);
    stage_release(&s);
}

static void test_a_command_is_one_job(void **state)
{
    (void)state;
    struct stage s = {0};
    manager_stub.summary.is_idle = true;
    STAGE_RUN_ALONE(&s, "run -q -- echo 'a b'");
    assert_int_equal(s.status, 0);
    assert_string_equal(s.out, "");
    assert_int_equal(manager_stub.options.n_first_jobs, 1);
    assert_true(manager_stub.options.until_idle);
    stage_release(&s);
}

static void test_one_file_at_a_time(void **state)
{
    (void)state;
    static const char *const bad[] = {"run a.json b.json", "run -j a b",
                                      "start a b", "start -- app"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct stage s = {0};
        STAGE_RUN_ALONE(&s, bad[i]);
        assert_int_equal(s.status, 2);
        stage_release(&s);
    }
    assert_int_equal(manager_stub.n_runs, 0);
}

static void test_why_it_did_not_run(void **state)
{
    (void)state;
    struct stage s = {0};
    manager_stub.error = "another manager (pid 7) has this state";
    STAGE_RUN_ALONE(&s, "run");
    assert_int_equal(s.status, 75);
    assert_string_equal(s.err.text, manager_stub.error);
    stage_release(&s);
    STAGE_RUN_ALONE(&s, "start --foreground");
    assert_int_equal(s.status, 75);
    stage_release(&s);
}

/* The stub ends at once without having served. */
static void test_a_start_that_fails_shows_where_to_look(void **state)
{
    (void)state;
    struct stage s = {0};
    manager_stub.error = "no";
    STAGE_RUN_ALONE(&s, "start");
    assert_int_equal(s.status, 75);
    assert_string_equal(s.out, "");
    expect_part(s.err.hint, "/.erm/erm.log");
    assert_int_equal(access(".erm/erm.log", F_OK), 0);
    stage_release(&s);
    /* the state is beside the jobs file */
    assert_int_equal(mkdir("sub", 0755), 0);
    STAGE_RUN_ALONE(&s, "start -j sub/jobs.json");
    assert_int_equal(access("sub/.erm/erm.log", F_OK), 0);
    stage_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_manager_runs_in_this_process,
                                        reset, temp_dir_leave),
        cmocka_unit_test_setup_teardown(test_a_file_runs_to_its_end, reset,
                                        temp_dir_leave),
        cmocka_unit_test_setup_teardown(test_a_command_is_one_job, reset,
                                        temp_dir_leave),
        cmocka_unit_test_setup_teardown(test_one_file_at_a_time, reset,
                                        temp_dir_leave),
        cmocka_unit_test_setup_teardown(test_why_it_did_not_run, reset,
                                        temp_dir_leave),
        cmocka_unit_test_setup_teardown(
            test_a_start_that_fails_shows_where_to_look, reset, temp_dir_leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
