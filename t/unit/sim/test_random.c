/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdbool.h>

#include "sim/random.h"

#define N 100000

/* The numbers of the authors' own program for the seed 1234567. */
static void test_known_numbers(void **state)
{
    static const uint64_t expected[] = {
        6457827717110365317u, 3203168211198807973u, 9817491932198370423u,
        4593380528125082431u, 16408922859458223821u};
    struct random random = {1234567};
    (void)state;

    for (size_t i = 0; i < N_OF(expected); i++)
        assert_true(random_next(&random) == expected[i]);
    assert_true(splitmix64(1234567) == expected[0]);
}

static void test_same_seed_same_numbers(void **state)
{
    struct random one = {7}, two = {7}, other = {8};
    bool differs = false;
    (void)state;

    for (int i = 0; i < 100; i++) {
        double number = random_gamma(&one, 6.57, 0.823);
        assert_true(number == random_gamma(&two, 6.57, 0.823));
        differs |= number != random_gamma(&other, 6.57, 0.823);
    }
    assert_true(differs);
}

static void test_below(void **state)
{
    struct random random = {1};
    size_t counts[7] = {0};
    (void)state;

    for (int i = 0; i < N; i++) {
        uint64_t number = random_below(&random, 7);
        assert_true(number < 7);
        counts[number]++;
    }
    for (size_t i = 0; i < 7; i++)
        assert_near((double)counts[i] / N, 1.0 / 7, 0.005);
}

/* Mean and variance of N numbers. */
struct moments {
    double mean, variance;
};

static struct moments moments_of(double (*next)(struct random *))
{
    struct random random = {42};
    double sum = 0, squares = 0;

    for (int i = 0; i < N; i++) {
        double number = next(&random);
        sum += number;
        squares += number * number;
    }
    return (struct moments){sum / N, squares / N - (sum / N) * (sum / N)};
}

static double wide_gamma(struct random *random)
{
    return random_gamma(random, 6.5, 0.5);
}

static double narrow_gamma(struct random *random)
{
    return random_gamma(random, 639.1, 0.0156);
}

static void test_distributions(void **state)
{
    struct moments unit = moments_of(random_unit);
    struct moments normal = moments_of(random_normal);
    struct moments wide = moments_of(wide_gamma);
    struct moments narrow = moments_of(narrow_gamma);
    (void)state;

    assert_near(unit.mean, 0.5, 0.005);
    assert_near(unit.variance, 1.0 / 12, 0.002);
    assert_near(normal.mean, 0, 0.015);
    assert_near(normal.variance, 1, 0.02);
    assert_near(wide.mean, 3.25, 0.02);
    assert_near(wide.variance, 1.625, 0.05);
    assert_near(narrow.mean, 9.97, 0.01);
    assert_near(narrow.variance, 0.1555, 0.005);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_numbers),
        cmocka_unit_test(test_same_seed_same_numbers),
        cmocka_unit_test(test_below),
        cmocka_unit_test(test_distributions),
    };
    return cmocka_run_group_tests_name("sim/random", tests, NULL, NULL);
}
