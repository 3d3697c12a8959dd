/* SPDX-License-Identifier: BSD-2-Clause */
/* The node file. */
#include "scene.h"

#include <errno.h>

#include "dvm/hosts.h"

static void test_names_are_read(void **state)
{
    struct scene *scene = *state;
    struct hostlist hosts;
    struct strbuf text;

    hostlist_init(&hosts);
    strbuf_init(&text);
    scene_put(scene, "nodes", "st33 slots=4\n\nst34\tslots=1\nst35");
    assert_int_equal(hosts_read(scene->hosts, &hosts), 0);
    assert_int_equal(hosts.n, 3);
    assert_string_equal(hosts.names[1], "st34");
    hosts_format(&hosts, &text);
    assert_string_equal(text.text, "st33:1000,st34:1000,st35:1000");
    strbuf_release(&text);
    hostlist_release(&hosts);
}

static void test_no_hosts(void **state)
{
    struct scene *scene = *state;
    struct hostlist hosts;

    hostlist_init(&hosts);
    errno = 0;
    assert_int_equal(hosts_read("/nonexistent/nodes", &hosts), -1);
    assert_int_equal(errno, ENOENT);
    scene_put(scene, "nodes", "\n \n");
    assert_int_equal(hosts_read(scene->hosts, &hosts), -1);
    assert_int_equal(errno, ENODATA);
    hostlist_release(&hosts);
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, scene_enter, scene_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_names_are_read),
        STORY(test_no_hosts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
