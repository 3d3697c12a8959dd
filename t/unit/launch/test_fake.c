/* SPDX-License-Identifier: BSD-2-Clause */
/* The contract, and what only the fake launcher does. */
#include <signal.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "rig.h"

static int setup(void **state)
{
    return rig_setup(state, launcher_fake_create);
}

static void test_other_commands_take_a_second(void **state)
{
    struct rig *rig = *state;
    struct exit_record r = rig_run(rig, 1, "python app.py --nodelist a,b");
    assert_int_equal(r.code, 0);
    assert_true(r.ended_us - r.started_us >= USEC_PER_SEC);
}

static void test_words_and_not_letters_count(void **state)
{
    struct rig *rig = *state;
    /* A quoted word or a part of one is no instruction. */
    struct exit_record r = rig_run(rig, 1, "true 'exit 3' sleeping exit=4");
    assert_int_equal(r.code, 0);
    assert_true(r.ended_us - r.started_us < USEC_PER_SEC);
}

static void test_times_add_up(void **state)
{
    struct rig *rig = *state;
    struct exit_record r = rig_run(rig, 1, "sleep 0.1 && sleep 0.1; exit 9");
    assert_true(r.ended_us - r.started_us >= USEC_PER_SEC / 5);
    assert_int_equal(r.code, 9);
}

static void test_stubborn_job_may_end_by_itself(void **state)
{
    struct rig *rig = *state;
    struct err err;
    rig_start(rig, 1, "ignore-term sleep 0.2; exit 4");
    rig_await(rig, 1);
    assert_int_equal(
        rig->launcher->ops->signal(rig->launcher, RIG_KEY(1), SIGTERM, &err),
        0);
    assert_int_equal(rig->launcher->ops->terminate(rig->launcher, RIG_KEY(1),
                                                   100 * USEC_PER_SEC, &err),
                     0);
    rig_await(rig, 2);
    assert_int_equal(rig->reports[1].exit.reason, EXIT_TERMINATED);
    assert_int_equal(rig->reports[1].exit.code, 4);
}

static void test_nothing_survives(void **state)
{
    struct rig *rig = *state;
    rig_start(rig, 1, "sleep 100");
    rig_await(rig, 1);
    rig_restart(rig, launcher_fake_create);
    assert_int_equal(rig->launcher->ops->adopt(rig->launcher, RIG_KEY(1), NULL),
                     CLAIM_NONE);
}

static void test_command_that_is_no_shell_command(void **state)
{
    struct rig *rig = *state;
    struct err err;
    rig->request.key.job_id = 1;
    rig->request.command = "echo 'open";
    assert_int_equal(
        rig->launcher->ops->start(rig->launcher, &rig->request, &err), -1);
    assert_int_equal(err.code, ERR_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_other_commands_take_a_second),
        cmocka_unit_test(test_words_and_not_letters_count),
        cmocka_unit_test(test_times_add_up),
        cmocka_unit_test(test_stubborn_job_may_end_by_itself),
        cmocka_unit_test(test_nothing_survives),
        cmocka_unit_test(test_command_that_is_no_shell_command),
    };
    return rig_run_tests(tests, sizeof(tests) / sizeof(tests[0]), setup,
                         rig_teardown);
}
