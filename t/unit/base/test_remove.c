/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/remove.h"

static char *make_folder(void)
{
    static char path[] = "/tmp/erm-test-remove-XXXXXX";

    snprintf(path, sizeof(path), "/tmp/erm-test-remove-XXXXXX");
    assert_non_null(mkdtemp(path));
    assert_int_equal(chdir(path), 0);
    return path;
}

static void put(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    close(fd);
}

static void test_a_tree(void **state)
{
    char *path = make_folder();

    (void)state;
    assert_int_equal(mkdir("a", 0700), 0);
    assert_int_equal(mkdir("a/b", 0700), 0);
    put("a/b/file");
    put("file");
    remove_all(path);
    assert_int_equal(access(path, F_OK), -1);
    remove_all(path); /* there is none */
}

static void test_what_links_lead_to_stays(void **state)
{
    char *path = make_folder();

    (void)state;
    assert_int_equal(mkdir("kept", 0700), 0);
    put("kept/file");
    assert_int_equal(mkdir("gone", 0700), 0);
    assert_int_equal(symlink("../kept", "gone/link"), 0);
    assert_int_equal(symlink("kept", "link"), 0);
    remove_all("gone");
    remove_all("link");
    assert_int_equal(access("gone", F_OK), -1);
    assert_int_equal(access("link", F_OK), -1);
    assert_int_equal(access("kept/file", F_OK), 0);
    remove_all(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_tree),
        cmocka_unit_test(test_what_links_lead_to_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
