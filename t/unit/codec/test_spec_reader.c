/* SPDX-License-Identifier: BSD-2-Clause */
#include "read_spec.h"

#include "base/strbuf.h"
#include "codec/spec_reader.h"

/* Reads an entry and returns all its problems, "path: text" a line, owned. */
static char *problems_of(const char *text)
{
    struct spec_problems problems = {.items = NULL};
    json_t *object = json_loads(text, 0, NULL);
    struct job_spec spec;
    struct strbuf out;
    char path[160];

    assert_non_null(object);
    strbuf_init(&out);
    job_spec_init(&spec);
    job_spec_read(object, &spec, &problems);
    for (size_t i = 0; i < problems.n; i++)
        strbuf_add_fmt(
            &out, "%s%s: %s\n", problems.items[i].is_warning ? "warning " : "",
            spec_problem_path(&problems.items[i], path, sizeof(path)),
            problems.items[i].err.text);
    job_spec_release(&spec);
    spec_problems_release(&problems);
    json_decref(object);
    return strbuf_detach(&out);
}

static void expect_problems(const char *text, const char *expected)
{
    char *told = problems_of(text);

    assert_string_equal(told, expected);
    free(told);
}

static enum job_kind kind_of(const char *members)
{
    struct job_spec spec;
    enum job_kind kind;

    read_spec(&spec, members);
    kind = spec.request.kind;
    job_spec_release(&spec);
    return kind;
}

static void test_all_problems_at_once(void **state)
{
    (void)state;
    expect_problems("{\"min_node\": 3, \"walltime\": -1, \"colour\": 1,"
                    " \"after\": [0, \"x:y\"]}",
                    "min_node: unknown key; did you mean \"min_nodes\"?\n"
                    "walltime: must be more than 0\n"
                    "colour: unknown key\n"
                    "after[0]: a job id is a number from 1 to 9999999\n"
                    "after[1]: unknown condition after ':'\n"
                    ": the job has no \"command\"\n");
}

static void test_there_is_an_end_to_problems(void **state)
{
    struct spec_problems problems = {.items = NULL};
    json_t *object = json_object();
    struct job_spec spec;
    char key[16];

    (void)state;
    for (int i = 0; i < 100; i++) {
        snprintf(key, sizeof(key), "z%d", i);
        json_object_set_new(object, key, json_null());
    }
    job_spec_init(&spec);
    assert_int_equal(job_spec_read(object, &spec, &problems), -1);
    assert_int_equal(problems.n, SPEC_PROBLEMS_MAX);
    assert_int_equal(problems.n_errors, 101);
    job_spec_release(&spec);
    spec_problems_release(&problems);
    json_decref(object);
}

static void test_own_keys_are_left_alone(void **state)
{
    (void)state;
    expect_problems("{\"command\": \"c\", \"comment\": [1], \"_me\": {},"
                    " \"x-y\": 1}",
                    "");
}

static void test_both_names_of_a_key(void **state)
{
    (void)state;
    expect_problems("{\"job_command\": \"c\", \"default_nodes\": 2}", "");
    expect_problems("{\"job_command\": \"c\", \"command\": \"c\"}",
                    "job_command: the same as \"command\", which is given "
                    "too\n");
}

static void test_null_is_not_given(void **state)
{
    (void)state;
    expect_problems("{\"command\": \"c\", \"id\": null, \"min_nodes\": null,"
                    " \"type\": null, \"after\": null}",
                    "");
    expect_problems("{\"command\": null}", ": the job has no \"command\"\n");
}

static void test_kinds(void **state)
{
    (void)state;
    assert_int_equal(kind_of("\"min_nodes\": 2"), JOB_RIGID);
    assert_int_equal(kind_of("\"max_nodes\": 2"), JOB_MOLDABLE);
    assert_int_equal(kind_of("\"max_nodes\": 2, \"elastic\": false"),
                     JOB_MOLDABLE);
    assert_int_equal(kind_of("\"max_nodes\": 2, \"elastic\": true"),
                     JOB_ELASTIC);
    assert_int_equal(kind_of("\"elastic\": true"), JOB_ELASTIC);
    assert_int_equal(kind_of("\"type\": \"malleable\""), JOB_ELASTIC);
    assert_int_equal(kind_of("\"type\": \"evolving\", \"elastic\": true"),
                     JOB_EVOLVING);
    assert_int_equal(kind_of("\"type\": \"moldable\""), JOB_MOLDABLE);
}

static void expect_sizes(const char *members, uint32_t min, uint32_t max,
                         uint32_t pref)
{
    struct job_spec spec;

    read_spec(&spec, members);
    assert_int_equal(spec.request.min_nodes, min);
    assert_int_equal(spec.request.max_nodes, max);
    assert_int_equal(spec.request.pref_nodes, pref);
    job_spec_release(&spec);
}

static void test_sizes_that_are_not_given(void **state)
{
    (void)state;
    expect_sizes("\"name\": \"x\"", 1, 1, 0);
    expect_sizes("\"min_nodes\": 3", 3, 3, 0);
    expect_sizes("\"max_nodes\": 3", 1, 3, 0);
    expect_sizes("\"pref_nodes\": 3", 1, 3, 3);
    expect_sizes("\"min_nodes\": 2, \"default_nodes\": 2", 2, 2, 2);
}

static void test_sizes_that_contradict(void **state)
{
    static const struct refusal refusals[] = {
        {"\"min_nodes\": 9, \"max_nodes\": 4",
         "min_nodes: 9 is more than max_nodes 4", NULL},
        {"\"min_nodes\": 3, \"pref_nodes\": 2",
         "pref_nodes: 2 is less than min_nodes 3", NULL},
        {"\"max_nodes\": 3, \"default_nodes\": 4",
         "default_nodes: 4 is more than max_nodes 3", NULL},
        {"\"type\": \"rigid\", \"min_nodes\": 2, \"max_nodes\": 4",
         "type: a rigid job has one size, not 2 to 4 nodes",
         "make max_nodes = min_nodes, or the type \"moldable\""},
        {"\"elastic\": \"yes\"",
         "elastic: true or false is expected, found a string", NULL},
    };

    (void)state;
    refuse_all(refusals, N_OF(refusals));
}

static void test_ambiguous_times_are_told(void **state)
{
    (void)state;
    expect_problems("{\"command\": \"c\", \"walltime\": \"30:00\"}",
                    "warning walltime: \"30:00\" is read as 30 min\n");
    expect_problems("{\"command\": \"c\", \"walltime\": \"90\"}",
                    "warning walltime: \"90\" is read as 1 min 30 s\n");
    expect_problems("{\"command\": \"c\", \"walltime\": \"0:30:00\"}", "");
    expect_problems("{\"command\": \"c\", \"walltime\": 90}", "");
}

static void test_status(void **state)
{
    static const char *const texts[][2] = {
        {"{}", NULL},
        {"{\"status\": \"\"}", NULL},
        {"{\"status\": \"pending\"}", NULL},
        {"{\"status\": null}", NULL},
        {"{\"status\": 3}", NULL},
        {"{\"status\": \"completed\"}", "completed"},
        {"[]", NULL},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(texts); i++) {
        json_t *object = json_loads(texts[i][0], 0, NULL);
        const char *status = job_spec_status(object);
        if (texts[i][1])
            assert_string_equal(status, texts[i][1]);
        else
            assert_null(status);
        json_decref(object);
    }
    expect_problems("{\"command\": \"c\", \"status\": 3}",
                    "status: a string is expected, found a number\n");
}

static void test_paths_are_safe_to_print(void **state)
{
    (void)state;
    expect_problems("{\"command\": \"c\", \"a\\u001b[2J\": 1}",
                    "a?[2J: unknown key\n");
    expect_problems("[1]", ": a job is an object {...}, found a list\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_problems_at_once),
        cmocka_unit_test(test_there_is_an_end_to_problems),
        cmocka_unit_test(test_own_keys_are_left_alone),
        cmocka_unit_test(test_both_names_of_a_key),
        cmocka_unit_test(test_null_is_not_given),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_sizes_that_are_not_given),
        cmocka_unit_test(test_sizes_that_contradict),
        cmocka_unit_test(test_ambiguous_times_are_told),
        cmocka_unit_test(test_status),
        cmocka_unit_test(test_paths_are_safe_to_print),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
