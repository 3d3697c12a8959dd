/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <time.h>

#include "base/clock.h"

#define YEAR_2020 ((time_us)1577836800 * USEC_PER_SEC)
#define YEAR_2200 ((time_us)7258118400 * USEC_PER_SEC)

static void test_starts_at_the_wall_clock(void **state)
{
    (void)state;
    struct clock clock;
    time_us before = clock_wall_us();
    clock_init(&clock, 0);
    assert_true(before > YEAR_2020);
    assert_true(clock.base >= before);
    assert_true(clock.base <= clock_wall_us());
}

static void test_starts_later_than_the_journal(void **state)
{
    (void)state;
    struct clock clock;
    clock_init(&clock, YEAR_2200); /* the wall clock was set back since */
    time_us now = clock_now(&clock);
    assert_true(now >= YEAR_2200);
    assert_true(now < YEAR_2200 + 3600 * USEC_PER_SEC);
}

static void test_never_goes_back(void **state)
{
    (void)state;
    struct clock clock;
    clock_init(&clock, 0);
    time_us last = clock.base;
    for (int i = 0; i < 10000; i++) {
        time_us now = clock_now(&clock);
        assert_true(now >= last);
        last = now;
    }
}

static void test_follows_boot_time(void **state)
{
    (void)state;
    struct clock clock;
    clock_init(&clock, 0);
    clock.boot_base -= 90 * USEC_PER_SEC; /* as if 90 s had gone by */
    time_us elapsed = clock_now(&clock) - clock.base;
    assert_true(elapsed >= 90 * USEC_PER_SEC);
    assert_true(elapsed < 3690 * USEC_PER_SEC);
}

static void test_boot_time_is_in_microseconds(void **state)
{
    (void)state;
    struct timespec ts;
    int64_t us = clock_boot_us();
    clock_gettime(CLOCK_BOOTTIME, &ts);
    assert_in_range(ts.tv_sec - us / USEC_PER_SEC, 0, 3600);
}

static void test_add(void **state)
{
    (void)state;
    static const struct {
        time_us t;
        dur_us d;
        time_us sum;
    } rows[] = {
        {0, 0, 0},
        {5, 7, 12},
        {5, -7, -2},
        {TIME_NEVER, 0, TIME_NEVER},
        {TIME_NEVER, -5, TIME_NEVER},
        {0, TIME_NEVER, TIME_NEVER},
        {-5, TIME_NEVER, TIME_NEVER},
        {TIME_NEVER, TIME_NEVER, TIME_NEVER},
        {TIME_NEVER - 1, 1, TIME_NEVER},
        {TIME_NEVER - 1, 2, TIME_NEVER},
        {TIME_NEVER - 1, -1, TIME_NEVER - 2},
        {INT64_MIN, -1, INT64_MIN},
        {-2, INT64_MIN, INT64_MIN},
        {INT64_MIN, 1, INT64_MIN + 1},
    };
    for (size_t i = 0; i < N_OF(rows); i++)
        assert_true(time_add(rows[i].t, rows[i].d) == rows[i].sum);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_starts_at_the_wall_clock),
        cmocka_unit_test(test_starts_later_than_the_journal),
        cmocka_unit_test(test_never_goes_back),
        cmocka_unit_test(test_follows_boot_time),
        cmocka_unit_test(test_boot_time_is_in_microseconds),
        cmocka_unit_test(test_add),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
