/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <string.h>

#include "cli/options.h"

enum { KEY_JSON = OPTION_FIRST_KEY, KEY_WATCH };

static const struct option_row rows[] = {
    {'a', "all", NULL, "everything"},
    {'s', "states", "STATES", "only these"},
    {KEY_JSON, "json", NULL, "as JSON"},
    {KEY_WATCH, "watch", "[=SEC]", "again and again"},
    {'s', "state", "STATES", NULL},
    {0, NULL, NULL, NULL},
};

static struct common_options common;
static struct err err;

/* Reads a line of words; argv[0] is the command. */
static int read_line(struct parsed *parsed, char *line)
{
    static char *argv[20];
    int argc = 0;
    memset(&common, 0, sizeof(common));
    memset(&err, 0, sizeof(err));
    for (char *w = strtok(line, " "); w != NULL; w = strtok(NULL, " "))
        argv[argc++] = w;
    argv[argc] = NULL;
    return options_read(parsed, rows, &common, argc, argv, &err);
}

#define READ(parsed, text) \
    char line_[] = text;   \
    int rc = read_line(parsed, line_)

static void test_switches_values_and_operands(void **state)
{
    (void)state;
    struct parsed p;
    READ(&p, "queue -a --states PD,R 3 --json 4");
    assert_int_equal(rc, 0);
    assert_true(parsed_has(&p, 'a'));
    assert_true(parsed_has(&p, KEY_JSON));
    assert_false(parsed_has(&p, KEY_WATCH));
    assert_string_equal(parsed_value(&p, 's'), "PD,R");
    assert_int_equal(p.n_operands, 2);
    assert_string_equal(p.operands[0], "3");
    assert_string_equal(p.operands[1], "4");
    assert_null(p.operands[2]);
}

static void test_the_last_value_wins_and_aliases_count(void **state)
{
    (void)state;
    struct parsed p;
    READ(&p, "queue -s PD --state=R");
    assert_int_equal(rc, 0);
    assert_string_equal(parsed_value(&p, 's'), "R");
}

static void test_a_value_may_be_left_out_where_allowed(void **state)
{
    (void)state;
    struct parsed p;
    READ(&p, "queue --watch 5");
    assert_int_equal(rc, 0);
    assert_string_equal(parsed_value(&p, KEY_WATCH), "");
    assert_string_equal(p.operands[0], "5");
    char with[] = "queue --watch=5";
    assert_int_equal(read_line(&p, with), 0);
    assert_string_equal(parsed_value(&p, KEY_WATCH), "5");
}

static void test_common_options_are_everywhere(void **state)
{
    (void)state;
    struct parsed p;
    READ(&p, "queue --state-dir /x/.erm --color never");
    assert_int_equal(rc, 0);
    assert_string_equal(common.state_dir, "/x/.erm");
    assert_int_equal(common.color, COLOR_NEVER);
    char bad[] = "queue --color red";
    assert_int_equal(read_line(&p, bad), -1);
    assert_int_equal(err.code, ERR_USAGE);
}

static void test_help_is_no_error(void **state)
{
    (void)state;
    struct parsed p;
    READ(&p, "queue -a -h");
    assert_int_equal(rc, -1);
    assert_int_equal(err.code, ERR_NONE);
    char lengthy[] = "queue --help";
    assert_int_equal(read_line(&p, lengthy), -1);
    assert_int_equal(err.code, ERR_NONE);
}

static void test_a_slip_gets_a_suggestion(void **state)
{
    (void)state;
    struct parsed p;
    READ(&p, "queue --sttaes=PD");
    assert_int_equal(rc, -1);
    assert_int_equal(err.code, ERR_USAGE);
    assert_string_equal(err.text, "unknown option --sttaes");
    assert_string_equal(err.hint, "did you mean --states?");
}

static void test_mistakes_are_named(void **state)
{
    (void)state;
    struct parsed p;
    READ(&p, "queue -x");
    assert_int_equal(rc, -1);
    assert_string_equal(err.text, "unknown option -x");
    char missing[] = "queue -s";
    assert_int_equal(read_line(&p, missing), -1);
    assert_string_equal(err.text, "option -s needs a value");
    char missing_long[] = "queue --states";
    assert_int_equal(read_line(&p, missing_long), -1);
    assert_string_equal(err.text, "option --states needs a value");
    char surplus[] = "queue --json=1";
    assert_int_equal(read_line(&p, surplus), -1);
    assert_string_equal(err.text, "option --json=1 takes no value");
}

static void test_operands_are_counted(void **state)
{
    (void)state;
    struct parsed p;
    READ(&p, "queue 1 2");
    assert_int_equal(rc, 0);
    assert_int_equal(parsed_check_operands(&p, 1, 2, "an id", &err), 0);
    assert_int_equal(parsed_check_operands(&p, 3, 9, "an id", &err), -1);
    assert_string_equal(err.text, "an id is missing");
    assert_int_equal(parsed_check_operands(&p, 0, 1, "", &err), -1);
    assert_string_equal(err.text, "2: one word too many");
}

static void test_a_command_line_ends_the_options(void **state)
{
    (void)state;
    char word0[] = "run", word1[] = "-a", word2[] = "app", word3[] = "-x";
    char *argv[] = {word0, word1, word2, word3, NULL};
    struct options options;
    options_init(&options, rows, &common, 4, argv, true);
    assert_int_equal(options_next(&options, &err), 'a');
    assert_int_equal(options_next(&options, &err), OPTIONS_END);
    assert_int_equal(options.n_operands, 2);
    assert_string_equal(options.operands[1], "-x");
    options_release(&options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_switches_values_and_operands),
        cmocka_unit_test(test_the_last_value_wins_and_aliases_count),
        cmocka_unit_test(test_a_value_may_be_left_out_where_allowed),
        cmocka_unit_test(test_common_options_are_everywhere),
        cmocka_unit_test(test_help_is_no_error),
        cmocka_unit_test(test_a_slip_gets_a_suggestion),
        cmocka_unit_test(test_mistakes_are_named),
        cmocka_unit_test(test_operands_are_counted),
        cmocka_unit_test(test_a_command_line_ends_the_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
