/* SPDX-License-Identifier: BSD-2-Clause */
/* What a job may say to a directive, and how it is told what was wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "codec/reply_json.h"

static struct job_reply parse(const char *text)
{
    struct job_reply reply;
    struct err err;

    err_clear(&err);
    if (job_reply_from_text(text, strlen(text), 7, &reply, &err) != 0)
        fail_msg("%s: %s", text, err.text);
    return reply;
}

static void refuses(const char *text, const char *why)
{
    struct job_reply reply;
    struct err err;

    err_clear(&err);
    assert_int_equal(job_reply_from_text(text, strlen(text), 7, &reply, &err),
                     -1);
    assert_int_equal(err.code, ERR_INPUT);
    if (strstr(err.text, why) == NULL)
        fail_msg("%s: told \"%s\", not \"%s\"", text, err.text, why);
}

static void test_the_five_answers(void **state)
{
    struct job_reply reply = parse("{\"seq\": 7, \"status\": \"accepted\"}");

    (void)state;
    assert_int_equal(reply.status, REPLY_ACCEPTED);
    assert_int_equal(reply.nodes.n, 0);
    assert_null(reply.reason);
    job_reply_release(&reply);

    reply = parse("{\"status\": \"refused\", \"retry_after\": 1.5,"
                  " \"reason\": \"in a\\ncheckpoint\"}");
    assert_int_equal(reply.status, REPLY_REFUSED);
    assert_int_equal(reply.retry_after, 1500000);
    assert_string_equal(reply.reason, "in a?checkpoint");
    job_reply_release(&reply);

    reply = parse("{\"status\": \"progress\", \"retry_after\": null}\n");
    assert_int_equal(reply.status, REPLY_PROGRESS);
    job_reply_release(&reply);

    reply = parse("{\"status\": \"done\", \"nodes\": [\"n2\", \"n4\"]}");
    assert_int_equal(reply.status, REPLY_DONE);
    assert_int_equal(reply.nodes.n, 2);
    assert_string_equal(reply.nodes.names[1], "n4");
    job_reply_release(&reply);

    reply = parse("{\"status\": \"failed\", \"reason\": \"\", \"new\": []}");
    assert_int_equal(reply.status, REPLY_FAILED);
    assert_null(reply.reason);
    job_reply_release(&reply);
}

static void test_names_may_be_one_text(void **state)
{
    struct job_reply reply =
        parse("{\"status\": \"done\", \"nodes\": \"n[2-3]\"}");

    (void)state;
    assert_int_equal(reply.nodes.n, 2);
    assert_string_equal(reply.nodes.names[0], "n2");
    job_reply_release(&reply);
}

static void test_what_is_wrong_is_named(void **state)
{
    (void)state;
    refuses("", "empty");
    refuses("{\"status\": \"accep", "1:");
    refuses("[7]", "an object is expected, found a list");
    refuses("{}", "status: one of accepted, refused, progress, done, failed is "
                  "expected, found nothing");
    refuses("{\"status\": \"acepted\"}", "found acepted");
    refuses("{\"status\": 1}", "status: one of");
    refuses("{\"seq\": 6, \"status\": \"done\"}", "seq: the file is named 7");
    refuses("{\"seq\": \"7\", \"status\": \"done\"}", "seq: a whole number");
    refuses("{\"status\": \"refused\", \"retry_after\": -1}",
            "retry_after: a number of seconds");
    refuses("{\"status\": \"refused\", \"retry_after\": \"60\"}",
            "retry_after: a number of seconds");
    refuses("{\"status\": \"done\", \"nodes\": 2}", "nodes: a list of node");
    refuses("{\"status\": \"done\", \"nodes\": [2]}", "nodes: a list of node");
    refuses("{\"status\": \"done\", \"nodes\": [\"a b\"]}", "nodes: ");
    refuses("{\"status\": \"done\", \"nodes\": [\"n1\", \"n2\", \"n1\"]}",
            "nodes: n1 is there twice");
}

static void test_the_number_is_in_the_name(void **state)
{
    (void)state;
    assert_int_equal(job_reply_seq_of("7.json"), 7);
    assert_int_equal(job_reply_seq_of("123456789012345678.json"),
                     123456789012345678);
    assert_int_equal(job_reply_seq_of("1234567890123456789.json"), 0);
    assert_int_equal(job_reply_seq_of("0.json"), 0);
    assert_int_equal(job_reply_seq_of("07.json"), 0);
    assert_int_equal(job_reply_seq_of("7"), 0);
    assert_int_equal(job_reply_seq_of("7.json~"), 0);
    assert_int_equal(job_reply_seq_of(".7.json"), 0);
    assert_int_equal(job_reply_seq_of("-7.json"), 0);
    assert_int_equal(job_reply_seq_of(".json"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_five_answers),
        cmocka_unit_test(test_names_may_be_one_text),
        cmocka_unit_test(test_what_is_wrong_is_named),
        cmocka_unit_test(test_the_number_is_in_the_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
