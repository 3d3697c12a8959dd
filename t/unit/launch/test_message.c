/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdbool.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "launch/message.h"

static void test_started(void **state)
{
    (void)state;
    struct message m;
    assert_int_equal(message_parse("7 2 3 started 4711", &m), 0);
    assert_int_equal(m.what, MESSAGE_STARTED);
    assert_int_equal(m.key.job_id, 7);
    assert_int_equal(m.key.attempt, 2);
    assert_int_equal(m.key.part, 3);
    assert_int_equal(m.pid, 4711);
}

static void test_failed(void **state)
{
    (void)state;
    struct message m;
    assert_int_equal(
        message_parse("9223372036854775807 4294967295 4294967295 failed a b",
                      &m),
        0);
    assert_int_equal(m.what, MESSAGE_FAILED);
    assert_true(m.key.job_id == INT64_MAX && m.key.attempt == UINT32_MAX &&
                m.key.part == UINT32_MAX);
    assert_string_equal(m.text, "a b");
    assert_int_equal(message_parse("1 1 0 failed ", &m), 0);
    assert_string_equal(m.text, "");
}

static void test_what_is_no_message(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "7",
                                      "7 2",
                                      "7 2 ",
                                      "7 2 0",
                                      "7 2 started 1",
                                      "7 2 0 started",
                                      "7 2 0 started ",
                                      "7 2 0 started x",
                                      "7 2 0 started 1 2",
                                      "7 2 0 started 99999999999",
                                      "7 2 0 ended 1",
                                      "x 2 0 started 1",
                                      "-7 2 0 started 1",
                                      "7 4294967296 0 started 1",
                                      "7 2 4294967296 started 1",
                                      "7 2  started 1",
                                      "99999999999999999999 1 0 started 1"};
    struct message m = {.pid = 42};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(message_parse(bad[i], &m), -1);
    assert_int_equal(m.pid, 42); /* untouched */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_started),
        cmocka_unit_test(test_failed),
        cmocka_unit_test(test_what_is_no_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
