/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "cli/number.h"

static void test_whole_numbers_in_range(void **state)
{
    (void)state;
    int64_t n;
    assert_int_equal(number_parse("-N", "5", 1, 10, &n, NULL), 0);
    assert_int_equal(n, 5);
    assert_int_equal(number_parse("-p", "-3", -5, 5, &n, NULL), 0);
    assert_int_equal(n, -3);
    assert_int_equal(number_parse("-p", "+3", -5, 5, &n, NULL), 0);
    assert_int_equal(n, 3);
    assert_int_equal(
        number_parse("x", "9223372036854775807", 0, INT64_MAX, &n, NULL), 0);
    assert_true(n == INT64_MAX);
}

static void test_all_else_is_a_mistake(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",    " 5",  "5 ", "5x", "x",
        "1.5", "0x5", "0",  "11", "99999999999999999999"};
    int64_t n = 7;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct err err;
        assert_int_equal(number_parse("--nodes", bad[i], 1, 10, &n, &err), -1);
        assert_int_equal(err.code, ERR_USAGE);
        assert_memory_equal(err.text, "--nodes: ", 9);
    }
    assert_int_equal(n, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_numbers_in_range),
        cmocka_unit_test(test_all_else_is_a_mistake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
