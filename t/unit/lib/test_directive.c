/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void test_a_directive_is_seen_until_it_is_gone(void **state)
{
    erm_directive d;
    erm_t *e = erm_open();
    assert_int_equal(erm_poll(e, &d), 0);
    mailbox_put(*state, "directive.json", GROW_7);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(erm_poll(e, &d), 1);
        assert_int_equal(d.seq, 7);
        assert_int_equal(d.op, ERM_GROW);
        assert_int_equal(d.n_cur, 1);
        assert_int_equal(d.n_delta, 2);
        assert_int_equal(d.n_target, 3);
        assert_string_equal(d.cur[0], "n1");
        assert_string_equal(d.delta[1], "n3");
        assert_string_equal(d.target[2], "n3");
        assert_string_equal(d.reason, "idle nodes");
        assert_true(d.accept_by == 1763850000.5 && d.done_by == 0);
        assert_false(d.forced || d.choice);
    }
    assert_int_equal(erm_poll(e, NULL), 1);
    mailbox_remove(*state, "directive.json");
    assert_int_equal(erm_poll(e, &d), 0);
    erm_close(e);
}

static void test_another_one_takes_its_place(void **state)
{
    erm_directive d;
    erm_t *e = erm_open();
    mailbox_put(*state, "directive.json", GROW_7);
    assert_int_equal(erm_poll(e, &d), 1);
    mailbox_put(*state, "directive.json", SHRINK_8);
    assert_int_equal(erm_poll(e, &d), 1);
    assert_int_equal(d.seq, 8);
    assert_int_equal(d.op, ERM_SHRINK);
    assert_true(d.forced && d.choice);
    assert_string_equal(d.reason, "");
    erm_close(e);
}

static void test_what_cannot_be_understood_is_an_error(void **state)
{
    static const struct {
        const char *text, *error;
    } bad[] = {
        {"", "directive.json: an object is expected"},
        {"{\"v\":2}", "directive.json: it is for a later liberm"},
        {"{\"op\":\"mix\"}", "directive.json: op is neither grow nor shrink"},
        {"{\"op\":\"grow\"}", "directive.json: seq is missing"},
        {"{\"seq\":1}", "directive.json: op is missing"},
        {"{\"seq\":1,\"op\":\"grow\"}", "directive.json: delta is missing"},
        {"{\"seq\":1,\"op\":\"grow\",\"delta\":[\"a\"]}",
         "directive.json: target is missing"},
    };
    erm_t *e = erm_open();
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        mailbox_put(*state, "directive.json", bad[i].text);
        assert_int_equal(erm_poll(e, NULL), ERM_EFORMAT);
        assert_string_equal(erm_error(e), bad[i].error);
        assert_int_equal(erm_poll(e, NULL), ERM_EFORMAT);
    }
    mailbox_put(*state, "directive.json", GROW_7);
    assert_int_equal(erm_poll(e, NULL), 1);
    erm_close(e);
}

static void test_what_another_handle_answered_is_not_seen(void **state)
{
    erm_t *e = erm_open();
    mailbox_put(*state, "directive.json", GROW_7);
    assert_int_equal(erm_poll(e, NULL), 1);
    assert_int_equal(erm_accept(e, 7), 0);
    erm_close(e);
    e = erm_open();
    assert_int_equal(erm_poll(e, NULL), 1);
    assert_int_equal(erm_done(e, 7, NULL, 0), 0);
    erm_close(e);
    /* the manager has taken it and is still at it */
    mailbox_remove(*state, "reply/7.json");
    e = erm_open();
    assert_int_equal(erm_poll(e, NULL), 0);
    mailbox_put(*state, "directive.json", SHRINK_8);
    assert_int_equal(erm_poll(e, NULL), 1);
    erm_close(e);
}

static void *remove_later(void *dir)
{
    struct timespec span = {0, 50 * 1000 * 1000};
    nanosleep(&span, NULL);
    mailbox_remove(dir, "directive.json");
    return NULL;
}

static void test_a_directive_is_settled_when_it_is_gone(void **state)
{
    pthread_t thread;
    erm_t *e = erm_open();
    mailbox_put(*state, "directive.json", GROW_7);
    assert_int_equal(erm_poll(e, NULL), 1);
    assert_int_equal(erm_done(e, 7, NULL, 0), 0);
    assert_int_equal(erm_settled(e, 7, 0.02), 0);
    assert_int_equal(pthread_create(&thread, NULL, remove_later, *state), 0);
    assert_int_equal(erm_settled(e, 7, -1), 1);
    pthread_join(thread, NULL);
    mailbox_put(*state, "directive.json", SHRINK_8);
    assert_int_equal(erm_settled(e, 7, 0), 1);
    erm_close(e);
}

static void *put_later(void *dir)
{
    struct timespec span = {0, 50 * 1000 * 1000};
    nanosleep(&span, NULL);
    mailbox_put(dir, "directive.json", GROW_7);
    return NULL;
}

static void test_a_wait_ends_with_a_directive_or_its_time(void **state)
{
    pthread_t thread;
    erm_directive d;
    erm_t *e = erm_open();
    assert_int_equal(erm_wait(e, &d, 0), 0);
    assert_int_equal(erm_wait(e, &d, 0.02), 0);
    assert_int_equal(pthread_create(&thread, NULL, put_later, *state), 0);
    assert_int_equal(erm_wait(e, &d, -1), 1);
    assert_int_equal(d.seq, 7);
    pthread_join(thread, NULL);
    erm_close(e);
}

static void test_the_descriptor_tells_of_a_directive(void **state)
{
    erm_t *e = erm_open();
    struct pollfd fd = {erm_fd(e), POLLIN, 0};
    assert_true(fd.fd >= 0);
    assert_int_equal(poll(&fd, 1, 0), 0);
    mailbox_put(*state, "directive.json", GROW_7);
    assert_int_equal(poll(&fd, 1, 10000), 1);
    assert_int_equal(erm_poll(e, NULL), 1);
    assert_int_equal(poll(&fd, 1, 0), 0);
    mailbox_remove(*state, "directive.json");
    assert_int_equal(poll(&fd, 1, 10000), 1);
    assert_int_equal(erm_poll(e, NULL), 0);
    erm_close(e);
}

static void test_alone_nothing_ever_comes(void **state)
{
    (void)state;
    unsetenv("ERM_JOB_DIR");
    erm_t *e = erm_open();
    assert_int_equal(erm_poll(e, NULL), 0);
    assert_int_equal(erm_wait(e, NULL, 0.02), 0);
    assert_int_equal(erm_fd(e), -1);
    erm_close(e);
    setenv("ERM_JOB_DIR", "/does/not/exist", 1);
    e = erm_open();
    assert_int_equal(erm_poll(e, NULL), 0);
    assert_null(erm_dir(e));
    erm_close(e);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, mailbox_enter, mailbox_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_directive_is_seen_until_it_is_gone),
        TEST(test_another_one_takes_its_place),
        TEST(test_what_cannot_be_understood_is_an_error),
        TEST(test_what_another_handle_answered_is_not_seen),
        TEST(test_a_directive_is_settled_when_it_is_gone),
        TEST(test_a_wait_ends_with_a_directive_or_its_time),
        TEST(test_the_descriptor_tells_of_a_directive),
        TEST(test_alone_nothing_ever_comes),
    };
    return cmocka_run_group_tests_name("lib/directive", tests, NULL, NULL);
}
