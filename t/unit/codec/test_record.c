/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdbool.h>

#include "codec/record.h"
#include "codec/words.h"

struct sample {
    int number;
    uint32_t count;
    int64_t large;
    time_us time;
    double part;
    bool is_on;
    enum directive_op op;
    struct idset set;
};

#define SAMPLE(member) offsetof(struct sample, member)
static const struct record_field fields[] = {
    {"number", RECORD_INT, SAMPLE(number), -5, 5, NULL},
    {"count", RECORD_UINT32, SAMPLE(count), 1, UINT32_MAX, NULL},
    {"large", RECORD_INT64, SAMPLE(large), INT64_MIN, INT64_MAX, NULL},
    {"time", RECORD_TIME, SAMPLE(time), 0, INT64_MAX, NULL},
    {"part", RECORD_REAL, SAMPLE(part), 0, 0, NULL},
    {"is_on", RECORD_BOOL, SAMPLE(is_on), 0, 0, NULL},
    {"op", RECORD_WORD, SAMPLE(op), 0, 0, words_op},
    {"set", RECORD_SET, SAMPLE(set), 0, 0, NULL},
};

static const char full[] =
    "{\"number\":-5,\"count\":4294967295,\"large\":-9223372036854775808,"
    "\"time\":null,\"part\":0.10000000000000001,\"is_on\":true,"
    "\"op\":\"shrink\",\"set\":\"1-3\"}";

static int read_sample(const char *text, uint32_t mask, struct sample *out,
                       struct err *err)
{
    json_t *object = json_loads(text, 0, NULL);
    int rc;

    assert_non_null(object);
    *out = (struct sample){.number = 0};
    rc = record_read(object, fields, N_OF(fields), mask, out, err);
    json_decref(object);
    return rc;
}

static void write_sample(const struct sample *sample, uint32_t mask,
                         struct strbuf *out)
{
    strbuf_init(out);
    strbuf_add_char(out, '{');
    record_write(out, fields, N_OF(fields), mask, sample);
    strbuf_add_char(out, '}');
}

static void test_all_kinds_come_back(void **state)
{
    struct sample sample;
    struct strbuf out;

    (void)state;
    assert_int_equal(read_sample(full, RECORD_ALL, &sample, NULL), 0);
    assert_int_equal(sample.number, -5);
    assert_int_equal(sample.large, INT64_MIN);
    assert_int_equal(sample.time, TIME_NEVER);
    assert_true(sample.part == 0.1);
    assert_int_equal(sample.op, DIRECTIVE_SHRINK);
    assert_int_equal(idset_count(&sample.set), 3);
    write_sample(&sample, RECORD_ALL, &out);
    assert_string_equal(out.text, full);
    strbuf_release(&out);
    idset_release(&sample.set);
}

static void test_only_what_the_mask_says(void **state)
{
    struct sample sample;
    struct strbuf out;

    (void)state;
    assert_int_equal(
        read_sample("{\"count\":2,\"more\":[]}", 1 << 1, &sample, NULL), 0);
    assert_int_equal(sample.count, 2);
    write_sample(&sample, 1 << 1, &out);
    assert_string_equal(out.text, "{\"count\":2}");
    strbuf_release(&out);
    write_sample(&sample, 0, &out);
    assert_string_equal(out.text, "{}");
    strbuf_release(&out);
}

static void test_bad_values(void **state)
{
    static const char *const wrong[][2] = {
        {"number", "6"},         {"number", "-6"},
        {"number", "1.0"},       {"number", "\"1\""},
        {"number", "null"},      {"count", "0"},
        {"count", "4294967296"}, {"time", "-1"},
        {"time", "false"},       {"part", "1.01"},
        {"part", "-0.1"},        {"part", "\"0\""},
        {"is_on", "1"},          {"is_on", "null"},
        {"op", "\"grow\""},      {"op", "0"},
        {"set", "\"3-1\""},      {"set", "[1]"},
    };
    struct sample sample;
    struct err err;
    char text[100], told[100];

    (void)state;
    for (size_t i = 0; i < N_OF(wrong); i++) {
        uint32_t bit = 0;
        while (strcmp(fields[bit].key, wrong[i][0]) != 0)
            bit++;
        snprintf(text, sizeof(text), "{\"%s\":%s}", wrong[i][0], wrong[i][1]);
        snprintf(told, sizeof(told), "bad \"%s\" in the record", wrong[i][0]);
        assert_int_equal(read_sample(text, 1u << bit, &sample, &err), -1);
        assert_string_equal(err.text, told);
    }
    assert_int_equal(read_sample("{}", 1, &sample, &err), -1);
    assert_string_equal(err.text, "the record has no \"number\"");
}

static const char request_text[] =
    "{\"id\":7,\"kind\":\"elastic\",\"resize\":\"policy\","
    "\"on_deadline\":\"cancel\",\"hold\":false,\"requeue\":true,"
    "\"min_nodes\":2,\"max_nodes\":8,\"pref_nodes\":4,\"priority\":-3,"
    "\"walltime\":null,\"begin\":5,\"serial_fraction\":0.25,"
    "\"accept_within\":0,\"done_within\":null,\"cooldown\":-1,"
    "\"on_node_loss\":\"shrink\",\"resize_cost\":5000000,"
    "\"walltime_scales\":true,\"expected\":0,"
    "\"after\":[[3,\"ok\"],[4,\"notok\"]],\"runtimes\":[[1,100],[4,30]]}";

static int read_request(const char *text, struct job_request *out,
                        struct err *err)
{
    json_t *object = json_loads(text, 0, NULL);
    int rc;

    assert_non_null(object);
    job_request_init(out);
    rc = record_read_request(object, out, err);
    json_decref(object);
    return rc;
}

static void test_a_request_comes_back(void **state)
{
    struct job_request request;
    struct strbuf out;

    (void)state;
    assert_int_equal(read_request(request_text, &request, NULL), 0);
    assert_int_equal(request.n_after, 2);
    assert_int_equal(request.after[1].kind, AFTER_NOT_OK);
    assert_int_equal(request.runtimes[1].runtime, 30);
    strbuf_init(&out);
    record_write_request(&out, &request);
    assert_string_equal(out.text, request_text);
    strbuf_release(&out);
    job_request_release(&request);
}

/* Replaces one part of the good request by another. */
static void expect_refused(const char *part, const char *other)
{
    const char *at = strstr(request_text, part);
    struct job_request request;
    struct err err;
    char text[1000];

    assert_non_null(at);
    snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - request_text),
             request_text, other, at + strlen(part));
    assert_int_equal(read_request(text, &request, &err), -1);
    assert_int_equal(err.code, ERR_INPUT);
    job_request_release(&request);
}

static void test_bad_requests(void **state)
{
    (void)state;
    expect_refused("\"id\":7", "\"id\":0");
    expect_refused("\"id\":7", "\"id\":10000000");
    expect_refused("\"min_nodes\":2", "\"min_nodes\":9");
    expect_refused("\"pref_nodes\":4", "\"pref_nodes\":9");
    expect_refused("\"pref_nodes\":4", "\"pref_nodes\":1");
    expect_refused("[3,\"ok\"]", "[0,\"ok\"]");
    expect_refused("[3,\"ok\"]", "[3,\"yes\"]");
    expect_refused("[3,\"ok\"]", "3");
    expect_refused("[4,30]", "[1,30]");
    expect_refused("[4,30]", "[4,0]");
    expect_refused("[[1,100],[4,30]]", "{}");
    expect_refused(",\"hold\":false", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_kinds_come_back),
        cmocka_unit_test(test_only_what_the_mask_says),
        cmocka_unit_test(test_bad_values),
        cmocka_unit_test(test_a_request_comes_back),
        cmocka_unit_test(test_bad_requests),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
