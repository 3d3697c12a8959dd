/* SPDX-License-Identifier: BSD-2-Clause */
/* What the last two jobs of a kind foretell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sim/predictor.h"

static void test_the_mean_of_the_last_two(void **state)
{
    struct predictor predictor;

    (void)state;
    predictor_init(&predictor);
    assert_int_equal(predictor_guess(&predictor, 7), 0);
    predictor_learn(&predictor, 7, 100);
    assert_int_equal(predictor_guess(&predictor, 7), 100);
    predictor_learn(&predictor, 7, 300);
    predictor_learn(&predictor, 8, 9000);
    assert_int_equal(predictor_guess(&predictor, 7), 200);
    predictor_learn(&predictor, 7, 500);
    assert_int_equal(predictor_guess(&predictor, 7), 400);
    predictor_release(&predictor);
}

static void test_nobody_is_like_one_of_no_kind(void **state)
{
    struct predictor predictor;

    (void)state;
    predictor_init(&predictor);
    predictor_learn(&predictor, 0, 100);
    predictor_learn(&predictor, 1, 0);
    assert_int_equal(predictor_guess(&predictor, 0), 0);
    assert_int_equal(predictor_guess(&predictor, 1), 0);
    predictor_release(&predictor);
}

static void test_a_name_is_a_kind(void **state)
{
    (void)state;
    assert_int_equal(predictor_kind("heat"), predictor_kind("heat"));
    assert_int_not_equal(predictor_kind("heat"), predictor_kind("head"));
    assert_int_not_equal(predictor_kind("heat"), 0);
    assert_int_equal(predictor_kind(""), 0);
    assert_int_equal(predictor_kind(NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_mean_of_the_last_two),
        cmocka_unit_test(test_nobody_is_like_one_of_no_kind),
        cmocka_unit_test(test_a_name_is_a_kind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
