/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "codec/requests_file.h"

static void read_requests(struct requests_file *file, const char *text)
{
    struct err err;

    if (requests_file_parse(text, strlen(text), file, &err) != LIST_DOC_GOOD)
        fail_msg("%s", err.text);
}

/* pending -> arbitrating -> gone, as the seed's client expects it. */
static void test_the_life_of_a_request(void **state)
{
    struct size_request request;
    struct requests_file file;
    char *text;

    (void)state;
    read_requests(&file,
                  "{\"job_requests\":[{\"job_id\":\"2\",\"scale\":"
                  "\"expand\",\"num_nodes\":2,\"status\":\"pending\"}]}");
    assert_int_equal(requests_file_count(&file), 1);
    assert_int_equal(requests_file_get(&file, 0, &request, NULL), 0);
    assert_int_equal(request.job, 2);
    assert_int_equal(request.op, DIRECTIVE_GROW);
    assert_int_equal(request.n_nodes, 2);
    assert_true(request.is_pending);

    requests_file_mark(&file, 0);
    assert_int_equal(requests_file_get(&file, 0, &request, NULL), 0);
    assert_false(request.is_pending);
    text = requests_file_format(&file);
    assert_contains(text, "\"status\": \"arbitrating\"");
    free(text);

    requests_file_remove(&file, 0);
    text = requests_file_format(&file);
    assert_string_equal(text, "{\n  \"job_requests\": []\n}\n");
    free(text);
    requests_file_release(&file);
}

static void test_ids_as_numbers_and_no_status(void **state)
{
    struct size_request request;
    struct requests_file file;

    (void)state;
    read_requests(&file, "{\"job_requests\":[{\"job_id\":3,\"scale\":"
                         "\"shrink\",\"num_nodes\":1}]}");
    assert_int_equal(requests_file_get(&file, 0, &request, NULL), 0);
    assert_int_equal(request.job, 3);
    assert_int_equal(request.op, DIRECTIVE_SHRINK);
    assert_true(request.is_pending);
    requests_file_release(&file);
}

static void test_requests_that_make_no_sense(void **state)
{
    static const char *const wrong[][2] = {
        {"7", "job_requests[0]: an object is expected"},
        {"{\"job_id\":\"x\",\"scale\":\"expand\",\"num_nodes\":1}",
         "job_requests[0].job_id: a number from 1 to 9999999 is expected"},
        {"{\"job_id\":1,\"scale\":\"grow\",\"num_nodes\":1}",
         "job_requests[0].scale: \"expand\" or \"shrink\" is expected"},
        {"{\"job_id\":1,\"scale\":\"expand\",\"num_nodes\":0}",
         "job_requests[0].num_nodes: a number from 1 to 100000 is expected"},
        {"{\"job_id\":1,\"scale\":\"expand\"}",
         "job_requests[0].num_nodes: a number from 1 to 100000 is expected"},
        {"{\"job_id\":1,\"scale\":\"expand\",\"num_nodes\":100001}",
         "job_requests[0].num_nodes: a number from 1 to 100000 is expected"},
    };
    struct size_request request;
    struct requests_file file;
    struct err err;
    char text[200];

    (void)state;
    for (size_t i = 0; i < N_OF(wrong); i++) {
        snprintf(text, sizeof(text), "{\"job_requests\":[%s]}", wrong[i][0]);
        read_requests(&file, text);
        assert_int_equal(requests_file_get(&file, 0, &request, &err), -1);
        assert_int_equal(err.code, ERR_INPUT);
        assert_string_equal(err.text, wrong[i][1]);
        requests_file_release(&file);
    }
}

static void test_removing_one_of_several(void **state)
{
    struct size_request request;
    struct requests_file file;

    (void)state;
    read_requests(&file,
                  "{\"job_requests\":["
                  "{\"job_id\":1,\"scale\":\"expand\",\"num_nodes\":1},"
                  "{\"job_id\":2,\"scale\":\"expand\",\"num_nodes\":1}]}");
    requests_file_remove(&file, 0);
    assert_int_equal(requests_file_count(&file), 1);
    assert_int_equal(requests_file_get(&file, 0, &request, NULL), 0);
    assert_int_equal(request.job, 2);
    requests_file_release(&file);
}

static void test_while_a_client_writes(void **state)
{
    struct requests_file file;
    struct err err;

    (void)state;
    assert_int_equal(requests_file_parse("", 0, &file, &err), LIST_DOC_EMPTY);
    assert_int_equal(requests_file_parse("[]", 2, &file, &err),
                     LIST_DOC_BROKEN);
    requests_file_release(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_life_of_a_request),
        cmocka_unit_test(test_ids_as_numbers_and_no_status),
        cmocka_unit_test(test_requests_that_make_no_sense),
        cmocka_unit_test(test_removing_one_of_several),
        cmocka_unit_test(test_while_a_client_writes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
