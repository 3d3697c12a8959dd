/* SPDX-License-Identifier: BSD-2-Clause */
#include <sched.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "launch/processors.h"

static void test_those_that_we_may_use(void **state)
{
    (void)state;
    cpu_set_t set;
    uint32_t n = 0;
    struct err err;
    assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
    uint32_t *list = processors_list(&n, &err);
    assert_non_null(list);
    assert_int_equal(n, CPU_COUNT(&set));
    for (uint32_t i = 0; i < n; i++) {
        assert_true(CPU_ISSET(list[i], &set));
        CPU_CLR(list[i], &set); /* each once */
    }
    free(list);
}

static void test_our_own_binding_counts(void **state)
{
    (void)state;
    cpu_set_t old, one;
    uint32_t n = 0;
    struct err err;
    unsigned cpu = 0;
    assert_int_equal(sched_getaffinity(0, sizeof(old), &old), 0);
    while (!CPU_ISSET(cpu, &old))
        cpu++;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
    uint32_t *list = processors_list(&n, &err);
    assert_int_equal(sched_setaffinity(0, sizeof(old), &old), 0);
    assert_non_null(list);
    assert_int_equal(n, 1);
    assert_int_equal(list[0], cpu);
    free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_those_that_we_may_use),
        cmocka_unit_test(test_our_own_binding_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
