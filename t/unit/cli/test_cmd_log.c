/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "stage.h"
#include "temp_dir.h"

#define JOB(state, out)                                                   \
    FAKE_OK("{\"job\":{\"id\":7,\"state\":\"" state "\",\"exit_code\":3," \
            "\"started\":\"2026-11-23T10:40:00Z\",\"stdout\":\"" out      \
            "\",\"stderr\":\"err\"}}")

static void test_the_output_so_far(void **state)
{
    (void)state;
    struct stage s = {0};
    temp_file_write("out", "one\ntwo\nthree\n");
    STAGE_RUN(&s, "log 7", JOB("running", "out"));
    assert_int_equal(s.status, 0);
    assert_string_equal(s.out, "one\ntwo\nthree\n");
    stage_release(&s);
    temp_file_write("err", "oops\n");
    STAGE_RUN(&s, "log 7 --stderr", JOB("running", "out"));
    assert_string_equal(s.out, "oops\n");
    stage_release(&s);
}

static void expect_tail(const char *text, const char *n, const char *tail)
{
    struct stage s = {0};
    char line[40];
    temp_file_write("out", text);
    snprintf(line, sizeof(line), "log -n %s 7", n);
    STAGE_RUN(&s, line, JOB("failed", "out"));
    assert_int_equal(s.status, 0);
    assert_string_equal(s.out, tail);
    stage_release(&s);
}

static void test_the_last_lines(void **state)
{
    (void)state;
    expect_tail("one\ntwo\nthree\n", "2", "two\nthree\n");
    expect_tail("one\ntwo\nthree", "2", "two\nthree");
    expect_tail("one\ntwo\n", "9", "one\ntwo\n");
    expect_tail("\n\n\n", "2", "\n\n");
    expect_tail("", "2", "");
    char big[20000];
    memset(big, 'x', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';
    big[100] = '\n'; /* far from the end */
    expect_tail(big, "1", big + 101);
}

static void test_following_ends_with_the_job(void **state)
{
    (void)state;
    struct stage s = {0};
    temp_file_write("out", "one\n");
    STAGE_RUN(&s, "log -f 7", JOB("running", "out"), JOB("running", "out"),
              JOB("completed", "out"));
    assert_int_equal(s.status, 0);
    assert_string_equal(s.out, "one\n");
    stage_release(&s);
}

static void test_another_attempt_has_another_file(void **state)
{
    (void)state;
    struct stage s = {0};
    temp_file_write("out.1", "first\n");
    temp_file_write("out.2", "second\n");
    STAGE_RUN(&s, "log -f 7", JOB("running", "out.1"),
              JOB("completed", "out.2"));
    assert_string_equal(s.out, "first\nsecond\n");
    stage_release(&s);
}

static void test_attaching_gives_the_status(void **state)
{
    (void)state;
    struct stage s = {0};
    temp_file_write("out", "one\n");
    STAGE_RUN(&s, "attach 7", JOB("running", "out"), JOB("failed", "out"));
    assert_int_equal(s.status, 3);
    assert_string_equal(s.out, "one\n");
    stage_release(&s);
}

static void test_no_output_is_said(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "log 7", JOB("running", "nowhere"));
    assert_int_equal(s.status, 1);
    expect_part(s.err.text, "nowhere");
    stage_release(&s);
    STAGE_RUN(&s, "log 7",
              FAKE_OK("{\"job\":{\"state\":\"pending\",\"started\":null,"
                      "\"stdout\":\"nowhere\"}}"));
    assert_int_equal(s.status, 1);
    expect_part(s.err.text, "has not started");
    stage_release(&s);
}

static void test_one_job_at_a_time(void **state)
{
    (void)state;
    static const char *const bad[] = {"log",     "log 1-2", "log all",
                                      "log 1 2", "attach",  "log -n 0 1"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct stage s = {0};
        STAGE_RUN_ALONE(&s, bad[i]);
        assert_int_equal(s.status, 2);
        stage_release(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_output_so_far),
        cmocka_unit_test(test_the_last_lines),
        cmocka_unit_test(test_following_ends_with_the_job),
        cmocka_unit_test(test_another_attempt_has_another_file),
        cmocka_unit_test(test_attaching_gives_the_status),
        cmocka_unit_test(test_no_output_is_said),
        cmocka_unit_test(test_one_job_at_a_time),
    };
    return cmocka_run_group_tests(tests, temp_dir_enter, temp_dir_leave);
}
