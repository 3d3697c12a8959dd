/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "shepherd/cpus.h"

#define WORD_BITS (8 * sizeof(unsigned long))

static int has(const struct cpus *cpus, unsigned cpu)
{
    return cpus->words[cpu / WORD_BITS] >> cpu % WORD_BITS & 1;
}

static void test_lists(void **state)
{
    (void)state;
    struct cpus cpus;
    assert_int_equal(cpus_parse("0-2,64,8191", &cpus), 0);
    assert_true(has(&cpus, 0) && has(&cpus, 1) && has(&cpus, 2));
    assert_false(has(&cpus, 3));
    assert_true(has(&cpus, 64) && has(&cpus, 8191));
    assert_int_equal(cpus_parse("5", &cpus), 0);
    assert_true(has(&cpus, 5));
    assert_false(has(&cpus, 0)); /* the old content is gone */
}

static void test_bad_lists(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",     ",",      "1,",  "-1", "1-",   "3-1",
        "8192", "0-8192", "1 2", "x",  "1,,2", "99999999999999999999"};
    struct cpus cpus;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(cpus_parse(bad[i], &cpus), -1);
}

static void test_pin_to_one(void **state)
{
    (void)state;
    cpu_set_t before, after;
    char list[16];
    struct cpus cpus;
    assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
    unsigned last = 0;
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &before))
            last = cpu;
    snprintf(list, sizeof(list), "%u", last);
    assert_int_equal(cpus_parse(list, &cpus), 0);
    assert_int_equal(cpus_apply(&cpus), 0);
    assert_int_equal(sched_getaffinity(0, sizeof(after), &after), 0);
    assert_int_equal(CPU_COUNT(&after), 1);
    assert_true(CPU_ISSET(last, &after));
}

static void test_pin_to_none_that_exists(void **state)
{
    (void)state;
    struct cpus cpus;
    assert_int_equal(cpus_parse("8191", &cpus), 0);
    assert_int_equal(cpus_apply(&cpus), -1);
    assert_int_equal(errno, EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_bad_lists),
        cmocka_unit_test(test_pin_to_one),
        cmocka_unit_test(test_pin_to_none_that_exists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
