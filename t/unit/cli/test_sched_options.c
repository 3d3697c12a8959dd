/* SPDX-License-Identifier: BSD-2-Clause */
/* The scheduler's options: what each becomes is told in test_run_options. */
#include "support.h"

#include <string.h>

#include "cli/sched_options.h"

static void test_words_are_kept_and_numbers_read(void **state)
{
    (void)state;
    struct sched_settings settings;
    sched_settings_init(&settings);
    assert_int_equal(sched_options_take(&settings, KEY_MODE, "rigid", NULL), 0);
    assert_int_equal(sched_options_take(&settings, 's', "1", NULL), 0);
    assert_int_equal(sched_options_take(&settings, KEY_COOLDOWN, "0", NULL), 0);
    assert_string_equal(settings.mode, "rigid");
    assert_true(settings.start_at_max);
    assert_int_equal(settings.cooldown, 0);
}

static void test_what_is_another_s(void **state)
{
    (void)state;
    struct sched_settings settings;
    sched_settings_init(&settings);
    assert_int_equal(sched_options_take(&settings, 'N', "4", NULL), 1);
}

static void test_a_wrong_number(void **state)
{
    (void)state;
    struct sched_settings settings;
    struct err err;
    sched_settings_init(&settings);
    assert_int_equal(sched_options_take(&settings, 's', "2", &err), -1);
    assert_int_equal(err.code, ERR_USAGE);
    assert_non_null(strstr(err.text, "--start"));
    assert_int_equal(sched_options_take(&settings, KEY_DONE, "soon", &err), -1);
    assert_non_null(strstr(err.text, "--done-within"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_are_kept_and_numbers_read),
        cmocka_unit_test(test_what_is_another_s),
        cmocka_unit_test(test_a_wrong_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
