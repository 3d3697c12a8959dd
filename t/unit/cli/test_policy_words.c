/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "cli/policy_words.h"

static struct sched_settings settings;
static bool is_moldable;
static struct err err;

static int parse(const char *text)
{
    static char copy[200];

    snprintf(copy, sizeof(copy), "%s", text);
    sched_settings_init(&settings);
    is_moldable = false;
    return policy_words_parse(copy, &settings, &is_moldable, &err);
}

static void test_words_of_the_field(void **state)
{
    (void)state;
    assert_int_equal(parse("fcfs"), 0);
    assert_string_equal(settings.backfill, "none");
    assert_string_equal(settings.mode, "rigid");
    assert_int_equal(parse("easy+sjf"), 0);
    assert_string_equal(settings.backfill, "easy");
    assert_string_equal(settings.backfill_order, "sjf");
    assert_int_equal(parse("elastic"), 0);
    assert_null(settings.backfill);
    assert_string_equal(settings.mode, "elastic");
    assert_false(is_moldable);
    assert_int_equal(parse("conservative+moldable"), 0);
    assert_string_equal(settings.mode, "rigid");
    assert_true(is_moldable);
}

static void test_options_of_the_scheduler(void **state)
{
    (void)state;
    assert_int_equal(parse("elastic+expand=equal+cooldown=60+start=1"), 0);
    assert_string_equal(settings.expand, "equal");
    assert_true(settings.cooldown == 60 * USEC_PER_SEC);
    assert_true(settings.start_at_max);
}

static void test_what_there_is_not(void **state)
{
    (void)state;
    assert_int_equal(parse("eazy"), -1);
    assert_int_equal(err.code, ERR_USAGE);
    assert_string_equal(err.hint, "did you mean 'easy'?");
    assert_int_equal(parse("easy+colour=red"), -1);
    assert_non_null(strstr(err.text, "colour"));
    assert_int_equal(parse("elastic+expand=longst"), -1);
    assert_non_null(strstr(err.text, "longst"));
    assert_int_equal(parse("elastic+cooldown=x"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_of_the_field),
        cmocka_unit_test(test_options_of_the_scheduler),
        cmocka_unit_test(test_what_there_is_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
