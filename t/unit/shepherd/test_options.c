/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "shepherd/options.h"

#define REQUIRED                                                      \
    "--jobs", "/j", "--job", "7", "--attempt", "2", "--stdout", "/o", \
        "--stderr", "/e", "--cwd", "/c"
#define ARGV(...)                                                           \
    ((char **)(uintptr_t)(const char *const[]){"erm-shepherd", __VA_ARGS__, \
                                               NULL})

static void test_least_command_line(void **state)
{
    (void)state;
    struct options o;
    const char *problem;
    char **argv = ARGV(REQUIRED, "--", "true", "--job");
    assert_int_equal(options_parse(argv, &o, &problem), 0);
    assert_string_equal(o.jobs_dir, "/j");
    assert_int_equal(o.job_id, 7);
    assert_int_equal(o.attempt, 2);
    assert_int_equal(o.part, 0);
    assert_string_equal(o.stdout_path, "/o");
    assert_string_equal(o.stderr_path, "/e");
    assert_string_equal(o.cwd, "/c");
    assert_null(o.cpus);
    assert_true(o.walltime_us == INT64_MAX);
    assert_int_equal(o.warn_us, 0);
    assert_int_equal(o.report_fd, -1);
    assert_int_equal(o.nofile, -1);
    assert_int_equal(o.is_wrapped, 0);
    assert_int_equal(o.wrapper_extra_us, OPTIONS_WRAPPER_EXTRA_US);
    assert_string_equal(o.argv[0], "true");
    assert_string_equal(o.argv[1], "--job"); /* the command's own */
    assert_null(o.argv[2]);
}

static void test_all_options(void **state)
{
    (void)state;
    struct options o;
    const char *problem;
    char **argv =
        ARGV(REQUIRED, "--part", "3", "--walltime-us", "9", "--warn-us", "8",
             "--warn-signal", "10", "--grace-us", "0", "--cpus", "0-3",
             "--nofile", "1024", "--report", "5", "--wrapped", "1", "--", "x");
    assert_int_equal(options_parse(argv, &o, &problem), 0);
    assert_int_equal(o.part, 3);
    assert_int_equal(o.walltime_us, 9);
    assert_int_equal(o.warn_us, 8);
    assert_int_equal(o.warn_signal, 10);
    assert_int_equal(o.grace_us, 0);
    assert_string_equal(o.cpus, "0-3");
    assert_int_equal(o.nofile, 1024);
    assert_int_equal(o.report_fd, 5);
    assert_int_equal(o.is_wrapped, 1);
}

static void assert_problem(char **argv, const char *expected)
{
    struct options o;
    const char *problem = NULL;
    assert_int_equal(options_parse(argv, &o, &problem), -1);
    assert_string_equal(problem, expected);
}

static void test_bad_values(void **state)
{
    (void)state;
    assert_problem(ARGV("--frob", "1"), "--frob");
    assert_problem(ARGV("--job"), "--job");
    assert_problem(ARGV("--job", "-1"), "--job");
    assert_problem(ARGV("--job", "7x"), "--job");
    assert_problem(ARGV("--job", ""), "--job");
    assert_problem(ARGV("--job", "99999999999999999999"), "--job");
    assert_problem(ARGV("--attempt", "4294967296"), "--attempt");
    assert_problem(ARGV("--part", "4294967296"), "--part");
    assert_problem(ARGV("--warn-signal", "65"), "--warn-signal");
    assert_problem(ARGV("--report", "2"), "--report");
    assert_problem(ARGV("--wrapped", "2"), "--wrapped");
}

static void test_missing(void **state)
{
    (void)state;
    assert_problem(ARGV("--", "x"), "--jobs");
    assert_problem(ARGV(REQUIRED), "--");
    assert_problem(ARGV(REQUIRED, "--"), "ARGV");
    assert_problem(ARGV("--jobs", "/j", "--job", "1", "--", "x"), "--attempt");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_least_command_line),
        cmocka_unit_test(test_all_options),
        cmocka_unit_test(test_bad_values),
        cmocka_unit_test(test_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
