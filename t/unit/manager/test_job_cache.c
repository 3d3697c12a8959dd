/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of live jobs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "manager/job_cache.h"

static void test_by_id_and_by_name(void **state)
{
    struct job_cache *cache = job_cache_create();

    (void)state;
    job_cache_add(cache, 1, "prepare", NULL);
    job_cache_add(cache, 2, "", NULL);
    job_cache_add(cache, 3, NULL, NULL);
    assert_string_equal(job_cache_name(cache, 1), "prepare");
    assert_string_equal(job_cache_name(cache, 2), "");
    assert_string_equal(job_cache_name(cache, 99), "");
    assert_int_equal(job_cache_find(cache, "prepare"), 1);
    assert_int_equal(job_cache_find(cache, ""), 0);
    assert_int_equal(job_cache_find(cache, "other"), 0);
    job_cache_remove(cache, 1);
    job_cache_remove(cache, 2);
    assert_int_equal(job_cache_find(cache, "prepare"), 0);
    job_cache_destroy(cache);
}

static void test_the_newest_of_a_name_counts(void **state)
{
    struct job_cache *cache = job_cache_create();

    (void)state;
    for (int64_t id = 1; id <= 4; id++)
        job_cache_add(cache, id, "same", NULL);
    assert_int_equal(job_cache_find(cache, "same"), 4);
    job_cache_remove(cache, 2);
    assert_int_equal(job_cache_find(cache, "same"), 4);
    job_cache_remove(cache, 4);
    assert_int_equal(job_cache_find(cache, "same"), 3);
    job_cache_remove(cache, 3);
    assert_int_equal(job_cache_find(cache, "same"), 1);
    assert_string_equal(job_cache_name(cache, 1), "same");
    job_cache_remove(cache, 1);
    assert_int_equal(job_cache_find(cache, "same"), 0);
    job_cache_destroy(cache);
}

static void test_a_label_is_found_before_a_name(void **state)
{
    struct job_cache *cache = job_cache_create();

    (void)state;
    job_cache_add(cache, 1, "solve", "step-1");
    job_cache_add(cache, 2, "step-1", NULL);
    assert_int_equal(job_cache_find(cache, "step-1"), 1);
    assert_string_equal(job_cache_name(cache, 1), "solve");
    job_cache_remove(cache, 1);
    assert_int_equal(job_cache_find(cache, "step-1"), 2);
    assert_int_equal(job_cache_find(cache, "solve"), 0);
    job_cache_destroy(cache);
}

static void test_many(void **state)
{
    struct job_cache *cache = job_cache_create();
    char name[32];

    (void)state;
    for (int64_t id = 1; id <= 10000; id++) {
        snprintf(name, sizeof(name), "job-%d", (int)id);
        job_cache_add(cache, id, name, NULL);
    }
    assert_int_equal(job_cache_find(cache, "job-7777"), 7777);
    job_cache_destroy(cache);
    job_cache_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_id_and_by_name),
        cmocka_unit_test(test_the_newest_of_a_name_counts),
        cmocka_unit_test(test_a_label_is_found_before_a_name),
        cmocka_unit_test(test_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
