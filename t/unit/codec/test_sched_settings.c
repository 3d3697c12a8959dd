/* SPDX-License-Identifier: BSD-2-Clause */
/* Options as words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "codec/sched_settings.h"

static struct sched_settings given(void)
{
    struct sched_settings settings;

    sched_settings_init(&settings);
    return settings;
}

static void test_nothing_given_is_the_core_s_default(void **state)
{
    struct sched_settings settings = given();
    struct sched_config config, core;

    (void)state;
    sched_config_init(&core);
    assert_int_equal(sched_settings_make(&settings, &config, NULL), 0);
    assert_memory_equal(&config, &core, sizeof(core));
}

static void test_all_of_it(void **state)
{
    struct sched_settings settings = given();
    struct sched_config config;

    (void)state;
    settings.start_at_max = true;
    settings.backfill = "conservative";
    settings.backfill_order = "sjf";
    settings.mode = "scheduler_driven";
    settings.backfill_depth = 3;
    settings.sizing = "min";
    settings.estimates = "predicted";
    settings.expand = "most_remaining";
    settings.shrink = "least-remaining";
    settings.cooldown = 0;
    settings.evolving_delay = 7;
    settings.accept_within = 5;
    settings.done_within = 6;
    assert_int_equal(sched_settings_make(&settings, &config, NULL), 0);
    assert_true(config.start_at_max);
    assert_int_equal(config.backfill, BACKFILL_CONSERVATIVE);
    assert_int_equal(config.backfill_order, BACKFILL_SHORTEST);
    assert_int_equal(config.mode, MODE_ELASTIC);
    assert_int_equal(config.backfill_depth, 3);
    assert_int_equal(config.sizing, SIZING_MIN);
    assert_int_equal(config.estimates, ESTIMATES_PREDICTED);
    assert_ptr_equal(config.expand, strategy_expand("most_remaining"));
    assert_ptr_equal(config.shrink, strategy_shrink("least_remaining"));
    assert_int_equal(config.cooldown, 0);
    assert_int_equal(config.evolving_delay, 7);
    assert_int_equal(config.accept_within, 5);
    assert_int_equal(config.done_within, 6);
    assert_int_equal(config.policy_done_within, 6);
}

static void test_a_wrong_word_is_named_with_a_right_one(void **state)
{
    struct sched_settings settings = given();
    struct sched_config config;
    struct err err;

    (void)state;
    settings.backfill = "eazy";
    assert_int_equal(sched_settings_make(&settings, &config, &err), -1);
    assert_int_equal(err.code, ERR_USAGE);
    assert_non_null(strstr(err.text, "--backfill: there is no 'eazy'"));
    assert_string_equal(err.hint, "did you mean 'easy'?");
    settings.backfill = NULL;
    settings.backfill_order = "shortest";
    assert_int_equal(sched_settings_make(&settings, &config, &err), -1);
    assert_non_null(strstr(err.text, "--backfill-order: there is no"));
    assert_string_equal(err.hint, "one of fcfs, sjf");
    settings.backfill_order = NULL;
    settings.mode = "zzzzzzzz";
    assert_int_equal(sched_settings_make(&settings, &config, &err), -1);
    assert_non_null(strstr(err.hint, "rigid, evolving, elastic"));
    settings.mode = NULL;
    settings.sizing = "prefered";
    assert_int_equal(sched_settings_make(&settings, &config, &err), -1);
    assert_string_equal(err.hint, "did you mean 'preferred'?");
    settings.sizing = NULL;
    settings.estimates = "actual";
    assert_int_equal(sched_settings_make(&settings, &config, &err), -1);
    assert_non_null(strstr(err.text, "--estimates: there is no 'actual'"));
    settings.estimates = NULL;
    settings.expand = "shrtest";
    assert_int_equal(sched_settings_make(&settings, &config, &err), -1);
    settings.expand = NULL;
    settings.shrink = "longst";
    assert_int_equal(sched_settings_make(&settings, &config, &err), -1);
    assert_non_null(strstr(err.text, "--shrink"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_given_is_the_core_s_default),
        cmocka_unit_test(test_all_of_it),
        cmocka_unit_test(test_a_wrong_word_is_named_with_a_right_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
