/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <string.h>

#include "cli/job_view.h"

static json_t *make(const char *text)
{
    json_t *job = json_loads(text, 0, NULL);
    assert_non_null(job);
    return job;
}

static void expect_state(const char *word, const char *code, bool is_ended)
{
    json_t *job = json_pack("{s:s}", "state", word);
    assert_string_equal(job_view_state(job), code);
    assert_int_equal(job_view_is_ended(job), is_ended);
    json_decref(job);
}

static void test_states_have_short_names(void **state)
{
    (void)state;
    expect_state("pending", "PD", false);
    expect_state("starting", "ST", false);
    expect_state("running", "R", false);
    expect_state("growing", "R>", false);
    expect_state("shrinking", "R<", false);
    expect_state("completing", "CG", false);
    expect_state("completed", "CD", true);
    expect_state("failed", "F", true);
    expect_state("timeout", "TO", true);
    expect_state("cancelled", "CA", true);
    expect_state("node_fail", "NF", true);
    expect_state("lost", "LO", true);
    /* one of a later version is shown as it is */
    expect_state("paused", "paused", false);
}

static void expect_exit(const char *text, int status)
{
    json_t *job = make(text);
    assert_int_equal(job_view_exit_status(job), status);
    json_decref(job);
}

static void test_exit_statuses(void **state)
{
    (void)state;
    expect_exit("{\"state\":\"completed\",\"exit_code\":0,\"signal\":0}", 0);
    expect_exit("{\"state\":\"failed\",\"exit_code\":3,\"signal\":0}", 3);
    expect_exit("{\"state\":\"failed\",\"exit_code\":null,\"signal\":9}", 137);
    expect_exit("{\"state\":\"timeout\",\"exit_code\":0,\"signal\":15}", 124);
    expect_exit("{\"state\":\"cancelled\",\"exit_code\":0,\"signal\":15}", 143);
    expect_exit("{\"state\":\"cancelled\",\"exit_code\":null,"
                "\"signal\":null}",
                1);
    expect_exit("{\"state\":\"lost\"}", 1);
    expect_exit("{\"state\":\"failed\",\"exit_code\":null,\"signal\":null}",
                126);
    expect_exit("{\"state\":\"failed\",\"exit_code\":127,\"signal\":0}", 127);
}

static void expect_states(const char *text, const char *words)
{
    struct strbuf out;
    strbuf_init(&out);
    assert_int_equal(job_view_parse_states(text, &out, NULL), 0);
    assert_string_equal(out.text, words);
    strbuf_release(&out);
}

static void test_states_on_the_command_line(void **state)
{
    (void)state;
    expect_states("PD", "pending");
    expect_states("pd,r", "pending,running,growing,shrinking");
    expect_states("running", "running,growing,shrinking");
    expect_states("R>,F,node_fail", "growing,failed,node_fail");
    struct strbuf out;
    struct err err;
    strbuf_init(&out);
    assert_int_equal(job_view_parse_states("PD,pendin", &out, &err), -1);
    assert_int_equal(err.code, ERR_USAGE);
    assert_string_equal(err.hint, "did you mean pending?");
    assert_int_equal(job_view_parse_states("XYZW", &out, &err), -1);
    assert_non_null(strstr(err.hint, "PD"));
    strbuf_release(&out);
}

static void test_members_have_defaults(void **state)
{
    (void)state;
    json_t *job = make("{\"a\":\"x\",\"n\":3,\"r\":2.9,\"z\":null}");
    assert_string_equal(view_text(job, "a"), "x");
    assert_string_equal(view_text(job, "n"), "");
    assert_string_equal(view_text(job, "missing"), "");
    assert_int_equal(view_integer(job, "n"), 3);
    assert_int_equal(view_integer(job, "r"), 2);
    assert_int_equal(view_integer(job, "a"), 0);
    assert_true(view_number(job, "n") == 3.0);
    assert_true(view_is_null(job, "z"));
    assert_true(view_is_null(job, "missing"));
    assert_false(view_is_null(job, "n"));
    assert_string_equal(view_text(NULL, "a"), "");
    json_decref(job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_states_have_short_names),
        cmocka_unit_test(test_exit_statuses),
        cmocka_unit_test(test_states_on_the_command_line),
        cmocka_unit_test(test_members_have_defaults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
