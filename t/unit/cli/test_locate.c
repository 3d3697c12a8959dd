/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/locate.h"
#include "temp_dir.h"

static int enter(void **state)
{
    unsetenv("ERM_STATE_DIR");
    unsetenv("ERM_SOCKET");
    return temp_dir_enter(state);
}

static void expect(const char *state_dir, const char *socket)
{
    struct err err;
    char *path = locate_socket(state_dir, &err);
    if (socket == NULL) {
        assert_null(path);
        assert_int_equal(err.code, ERR_NO_MANAGER);
        assert_non_null(strstr(err.hint, "erm start -H hostfile"));
        return;
    }
    assert_non_null(path);
    assert_string_equal(path, socket);
    free(path);
}

static void test_nothing_around_is_no_manager(void **state)
{
    (void)state;
    expect(NULL, NULL);
}

static void test_the_folder_is_found_from_below(void **state)
{
    (void)state;
    assert_int_equal(mkdir(".erm", 0700), 0);
    temp_file_write(".erm/socket", "/run/user/7/erm/a.sock\n");
    assert_int_equal(mkdir("deep", 0755), 0);
    assert_int_equal(chdir("deep"), 0);
    expect(NULL, "/run/user/7/erm/a.sock");
}

static void test_a_folder_without_a_socket_is_no_manager(void **state)
{
    (void)state;
    assert_int_equal(mkdir(".erm", 0700), 0);
    expect(NULL, NULL);
    temp_file_write(".erm/socket", "\n");
    expect(NULL, NULL);
}

static void test_what_is_named_wins_over_what_is_found(void **state)
{
    (void)state;
    assert_int_equal(mkdir(".erm", 0700), 0);
    temp_file_write(".erm/socket", "/found\n");
    setenv("ERM_SOCKET", "/of-the-job", 1);
    expect(NULL, "/of-the-job");
    assert_int_equal(mkdir("a", 0700), 0);
    temp_file_write("a/socket", "/by-variable\n");
    setenv("ERM_STATE_DIR", "a", 1);
    expect(NULL, "/by-variable");
    assert_int_equal(mkdir("b", 0700), 0);
    temp_file_write("b/socket", "/by-option");
    expect("b", "/by-option");
    expect("c", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nothing_around_is_no_manager,
                                        enter, temp_dir_leave),
        cmocka_unit_test_setup_teardown(test_the_folder_is_found_from_below,
                                        enter, temp_dir_leave),
        cmocka_unit_test_setup_teardown(
            test_a_folder_without_a_socket_is_no_manager, enter,
            temp_dir_leave),
        cmocka_unit_test_setup_teardown(
            test_what_is_named_wins_over_what_is_found, enter, temp_dir_leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
