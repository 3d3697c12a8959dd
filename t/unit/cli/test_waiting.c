/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "cli/waiting.h"
#include "fake_server.h"

struct scene {
    struct fake_server server;
    struct cli cli;
    struct id_list ids;
    json_t *answer;
    struct err err;
    int rc;
};

static void begin(struct scene *s, const char *ids, const char *const *answers,
                  size_t n)
{
    memset(s, 0, sizeof(*s));
    fake_server_start(&s->server, answers, n);
    setenv("ERM_SOCKET", s->server.socket, 1);
    cli_init(&s->cli);
    id_list_init(&s->ids);
    assert_int_equal(id_list_parse(&s->ids, ids, NULL), 0);
}

static void end(struct scene *s)
{
    json_decref(s->answer);
    id_list_release(&s->ids);
    cli_release(&s->cli);
    fake_server_release(&s->server);
}

#define NOT_YET FAKE_OK("{\"done\":false,\"jobs\":[]}")
#define DONE FAKE_OK("{\"done\":true,\"jobs\":[{\"state\":\"completed\"}]}")

static void test_it_asks_again_until_it_is_done(void **state)
{
    (void)state;
    static const char *const answers[] = {NOT_YET, NOT_YET, DONE};
    struct scene s;
    begin(&s, "1-2,5", answers, 3);
    s.rc =
        waiting_for_jobs(&s.cli, &s.ids, false, TIME_NEVER, &s.answer, &s.err);
    fake_server_stop(&s.server);
    assert_int_equal(s.rc, 0);
    assert_int_equal(waiting_exit_status(s.answer), 0);
    assert_non_null(strstr(s.server.requests,
                           "/v1/jobs/wait?ids=1-2,5&any=0&timeout=50.000 "));
    end(&s);
}

static void test_time_runs_out(void **state)
{
    (void)state;
    static const char *const answers[] = {NOT_YET};
    struct scene s;
    begin(&s, "1", answers, 1);
    s.rc = waiting_for_jobs(&s.cli, &s.ids, true, 1, &s.answer, &s.err);
    fake_server_stop(&s.server);
    assert_int_equal(s.rc, 0);
    assert_int_equal(waiting_exit_status(s.answer), 124);
    assert_non_null(strstr(s.server.requests, "any=1&timeout=0.000 "));
    end(&s);
}

static void test_a_manager_that_goes_away_ends_the_wait(void **state)
{
    (void)state;
    static const char *const answers[] = {NOT_YET};
    struct scene s;
    begin(&s, "1", answers, 1);
    s.rc =
        waiting_for_jobs(&s.cli, &s.ids, false, TIME_NEVER, &s.answer, &s.err);
    assert_int_equal(s.rc, -1);
    assert_int_equal(s.err.code, ERR_NO_MANAGER);
    s.answer = NULL;
    end(&s);
}

static void test_an_unknown_job(void **state)
{
    (void)state;
    static const char *const answers[] = {
        "HTTP/1.0 404 No\r\n\r\n{\"error\":{\"code\":\"ERR_NOT_FOUND\","
        "\"text\":\"no job 9\",\"hint\":\"\"}}"};
    struct scene s;
    begin(&s, "9", answers, 1);
    s.rc =
        waiting_for_jobs(&s.cli, &s.ids, false, TIME_NEVER, &s.answer, &s.err);
    assert_int_equal(s.rc, -1);
    assert_int_equal(s.err.code, ERR_NOT_FOUND);
    end(&s);
}

static void expect_status(const char *text, int status)
{
    json_t *answer = json_loads(text, 0, NULL);
    assert_non_null(answer);
    assert_int_equal(waiting_exit_status(answer), status);
    json_decref(answer);
}

static void test_the_highest_of_several(void **state)
{
    (void)state;
    expect_status("{\"done\":true,\"jobs\":[]}", 0);
    expect_status("{\"done\":true,\"jobs\":[{\"state\":\"failed\","
                  "\"exit_code\":3},{\"state\":\"completed\"},"
                  "{\"state\":\"failed\",\"exit_code\":2}]}",
                  3);
    expect_status("{\"done\":true,\"jobs\":[{\"state\":\"failed\","
                  "\"signal\":9},{\"state\":\"timeout\",\"signal\":15}]}",
                  137);
    expect_status("{\"done\":false,\"jobs\":[{\"state\":\"completed\"}]}", 124);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_asks_again_until_it_is_done),
        cmocka_unit_test(test_time_runs_out),
        cmocka_unit_test(test_a_manager_that_goes_away_ends_the_wait),
        cmocka_unit_test(test_an_unknown_job),
        cmocka_unit_test(test_the_highest_of_several),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
