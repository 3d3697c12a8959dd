/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void test_the_nodes_follow_the_file(void **state)
{
    const char *const *names;
    erm_t *e = erm_open();
    mailbox_put(*state, "nodes", "n1\nn2\n");
    assert_int_equal(erm_nodes(e, &names), 2);
    assert_string_equal(names[1], "n2");
    mailbox_put(*state, "nodes", "n1\nn2\nn3\n");
    assert_int_equal(erm_nodes(e, &names), 3);
    assert_string_equal(names[2], "n3");
    assert_int_equal(erm_nodes(e, NULL), 3);
    erm_close(e);
}

static void test_alone_the_nodes_are_the_environments_or_this_host(void **state)
{
    const char *const *names;
    char host[300] = "";
    (void)state;
    unsetenv("ERM_JOB_DIR");
    setenv("ERM_NODES", "a,b", 1);
    erm_t *e = erm_open();
    assert_int_equal(erm_nodes(e, &names), 2);
    assert_string_equal(names[1], "b");
    assert_null(erm_hostfile(e));
    erm_close(e);
    unsetenv("ERM_NODES");
    e = erm_open();
    gethostname(host, sizeof(host) - 1);
    assert_int_equal(erm_nodes(e, &names), 1);
    assert_string_equal(names[0], host);
    erm_close(e);
}

static void test_the_time_left_is_that_of_the_file(void **state)
{
    char text[200];
    erm_t *e = erm_open();
    assert_true(erm_time_left(e) == HUGE_VAL);
    snprintf(text, sizeof(text), "%lld", (long long)time(NULL) + 100);
    setenv("ERM_DEADLINE", text, 1);
    assert_true(erm_time_left(e) > 90 && erm_time_left(e) <= 100);
    /* the walltime was changed */
    snprintf(text, sizeof(text),
             "export ERM_NODES='n1'\nexport ERM_DEADLINE='%lld'\n",
             (long long)time(NULL) + 1000);
    mailbox_put(*state, "env.sh", text);
    assert_true(erm_time_left(e) > 990 && erm_time_left(e) <= 1000);
    mailbox_put(*state, "env.sh", "ERM_DEADLINE=1\n");
    assert_true(erm_time_left(e) < 0);
    mailbox_put(*state, "env.sh", "ERM_NODES=n1\n");
    assert_true(erm_time_left(e) == HUGE_VAL);
    erm_close(e);
}

static void test_an_offer_is_read(void **state)
{
    char text[200];
    int nodes = -1;
    double until = -1;
    erm_t *e = erm_open();
    assert_int_equal(erm_offer(e, &nodes, &until), 0);
    assert_int_equal(nodes, 0);
    mailbox_put(*state, "offers.json", "{\"nodes\":3,\"until\":null}");
    assert_int_equal(erm_offer(e, &nodes, &until), 1);
    assert_true(nodes == 3 && until == 0);
    snprintf(text, sizeof(text), "{\"nodes\":2,\"until\":%lld}",
             (long long)time(NULL) + 60);
    mailbox_put(*state, "offers.json", text);
    assert_int_equal(erm_offer(e, &nodes, &until), 1);
    assert_true(nodes == 2 && until > (double)time(NULL));
    /* it is over */
    mailbox_put(*state, "offers.json", "{\"nodes\":2,\"until\":1763850000}");
    assert_int_equal(erm_offer(e, NULL, NULL), 0);
    mailbox_put(*state, "offers.json", "{\"nodes\":-1}");
    assert_int_equal(erm_offer(e, NULL, NULL), ERM_EFORMAT);
    erm_close(e);
}

static void test_the_folder_is_told(void **state)
{
    char path[300];
    erm_t *e = erm_open();
    snprintf(path, sizeof(path), "%s/hosts", (char *)*state);
    assert_string_equal(erm_dir(e), *state);
    assert_string_equal(erm_hostfile(e), path);
    assert_string_equal(erm_error(e), "");
    erm_close(e);
}

/* A program that had no memory for a handle may call on. */
static void test_no_handle_is_an_error_not_a_crash(void **state)
{
    (void)state;
    assert_int_equal(erm_poll(NULL, NULL), ERM_EINVAL);
    assert_int_equal(erm_wait(NULL, NULL, 1), ERM_EINVAL);
    assert_int_equal(erm_done(NULL, 1, NULL, 0), ERM_EINVAL);
    assert_int_equal(erm_grow(NULL, 1, 1, 0), ERM_EINVAL);
    assert_int_equal(erm_nodes(NULL, NULL), ERM_EINVAL);
    assert_int_equal(erm_fd(NULL), -1);
    assert_non_null(erm_error(NULL));
    erm_close(NULL);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, mailbox_enter, mailbox_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_nodes_follow_the_file),
        TEST(test_alone_the_nodes_are_the_environments_or_this_host),
        TEST(test_the_time_left_is_that_of_the_file),
        TEST(test_an_offer_is_read),
        TEST(test_the_folder_is_told),
        TEST(test_no_handle_is_an_error_not_a_crash),
    };
    return cmocka_run_group_tests_name("lib/state", tests, NULL, NULL);
}
