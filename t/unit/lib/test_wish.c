/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The test's manager: waits for the one request, keeps its text, answers. */
struct manager {
    const char *dir, *answer;
    char name[200], request[400];
};

static void *answer_once(void *context)
{
    struct manager *m = context;
    char path[300];
    for (int ms = 0; ms < 10000 && m->name[0] == '\0'; ms++) {
        struct timespec span = {0, 1000 * 1000};
        nanosleep(&span, NULL);
        snprintf(m->name, sizeof(m->name), "%s",
                 mailbox_only(m->dir, "request"));
    }
    snprintf(path, sizeof(path), "request/%s.json", m->name);
    snprintf(m->request, sizeof(m->request), "%s", mailbox_get(m->dir, path));
    mailbox_remove(m->dir, path);
    snprintf(path, sizeof(path), "answer/%s.json", m->name);
    mailbox_put(m->dir, path, m->answer);
    return NULL;
}

static int grow(erm_t *e, struct manager *m, int min, int max, double wait)
{
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, answer_once, m), 0);
    int rc = erm_grow(e, min, max, wait);
    pthread_join(thread, NULL);
    return rc;
}

static void test_a_wish_is_granted(void **state)
{
    struct manager m = {
        *state, "{\"status\":\"partial\",\"granted\":2,\"reason\":\"\"}", "",
        ""};
    erm_t *e = erm_open();
    assert_int_equal(grow(e, &m, 1, 4, 0), 2);
    assert_string_equal(
        m.request, "{\"op\":\"grow\",\"min\":1,\"max\":4,\"wait\":0.000000}\n");
    /* nothing is left behind */
    assert_string_equal(mailbox_only(*state, "answer"), "");
    assert_string_equal(mailbox_only(*state, "request"), "");
    erm_close(e);
}

static void test_a_denial_tells_why_and_when_again(void **state)
{
    struct manager m = {*state,
                        "{\"status\":\"denied\",\"granted\":0,\"reason\":"
                        "\"job 4 waits\",\"retry_after\":30}",
                        "", ""};
    erm_t *e = erm_open();
    assert_int_equal(grow(e, &m, 1, 1, 0), ERM_EDENIED);
    assert_string_equal(erm_error(e), "job 4 waits");
    assert_true(erm_retry_after(e) == 30);
    erm_close(e);
}

static void test_a_wish_that_waits_is_answered_later(void **state)
{
    struct manager m = {*state, "{\"status\":\"queued\"}", "", ""};
    char path[300];
    erm_t *e = erm_open();
    assert_int_equal(erm_answer(e), 0);
    assert_int_equal(grow(e, &m, 2, 2, 60), 0);
    assert_int_equal(erm_answer(e), 0);
    snprintf(path, sizeof(path), "answer/%s.json", m.name);
    mailbox_put(*state, path, "{\"status\":\"granted\",\"granted\":2}");
    assert_int_equal(erm_answer(e), 2);
    assert_false(mailbox_has(*state, path));
    assert_int_equal(erm_answer(e), 0);
    erm_close(e);
}

static void test_an_answer_that_is_no_json_is_an_error(void **state)
{
    struct manager m = {*state, "{\"status\":", "", ""};
    erm_t *e = erm_open();
    assert_int_equal(grow(e, &m, 1, 1, 0), ERM_EFORMAT);
    erm_close(e);
}

static void test_nodes_are_released(void **state)
{
    static const char *const nodes[] = {"n3", "n2"};
    struct manager m = {*state, "{\"status\":\"granted\",\"granted\":2}", "",
                        ""};
    pthread_t thread;
    erm_t *e = erm_open();
    assert_int_equal(pthread_create(&thread, NULL, answer_once, &m), 0);
    assert_int_equal(erm_release(e, nodes, 2), 0);
    pthread_join(thread, NULL);
    assert_string_equal(m.request,
                        "{\"op\":\"release\",\"nodes\":[\"n3\",\"n2\"]}\n");
    erm_close(e);
}

static void test_wishes_that_make_no_sense_are_not_sent(void **state)
{
    static const char *const nodes[] = {""};
    erm_t *e = erm_open();
    assert_int_equal(erm_grow(e, 0, 1, 0), ERM_EINVAL);
    assert_int_equal(erm_grow(e, 2, 1, 0), ERM_EINVAL);
    assert_int_equal(erm_grow(e, 1, 1, -1), ERM_EINVAL);
    assert_int_equal(erm_release(e, NULL, 0), ERM_EINVAL);
    assert_int_equal(erm_release(e, nodes, 1), ERM_EINVAL);
    assert_false(mailbox_has(*state, "request"));
    erm_close(e);
}

static void test_alone_a_wish_is_denied(void **state)
{
    static const char *const nodes[] = {"n1"};
    (void)state;
    unsetenv("ERM_JOB_DIR");
    erm_t *e = erm_open();
    assert_int_equal(erm_grow(e, 1, 1, 60), ERM_EDENIED);
    assert_int_equal(erm_release(e, nodes, 1), ERM_ENOMANAGER);
    erm_close(e);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, mailbox_enter, mailbox_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_wish_is_granted),
        TEST(test_a_denial_tells_why_and_when_again),
        TEST(test_a_wish_that_waits_is_answered_later),
        TEST(test_an_answer_that_is_no_json_is_an_error),
        TEST(test_nodes_are_released),
        TEST(test_wishes_that_make_no_sense_are_not_sent),
        TEST(test_alone_a_wish_is_denied),
    };
    return cmocka_run_group_tests_name("lib/wish", tests, NULL, NULL);
}
