/* SPDX-License-Identifier: BSD-2-Clause */
/* From what a job says of its progress to when it will end. */
#include "support.h"

#include "core/progress.h"

#define AT(seconds) ((time_us)(seconds)*USEC_PER_SEC)
#define PERCENT (PROGRESS_WHOLE / 100)

static struct job a_job(time_us planned_end)
{
    return (struct job){.planned_end = planned_end};
}

static void nothing_told_leaves_the_planned_end(void **state)
{
    struct job job = a_job(AT(100));

    (void)state;
    assert_int_equal(progress_left(&job, AT(40)), AT(60));
    assert_int_equal(progress_left(&job, AT(100)), 0);
    assert_int_equal(progress_left(&job, AT(150)), 0);
    job.planned_end = TIME_NEVER;
    assert_int_equal(progress_left(&job, AT(40)), TIME_NEVER);
}

static void two_reports_give_a_speed(void **state)
{
    struct job job = a_job(TIME_NEVER);

    (void)state;
    progress_apply(&job, 10 * PERCENT, AT(20));
    assert_int_equal(progress_left(&job, AT(20)), TIME_NEVER);
    progress_apply(&job, 30 * PERCENT, AT(40));
    assert_int_equal(progress_left(&job, AT(40)), AT(70));
    assert_int_equal(progress_left(&job, AT(60)), AT(50));
    assert_int_equal(progress_left(&job, AT(500)), 0);
}

static void a_slow_job_still_ends_at_its_walltime(void **state)
{
    struct job job = a_job(AT(100));

    (void)state;
    progress_apply(&job, 0, AT(10));
    progress_apply(&job, PERCENT, AT(50));
    assert_int_equal(progress_left(&job, AT(50)), AT(50));
}

static void at_another_size_it_is_measured_anew(void **state)
{
    struct job job = a_job(AT(1000));

    (void)state;
    progress_apply(&job, 10 * PERCENT, AT(20));
    progress_apply(&job, 30 * PERCENT, AT(40));
    progress_measure_anew(&job);
    assert_int_equal(progress_left(&job, AT(40)), AT(960));
    progress_apply(&job, 40 * PERCENT, AT(45));
    assert_int_equal(progress_left(&job, AT(45)), AT(955));
    progress_apply(&job, 60 * PERCENT, AT(50));
    assert_int_equal(progress_left(&job, AT(50)), AT(10));
}

static void who_goes_back_to_a_checkpoint_is_measured_anew(void **state)
{
    struct job job = a_job(TIME_NEVER);

    (void)state;
    progress_apply(&job, 10 * PERCENT, AT(10));
    progress_apply(&job, 50 * PERCENT, AT(20));
    progress_apply(&job, 40 * PERCENT, AT(30));
    assert_int_equal(progress_left(&job, AT(30)), TIME_NEVER);
    progress_apply(&job, 60 * PERCENT, AT(40));
    assert_int_equal(progress_left(&job, AT(40)), AT(20));
}

static void small_and_quick_steps_are_no_news(void **state)
{
    struct job job = a_job(TIME_NEVER);

    (void)state;
    progress_apply(&job, 10 * PERCENT, AT(10));
    assert_false(progress_is_news(&job, 10 * PERCENT, AT(20)));
    assert_false(progress_is_news(&job, 11 * PERCENT - 1, AT(20)));
    assert_true(progress_is_news(&job, 11 * PERCENT, AT(20)));
    assert_true(progress_is_news(&job, 0, AT(20)));
    assert_false(progress_is_news(&job, 50 * PERCENT, AT(11) - 1));
    assert_false(progress_is_news(&job, PROGRESS_WHOLE + 1, AT(20)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_told_leaves_the_planned_end),
        cmocka_unit_test(two_reports_give_a_speed),
        cmocka_unit_test(a_slow_job_still_ends_at_its_walltime),
        cmocka_unit_test(at_another_size_it_is_measured_anew),
        cmocka_unit_test(who_goes_back_to_a_checkpoint_is_measured_anew),
        cmocka_unit_test(small_and_quick_steps_are_no_news),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
