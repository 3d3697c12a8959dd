/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/view_sort.h"

static void expect(const char *key, const char *ids)
{
    json_t *jobs =
        json_loads("[{\"id\":1,\"name\":\"b\",\"priority\":2,\"n_nodes\":1,"
                   "\"elapsed\":2.5},"
                   "{\"id\":2,\"name\":\"a\",\"priority\":10,\"n_nodes\":null,"
                   "\"elapsed\":2},"
                   "{\"id\":3,\"name\":\"c\",\"priority\":2,\"n_nodes\":7,"
                   "\"elapsed\":10.0}]",
                   0, NULL);
    char text[20] = "";
    size_t i;
    const json_t *job;
    view_sort(jobs, key);
    json_array_foreach(jobs, i, job)
    {
        size_t n = strlen(text);
        snprintf(text + n, sizeof(text) - n, "%d",
                 (int)json_integer_value(json_object_get(job, "id")));
    }
    assert_string_equal(text, ids);
    json_decref(jobs);
}

static void test_texts_and_numbers(void **state)
{
    (void)state;
    expect("name", "213");
    expect("-name", "312");
    expect("id", "123");
    expect("-id", "321");
    expect("priority", "132"); /* 10 after 2 */
    expect("elapsed", "213");  /* whole and broken numbers together */
}

static void test_equal_ones_keep_their_order_both_ways(void **state)
{
    (void)state;
    expect("-priority", "213");
    expect("nothing", "123");
    expect("-nothing", "123");
}

static void test_names_of_columns_and_missing_values(void **state)
{
    (void)state;
    expect("nodes", "213"); /* null first */
    expect("-nodes", "312");
    expect("time", "213");
}

static void test_an_empty_list(void **state)
{
    (void)state;
    json_t *jobs = json_array();
    view_sort(jobs, "id");
    assert_int_equal(json_array_size(jobs), 0);
    json_decref(jobs);
    view_sort(NULL, "id"); /* an answer without jobs */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_and_numbers),
        cmocka_unit_test(test_equal_ones_keep_their_order_both_ways),
        cmocka_unit_test(test_names_of_columns_and_missing_values),
        cmocka_unit_test(test_an_empty_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
