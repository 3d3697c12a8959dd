/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A handle that has seen the directive TEXT. */
static erm_t *open_with(const char *dir, const char *text)
{
    erm_t *e = erm_open();
    mailbox_put(dir, "directive.json", text);
    assert_int_equal(erm_poll(e, NULL), 1);
    return e;
}

static void test_accept_and_done_are_told(void **state)
{
    erm_t *e = open_with(*state, GROW_7);
    assert_int_equal(erm_accept(e, 7), 0);
    assert_string_equal(mailbox_get(*state, "reply/7.json"),
                        "{\"seq\":7,\"status\":\"accepted\"}\n");
    assert_int_equal(erm_poll(e, NULL), 1);
    assert_int_equal(erm_busy(e, 7), 0);
    assert_string_equal(mailbox_get(*state, "reply/7.json"),
                        "{\"seq\":7,\"status\":\"progress\"}\n");
    assert_int_equal(erm_done(e, 7, NULL, 0), 0);
    assert_string_equal(mailbox_get(*state, "reply/7.json"),
                        "{\"seq\":7,\"status\":\"done\"}\n");
    /* nothing but the reply is there */
    assert_string_equal(mailbox_only(*state, "reply"), "7");
    erm_close(e);
}

static void test_an_answer_is_given_once(void **state)
{
    erm_t *e = open_with(*state, GROW_7);
    assert_int_equal(erm_accept(e, 6), ERM_ESEQ);
    assert_string_equal(erm_error(e), "directive 6 is not open");
    assert_int_equal(erm_done(e, 7, NULL, 0), 0);
    /* the file is still there, the directive is not open for this program */
    assert_int_equal(erm_poll(e, NULL), 0);
    assert_int_equal(erm_fail(e, 7, NULL), ERM_ESEQ);
    erm_close(e);
}

static void test_refuse_and_fail_tell_why(void **state)
{
    erm_t *e = open_with(*state, GROW_7);
    assert_int_equal(erm_refuse(e, 7, -1, NULL), ERM_EINVAL);
    assert_int_equal(erm_refuse(e, 7, NAN, NULL), ERM_EINVAL);
    assert_int_equal(erm_refuse(e, 7, 60, "in a \"checkpoint\""), 0);
    assert_string_equal(mailbox_get(*state, "reply/7.json"),
                        "{\"seq\":7,\"status\":\"refused\",\"retry_after\":"
                        "60.000000,\"reason\":\"in a \\\"checkpoint\\\"\"}\n");
    mailbox_put(*state, "directive.json", SHRINK_8);
    assert_int_equal(erm_poll(e, NULL), 1);
    assert_int_equal(erm_fail(e, 8, "no room"), 0);
    assert_string_equal(
        mailbox_get(*state, "reply/8.json"),
        "{\"seq\":8,\"status\":\"failed\",\"reason\":\"no room\"}\n");
    erm_close(e);
}

static void test_other_nodes_may_be_given_where_there_is_a_choice(void **state)
{
    static const char *const n2[] = {"n2"}, *const n9[] = {"n9"};
    static const char *const two[] = {"n2", "n3"};
    erm_t *e = open_with(*state, SHRINK_8);
    assert_int_equal(erm_done(e, 8, n9, 1), ERM_EINVAL);
    assert_string_equal(erm_error(e), "n9 is not to be given up");
    assert_int_equal(erm_done(e, 8, two, 2), ERM_EINVAL);
    assert_string_equal(erm_error(e), "1 nodes are to be given up, not 2");
    assert_int_equal(erm_done(e, 8, n2, 1), 0);
    assert_string_equal(mailbox_get(*state, "reply/8.json"),
                        "{\"seq\":8,\"status\":\"done\",\"nodes\":[\"n2\"]}\n");
    erm_close(e);
    e = open_with(*state, GROW_7);
    assert_int_equal(erm_done(e, 7, n2, 1), ERM_EINVAL);
    erm_close(e);
}

static void test_progress_is_a_number(void **state)
{
    erm_t *e = erm_open();
    assert_int_equal(erm_progress(e, 0.25), 0);
    assert_string_equal(mailbox_get(*state, "progress"), "0.250000\n");
    assert_int_equal(erm_progress(e, 1.5), ERM_EINVAL);
    assert_int_equal(erm_progress(e, NAN), ERM_EINVAL);
    erm_close(e);
}

static void test_alone_there_is_nothing_to_answer(void **state)
{
    (void)state;
    unsetenv("ERM_JOB_DIR");
    erm_t *e = erm_open();
    assert_int_equal(erm_accept(e, 1), ERM_ENOMANAGER);
    assert_int_equal(erm_progress(e, 0.5), 0);
    erm_close(e);
}

static void test_a_mailbox_that_is_gone_is_an_error(void **state)
{
    erm_t *e = open_with(*state, GROW_7);
    char moved[220];
    snprintf(moved, sizeof(moved), "%s-gone", (char *)*state);
    assert_int_equal(rename(*state, moved), 0);
    assert_int_equal(erm_done(e, 7, NULL, 0), ERM_ESYSTEM);
    assert_string_equal(erm_error(e),
                        "cannot write 7.json: No such file or directory");
    assert_int_equal(erm_poll(e, NULL), 0);
    assert_int_equal(rename(moved, *state), 0);
    erm_close(e);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, mailbox_enter, mailbox_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_accept_and_done_are_told),
        TEST(test_an_answer_is_given_once),
        TEST(test_refuse_and_fail_tell_why),
        TEST(test_other_nodes_may_be_given_where_there_is_a_choice),
        TEST(test_progress_is_a_number),
        TEST(test_alone_there_is_nothing_to_answer),
        TEST(test_a_mailbox_that_is_gone_is_an_error),
    };
    return cmocka_run_group_tests_name("lib/answer", tests, NULL, NULL);
}
