/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/app_way.h"
#include "mailbox.h"

static void test_a_slices_processors_are_told(void **state)
{
    (void)state;
    struct idset cpus;
    idset_init(&cpus);
    assert_true(app_way_cpus("n1 0-3\nn10 8\nn2 4,6\n", "n2", &cpus));
    assert_int_equal(idset_count(&cpus), 2);
    assert_true(idset_has(&cpus, 6));
    assert_true(app_way_cpus("n1 0-3\nn10 8", "n10", &cpus));
    assert_true(idset_has(&cpus, 8));
    assert_false(app_way_cpus("n1 0-3\n", "n", &cpus));
    assert_false(app_way_cpus("n1 x\n", "n1", &cpus));
    assert_false(app_way_cpus("n1 \n", "n1", &cpus));
    assert_false(app_way_cpus("", "n1", &cpus));
    idset_release(&cpus);
}

static bool is_remote(const char *node)
{
    struct app_way way;
    struct err err;
    erm_t *e = erm_open();
    assert_int_equal(app_way_find(e, node, &way, &err), 0);
    bool is = way.is_remote;
    app_way_release(&way);
    erm_close(e);
    return is;
}

static void
test_names_are_slices_unless_somebody_says_how_to_get_there(void **state)
{
    char host[300] = "", nodes[400];
    gethostname(host, sizeof(host) - 1);
    snprintf(nodes, sizeof(nodes), "no-such-host-1\n%s\n", host);
    mailbox_put(*state, "nodes", nodes);
    unsetenv("ERM_RSH");
    assert_false(is_remote("no-such-host-1"));
    setenv("ERM_RSH", "pretend", 1);
    assert_false(is_remote("no-such-host-1"));
    setenv("ERM_RSH", "ssh", 1);
    assert_true(is_remote("no-such-host-1"));
    assert_false(is_remote(host));
    /* a slice with processors of its own is here */
    mailbox_put(*state, "cpus", "no-such-host-1 0\n");
    assert_false(is_remote("no-such-host-1"));
    unsetenv("ERM_RSH");
}

static void test_only_the_jobs_own_nodes_are_reached(void **state)
{
    struct app_way way;
    struct err err;
    mailbox_put(*state, "nodes", "n1\n");
    mailbox_put(*state, "directive.json", GROW_7);
    erm_t *e = erm_open();
    assert_int_equal(app_way_find(e, "n9", &way, &err), -1);
    assert_int_equal(err.code, ERR_NOT_FOUND);
    app_way_release(&way);
    /* those that it is offered may be used at once */
    assert_int_equal(app_way_find(e, "n3", &way, &err), 0);
    app_way_release(&way);
    erm_close(e);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, mailbox_enter, mailbox_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_slices_processors_are_told),
        TEST(test_names_are_slices_unless_somebody_says_how_to_get_there),
        TEST(test_only_the_jobs_own_nodes_are_reached),
    };
    return cmocka_run_group_tests_name("cli/app_way", tests, NULL, NULL);
}
