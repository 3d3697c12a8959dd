/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <string.h>

#include "cli/check.h"

static size_t n_errors;

/* The report about TEXT must have PART in it and end with LAST. */
static void expect(const char *text, size_t errors, const char *part,
                   const char *last)
{
    struct strbuf out;
    strbuf_init(&out);
    n_errors = check_text("the.file", text, strlen(text), &out);
    if (n_errors != errors || strstr(out.text, part) == NULL ||
        out.len < strlen(last) ||
        strcmp(out.text + out.len - strlen(last), last) != 0) {
        print_error("%s\n  gave %zu errors:\n%s", text, n_errors, out.text);
        fail();
    }
    strbuf_release(&out);
}

static void test_files_are_known_by_their_content(void **state)
{
    (void)state;
    assert_int_equal(check_kind("n1\nn2 slots=4\n"), FILE_HOSTS);
    assert_int_equal(check_kind("# {\nn1\n"), FILE_HOSTS);
    assert_int_equal(check_kind(""), FILE_HOSTS);
    assert_int_equal(check_kind(" {\"jobs\": []}"), FILE_JOBS);
    assert_int_equal(check_kind("[{\"job_command\": \"x\"}]"), FILE_JOBS);
    assert_int_equal(check_kind("{\"jobs\": [{,"), FILE_JOBS);
    assert_int_equal(
        check_kind("{\"jobs\":[{\"id\":\"2\",\"scale\":\"expand\"}]}"),
        FILE_POLICY);
    assert_int_equal(check_kind("{\"job_requests\": []}"), FILE_REQUESTS);
    /* a job may well be called scale */
    assert_int_equal(
        check_kind("[{\"command\": \"./x\", \"name\": \"scale\"}]"), FILE_JOBS);
}

static void test_a_good_jobs_file(void **state)
{
    (void)state;
    expect("{\"jobs\":[{\"command\":\"./a\",\"walltime\":\"00:30:00\"},"
           "{\"command\":\"./b\"}]}",
           0, "the.file: good", "2 jobs usable\n");
}

static void test_all_errors_at_once_and_the_good_jobs(void **state)
{
    (void)state;
    static const char text[] = "{\n"
                               "  \"jobs\": [\n"
                               "    {,\n"
                               "      \"command\": \"a\"\n"
                               "    },\n"
                               "    {\n"
                               "      \"command\": \"b\",\n"
                               "      \"min_node\": 2\n"
                               "    },\n"
                               "    { \"command\": \"c\" }\n"
                               "  ]\n"
                               "}\n";
    expect(text, 2, "the.file:3:6: error: ", "2 errors, 1 job usable\n");
    expect(text, 2, "did you mean \"min_nodes\"", "2 errors, 1 job usable\n");
    expect(text, 2, "    3 |     {,\n", "");
}

static void test_cut_and_empty_files(void **state)
{
    (void)state;
    struct strbuf out;
    strbuf_init(&out);
    assert_true(check_text("f", "{\"jobs\": [", 10, &out) > 0);
    assert_true(check_text("f", "", 0, &out) > 0);
    strbuf_release(&out);
}

static void test_policies(void **state)
{
    (void)state;
    expect("{\"jobs\":[{\"id\":\"2\",\"scale\":\"expand\",\"num_nodes\":1,"
           "\"nodes\":\"st37\",\"start_after\":0}]}",
           0, "good", "1 policy entry usable\n");
    expect("{\"jobs\":[{\"id\":\"2\",\"scale\":\"double\"},"
           "{\"id\":\"x\",\"scale\":\"expand\"}]}",
           2, "expand or shrink", "2 errors, 0 policy entries usable\n");
}

static void test_requests(void **state)
{
    (void)state;
    expect("{\"job_requests\":[{\"job_id\":\"2\",\"scale\":\"expand\","
           "\"num_nodes\":2,\"status\":\"pending\"}]}",
           0, "good", "1 request usable\n");
    expect("{\"job_requests\":[{\"job_id\":\"2\"}]}", 1, "error",
           "1 error, 0 requests usable\n");
    expect("{\"job_requests\":[{]}", 1, "error",
           "1 error, 0 requests usable\n");
}

static void test_hostfiles(void **state)
{
    (void)state;
    expect("st33\nst34 slots=4\n", 0, "good", "2 nodes usable\n");
    expect("st33\nst 34\n", 1, "the.file:2", "1 node usable\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_are_known_by_their_content),
        cmocka_unit_test(test_a_good_jobs_file),
        cmocka_unit_test(test_all_errors_at_once_and_the_good_jobs),
        cmocka_unit_test(test_cut_and_empty_files),
        cmocka_unit_test(test_policies),
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_hostfiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
