/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/spec_file.h"
#include "temp_dir.h"

/* What was told is in TOLD (owned). */
static json_t *read_specs(const char *text, char **told, struct err *err)
{
    size_t n;
    FILE *out = open_memstream(told, &n);
    temp_file_write("jobs.json", text);
    json_t *specs = spec_file_read("jobs.json", out, err);
    fclose(out);
    return specs;
}

static void test_entries_become_specs(void **state)
{
    (void)state;
    struct err err;
    char *told;
    json_t *specs =
        read_specs("{\"jobs\":[{\"command\":\"./a\",\"min_nodes\":2,"
                   "\"max_nodes\":3,\"elastic\":true,\"name\":\"x\"},"
                   "{\"job_command\":\"./b\"}]}",
                   &told, &err);
    assert_non_null(specs);
    assert_string_equal(told, "");
    assert_int_equal(json_array_size(specs), 2);
    const json_t *first = json_array_get(specs, 0);
    assert_string_equal(json_string_value(json_object_get(first, "command")),
                        "./a");
    assert_int_equal(json_integer_value(json_object_get(first, "max_nodes")),
                     3);
    assert_string_equal(
        json_string_value(json_object_get(json_array_get(specs, 1), "command")),
        "./b");
    json_decref(specs);
    free(told);
}

static void test_one_bad_entry_keeps_all_from_being_submitted(void **state)
{
    (void)state;
    struct err err;
    char *told;
    assert_null(read_specs("[{\"command\":\"./a\"},{\"comand\":\"./b\"}]",
                           &told, &err));
    assert_int_equal(err.code, ERR_INPUT);
    assert_non_null(strstr(told, "jobs.json:1:"));
    assert_non_null(strstr(told, "command"));
    free(told);
}

static void test_a_file_without_jobs(void **state)
{
    (void)state;
    struct err err;
    char *told;
    assert_null(read_specs("{\"jobs\":[]}", &told, &err));
    assert_non_null(strstr(err.text, "no job"));
    free(told);
    assert_null(spec_file_read("missing.json", stderr, &err));
    assert_int_equal(err.code, ERR_SYSTEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entries_become_specs),
        cmocka_unit_test(test_one_bad_entry_keeps_all_from_being_submitted),
        cmocka_unit_test(test_a_file_without_jobs),
    };
    return cmocka_run_group_tests(tests, temp_dir_enter, temp_dir_leave);
}
