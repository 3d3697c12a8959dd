/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "temp_dir.h"

struct screen {
    struct cli cli;
    char *out, *told;
    size_t n_out, n_told;
};

static void begin(struct screen *s)
{
    memset(s, 0, sizeof(*s));
    cli_init(&s->cli);
    s->cli.out = open_memstream(&s->out, &s->n_out);
    s->cli.err = open_memstream(&s->told, &s->n_told);
    s->cli.out_is_tty = s->cli.err_is_tty = false;
}

static void flush(struct screen *s)
{
    fflush(s->cli.out);
    fflush(s->cli.err);
}

static void end(struct screen *s)
{
    fclose(s->cli.out);
    fclose(s->cli.err);
    cli_release(&s->cli);
    free(s->out);
    free(s->told);
}

static void test_an_error_is_a_sentence_and_a_hint(void **state)
{
    (void)state;
    struct screen s;
    struct err err;
    begin(&s);
    err_set(&err, ERR_NOT_FOUND, "no job %d", 12);
    assert_int_equal(cli_print_error(&s.cli, &err), 4);
    err_hint(&err, "see erm queue");
    assert_int_equal(cli_print_error(&s.cli, &err), 4);
    flush(&s);
    assert_string_equal(
        s.told, "erm: no job 12\nerm: no job 12\nhint: see erm queue\n");
    assert_string_equal(s.out, "");
    end(&s);
}

static void test_exit_statuses_are_those_of_the_rules(void **state)
{
    (void)state;
    static const struct {
        enum err_code code;
        int status;
    } rules[] = {{ERR_REQUEST, 1},   {ERR_USAGE, 2},  {ERR_NO_MANAGER, 3},
                 {ERR_NOT_FOUND, 4}, {ERR_INPUT, 1},  {ERR_CONFLICT, 1},
                 {ERR_DENIED, 1},    {ERR_SYSTEM, 1}, {ERR_FULL, 1}};
    struct screen s;
    begin(&s);
    for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
        struct err err;
        err_set(&err, rules[i].code, "x");
        assert_int_equal(cli_print_error(&s.cli, &err), rules[i].status);
    }
    end(&s);
}

static void test_people_are_told_only_at_a_terminal(void **state)
{
    (void)state;
    struct screen s;
    begin(&s);
    cli_tell(&s.cli, "job %d", 1);
    flush(&s);
    assert_string_equal(s.told, "");
    s.cli.err_is_tty = true;
    cli_tell(&s.cli, "job %d", 2);
    flush(&s);
    assert_string_equal(s.told, "job 2\n");
    end(&s);
}

static void test_when_there_are_colours(void **state)
{
    (void)state;
    struct screen s;
    begin(&s);
    unsetenv("NO_COLOR");
    assert_false(cli_has_color(&s.cli));
    s.cli.out_is_tty = true;
    assert_true(cli_has_color(&s.cli));
    setenv("NO_COLOR", "", 1); /* empty does not count */
    assert_true(cli_has_color(&s.cli));
    setenv("NO_COLOR", "1", 1);
    assert_false(cli_has_color(&s.cli));
    s.cli.common.color = COLOR_ALWAYS;
    assert_true(cli_has_color(&s.cli));
    s.cli.out_is_tty = false;
    assert_true(cli_has_color(&s.cli));
    s.cli.common.color = COLOR_NEVER;
    assert_false(cli_has_color(&s.cli));
    end(&s);
}

static void test_json_is_one_line_for_programs(void **state)
{
    (void)state;
    struct screen s;
    json_t *json = json_loads("{\"b\":[1,2.5],\"a\":12.1}", 0, NULL);
    begin(&s);
    cli_print_json(&s.cli, json);
    flush(&s);
    assert_string_equal(s.out, "{\"b\":[1,2.5],\"a\":12.1}\n");
    end(&s);
    begin(&s);
    s.cli.out_is_tty = true;
    cli_print_json(&s.cli, json);
    flush(&s);
    assert_non_null(strstr(s.out, "{\n  \"b\": ["));
    end(&s);
    json_decref(json);
}

static int print_results(const char *text, bool as_json, bool is_quiet,
                         const char *out, const char *told)
{
    struct screen s;
    json_t *answer = json_loads(text, 0, NULL);
    assert_non_null(answer);
    begin(&s);
    int status = cli_print_results(&s.cli, answer, as_json, is_quiet);
    flush(&s);
    assert_string_equal(s.out, out);
    assert_string_equal(s.told, told);
    end(&s);
    return status;
}

#define GOOD "{\"id\":3,\"ok\":true,\"text\":\"held\"}"
#define MUTE "{\"id\":4,\"ok\":true,\"text\":\"\"}"
#define GONE                                             \
    "{\"id\":9,\"ok\":false,\"code\":\"ERR_NOT_FOUND\"," \
    "\"text\":\"no job 9\",\"hint\":\"\"}"
#define BUSY                                                   \
    "{\"node\":\"n1\",\"ok\":false,\"code\":\"ERR_CONFLICT\"," \
    "\"text\":\"in use\",\"hint\":\"drain it\"}"
#define RESULTS(list) "{\"results\":[" list "]}"

static void test_results_in_order(void **state)
{
    (void)state;
    assert_int_equal(print_results(RESULTS(GOOD "," MUTE), false, false,
                                   "job 3: held\n", ""),
                     0);
    assert_int_equal(print_results(RESULTS(GOOD), false, true, "", ""), 0);
    assert_int_equal(print_results(RESULTS(""), false, false, "", ""), 0);
    assert_int_equal(print_results("{}", false, false, "", ""), 0);
}

static void test_the_first_failure_is_the_exit_status(void **state)
{
    (void)state;
    assert_int_equal(print_results(RESULTS(GOOD "," GONE "," BUSY), false,
                                   false, "job 3: held\n",
                                   "erm: no job 9\n"
                                   "erm: node n1: in use\nhint: drain it\n"),
                     4);
    assert_int_equal(print_results(RESULTS(BUSY "," GONE), false, true, "",
                                   "erm: node n1: in use\nhint: drain it\n"
                                   "erm: no job 9\n"),
                     1);
}

static void test_failures_show_beside_json(void **state)
{
    (void)state;
    assert_int_equal(print_results(RESULTS(GONE), true, false,
                                   RESULTS(GONE) "\n", "erm: no job 9\n"),
                     4);
}

static void test_without_a_manager_there_is_a_hint(void **state)
{
    (void)state;
    struct screen s;
    struct err err;
    json_t *answer;
    begin(&s);
    unsetenv("ERM_STATE_DIR");
    unsetenv("ERM_SOCKET");
    assert_int_equal(cli_get(&s.cli, &answer, &err, "/v1/jobs/%d", 1), -1);
    assert_int_equal(err.code, ERR_NO_MANAGER);
    assert_non_null(strstr(err.hint, "erm start -H hostfile"));
    /* a stale socket is the same to a person */
    setenv("ERM_SOCKET", "/nonexistent/socket", 1);
    assert_int_equal(cli_get(&s.cli, &answer, &err, "/v1/status"), -1);
    assert_int_equal(err.code, ERR_NO_MANAGER);
    assert_non_null(strstr(err.hint, "erm start -H hostfile"));
    unsetenv("ERM_SOCKET");
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_error_is_a_sentence_and_a_hint),
        cmocka_unit_test(test_exit_statuses_are_those_of_the_rules),
        cmocka_unit_test(test_people_are_told_only_at_a_terminal),
        cmocka_unit_test(test_when_there_are_colours),
        cmocka_unit_test(test_json_is_one_line_for_programs),
        cmocka_unit_test(test_results_in_order),
        cmocka_unit_test(test_the_first_failure_is_the_exit_status),
        cmocka_unit_test(test_failures_show_beside_json),
        cmocka_unit_test(test_without_a_manager_there_is_a_hint),
    };
    return cmocka_run_group_tests(tests, temp_dir_enter, temp_dir_leave);
}
