/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the shepherd is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "folder.h"
#include "manager/shepherd_path.h"

static char folder[256]; /* of the test that runs */

static int enter(void **state)
{
    (void)state;
    folder_enter(folder, sizeof(folder));
    mkdir("bin", 0700);
    mkdir("libexec", 0700);
    mkdir("libexec/erm", 0700);
    return 0;
}

static int leave(void **state)
{
    (void)state;
    folder_leave(folder);
    return 0;
}

static void install(const char *path)
{
    file_put(path, "#!/bin/sh\n");
    assert_int_equal(chmod(path, 0700), 0);
}

static void expect(const char *given, const char *from_env, const char *end)
{
    char *found = shepherd_path_find(given, from_env, "bin/erm", NULL);

    assert_non_null(found);
    assert_int_equal(found[0], '/');
    assert_string_equal(found + strlen(found) - strlen(end), end);
    free(found);
}

static void test_installed_or_side_by_side(void **state)
{
    (void)state;
    install("bin/erm-shepherd");
    expect(NULL, NULL, "/bin/erm-shepherd");
    install("libexec/erm/erm-shepherd");
    expect(NULL, "", "/libexec/erm/erm-shepherd");
}

static void test_what_was_said_wins(void **state)
{
    (void)state;
    install("bin/erm-shepherd");
    install("one");
    install("two");
    expect("one", "two", "/one");
    expect(NULL, "two", "/two");
}

static void test_what_was_said_must_be_right(void **state)
{
    struct err err;

    (void)state;
    install("bin/erm-shepherd");
    assert_null(shepherd_path_find("none", NULL, "bin/erm", &err));
    assert_non_null(strstr(err.text, "none"));
    file_put("text", "not a program");
    assert_null(shepherd_path_find(NULL, "text", "bin/erm", &err));
}

static void test_nowhere(void **state)
{
    struct err err;

    (void)state;
    assert_null(shepherd_path_find(NULL, NULL, "bin/erm", &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_non_null(strstr(err.hint, "ERM_SHEPHERD"));
    assert_null(shepherd_path_find(NULL, NULL, "erm", &err));
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, enter, leave)
    const struct CMUnitTest tests[] = {
        STORY(test_installed_or_side_by_side),
        STORY(test_what_was_said_wins),
        STORY(test_what_was_said_must_be_right),
        STORY(test_nowhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
