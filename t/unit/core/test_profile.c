/* SPDX-License-Identifier: BSD-2-Clause */
/* The profile: when nodes come back; the EASY promise against plain counting.
 */
#include "support.h"

static void nothing_comes_back_from_nobody(void **state)
{
    struct profile profile;
    struct promise promise;

    (void)state;
    profile_init(&profile);
    assert_null(profile_first(&profile));
    promise = profile_promise(&profile, at(0), 2, 3);
    assert_true(promise.shadow == TIME_NEVER);
    assert_int_equal(promise.extra, 0);
}

static void the_promise_is_the_first_time_with_enough(void **state)
{
    struct release a = {.n = 0}, b = {.n = 0}, c = {.n = 0};
    struct profile profile;
    struct promise promise;

    (void)state;
    profile_init(&profile);
    profile_add(&profile, &a, at(300), 1, 4);
    profile_add(&profile, &b, at(100), 2, 2);
    profile_add(&profile, &c, at(200), 3, 3);
    assert_ptr_equal(profile_first(&profile), &b);
    assert_ptr_equal(profile_next(&b), &c);
    promise = profile_promise(&profile, at(0), 1, 3);
    assert_true(promise.shadow == at(100));
    assert_int_equal(promise.extra, 0);
    promise = profile_promise(&profile, at(0), 1, 5);
    assert_true(promise.shadow == at(200));
    assert_int_equal(promise.extra, 1);
    promise = profile_promise(&profile, at(0), 1, 10);
    assert_true(promise.shadow == at(300));
    assert_int_equal(promise.extra, 0);
    promise = profile_promise(&profile, at(0), 1, 11);
    assert_true(promise.shadow == TIME_NEVER);
    profile_remove(&profile, &c);
    promise = profile_promise(&profile, at(0), 1, 5);
    assert_true(promise.shadow == at(300));
    assert_int_equal(promise.extra, 2);
}

static void all_that_comes_at_the_same_time_counts(void **state)
{
    struct release a = {.n = 0}, b = {.n = 0};
    struct profile profile;
    struct promise promise;

    (void)state;
    profile_init(&profile);
    profile_add(&profile, &a, at(100), 1, 2);
    profile_add(&profile, &b, at(100), 2, 3);
    promise = profile_promise(&profile, at(0), 0, 1);
    assert_true(promise.shadow == at(100));
    assert_int_equal(promise.extra, 4);
}

static void overdue_is_in_a_second(void **state)
{
    struct release a = {.n = 0}, b = {.n = 0};
    struct profile profile;
    struct promise promise;

    (void)state;
    profile_init(&profile);
    profile_add(&profile, &a, at(100), 1, 2);
    profile_add(&profile, &b, at(120.5), 2, 1);
    promise = profile_promise(&profile, at(120), 0, 2);
    assert_true(promise.shadow == at(121));
    assert_int_equal(promise.extra, 1);
}

static void nothing_is_listed_as_nothing(void **state)
{
    struct release a = {.n = 0};
    struct profile profile;

    (void)state;
    profile_init(&profile);
    profile_add(&profile, &a, at(100), 1, 0);
    assert_false(a.is_listed);
    profile_remove(&profile, &a);
    assert_null(profile_first(&profile));
}

static struct promise count(const struct release *releases, size_t n,
                            uint32_t n_free, uint32_t needs, time_us now)
{
    struct promise promise = {.shadow = TIME_NEVER};
    uint64_t sum;

    for (size_t i = 0; i < n; i++) {
        sum = n_free;
        for (size_t j = 0; j < n; j++) {
            if (releases[j].is_listed && releases[j].when <= releases[i].when)
                sum += releases[j].n;
        }
        if (releases[i].is_listed && sum >= needs &&
            releases[i].when < promise.shadow)
            promise.shadow = releases[i].when;
    }
    if (promise.shadow <= now)
        promise.shadow = now + USEC_PER_SEC;
    sum = n_free;
    for (size_t j = 0; j < n; j++) {
        if (releases[j].is_listed && releases[j].when <= promise.shadow)
            sum += releases[j].n;
    }
    promise.extra = sum > needs ? (uint32_t)(sum - needs) : 0;
    return promise;
}

static void promises_match_plain_counting(void **state)
{
    struct release releases[60] = {{.n = 0}};
    struct profile profile;
    uint64_t random = 3;

    (void)state;
    profile_init(&profile);
    for (int round = 0; round < 20000; round++) {
        size_t i = random_below(&random, N_OF(releases));
        uint32_t n_free = random_below(&random, 10);
        uint32_t needs = n_free + 1 + random_below(&random, 150);
        time_us now = at(random_below(&random, 30));
        time_us when = random_below(&random, 15) == 0
                           ? TIME_NEVER
                           : at(random_below(&random, 100));
        struct promise got, expected;

        profile_remove(&profile, &releases[i]);
        if (random_below(&random, 4) != 0)
            profile_add(&profile, &releases[i], when, (int64_t)i + 1,
                        random_below(&random, 6));
        got = profile_promise(&profile, now, n_free, needs);
        expected = count(releases, N_OF(releases), n_free, needs, now);
        assert_true(got.shadow == expected.shadow);
        assert_int_equal(got.extra, expected.extra);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_comes_back_from_nobody),
        cmocka_unit_test(the_promise_is_the_first_time_with_enough),
        cmocka_unit_test(all_that_comes_at_the_same_time_counts),
        cmocka_unit_test(overdue_is_in_a_second),
        cmocka_unit_test(nothing_is_listed_as_nothing),
        cmocka_unit_test(promises_match_plain_counting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
