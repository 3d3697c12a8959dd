/* SPDX-License-Identifier: BSD-2-Clause */
/* Present problems of files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "manager/problems.h"

static void test_a_file_is_told_anew(void **state)
{
    struct problems *problems = problems_create();

    (void)state;
    problems_add(problems, "jobs.json", "one");
    problems_add(problems, "hostfile", "two");
    problems_add(problems, "jobs.json", "three");
    assert_int_equal(problems->n, 3);
    problems_clear(problems, "jobs.json");
    assert_int_equal(problems->n, 1);
    assert_string_equal(problems->items[0].text, "two");
    problems_clear(problems, "nothing");
    problems_clear(problems, "hostfile");
    assert_int_equal(problems->n, 0);
    problems_destroy(problems);
}

static void test_there_is_an_end_to_them(void **state)
{
    struct problems *problems = problems_create();

    (void)state;
    for (int i = 0; i < 5000; i++)
        problems_add(problems, "jobs.json", "bad");
    assert_true(problems->n <= 1000);
    problems_destroy(problems);
    problems_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_is_told_anew),
        cmocka_unit_test(test_there_is_an_end_to_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
