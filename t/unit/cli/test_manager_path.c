/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/manager_path.h"
#include "temp_dir.h"

/* This program, copied into a folder, tells from there what it finds. */
static int tell(void)
{
    char path[PATH_MAX];
    struct err err;
    if (manager_path_find(path, &err) == 0)
        printf("%s\n", path);
    else
        printf("%d: %s\n", err.code, err.text);
    return 0;
}

static void copy_self(const char *to)
{
    char command[PATH_MAX + 100], self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    assert_true(n > 0);
    self[n] = '\0';
    snprintf(command, sizeof(command), "cp '%s' %s", self, to);
    assert_int_equal(system(command), 0);
}

/* What the copy at PROGRAM prints, below the working folder, into TEXT. */
static void ask(const char *program, char *text, size_t size)
{
    char command[100];
    snprintf(command, sizeof(command), "%s tell", program);
    FILE *out = popen(command, "r");
    assert_non_null(out);
    assert_non_null(fgets(text, (int)size, out));
    text[strcspn(text, "\n")] = '\0';
    pclose(out);
}

static void test_it_is_beside_or_in_libexec(void **state)
{
    char text[PATH_MAX], wanted[PATH_MAX];
    assert_int_equal(system("mkdir -p bin libexec/erm"), 0);
    copy_self("bin/erm");
    ask("./bin/erm", text, sizeof(text));
    assert_memory_equal(text, "8: ", 3);
    assert_non_null(strstr(text, "not installed beside"));

    temp_file_write("libexec/erm/erm-manager", "#!/bin/sh\n");
    ask("./bin/erm", text, sizeof(text));
    assert_memory_equal(text, "8: ", 3); /* it cannot be run */
    chmod("libexec/erm/erm-manager", 0755);
    ask("./bin/erm", text, sizeof(text));
    snprintf(wanted, sizeof(wanted), "%s/bin/../libexec/erm/erm-manager",
             (char *)*state);
    assert_string_equal(text, wanted);

    temp_file_write("bin/erm-manager", "#!/bin/sh\n");
    chmod("bin/erm-manager", 0755);
    ask("./bin/erm", text, sizeof(text));
    snprintf(wanted, sizeof(wanted), "%s/bin/erm-manager", (char *)*state);
    assert_string_equal(text, wanted);
}

static void test_a_link_to_erm_is_followed(void **state)
{
    char text[PATH_MAX], wanted[PATH_MAX];
    assert_int_equal(symlink("bin/erm", "link"), 0);
    ask("./link", text, sizeof(text));
    snprintf(wanted, sizeof(wanted), "%s/bin/erm-manager", (char *)*state);
    assert_string_equal(text, wanted);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_is_beside_or_in_libexec),
        cmocka_unit_test(test_a_link_to_erm_is_followed),
    };
    if (argc > 1 && strcmp(argv[1], "tell") == 0)
        return tell();
    return cmocka_run_group_tests(tests, temp_dir_enter, temp_dir_leave);
}
