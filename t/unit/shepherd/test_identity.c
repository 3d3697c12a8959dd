/* SPDX-License-Identifier: BSD-2-Clause */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "shepherd/identity.h"

static void test_own_line(void **state)
{
    (void)state;
    char line[IDENTITY_MAX] = "", boot[64];
    int version, pid;
    unsigned long long start;
    int n = identity_own(line);
    assert_int_equal(n, strlen(line));
    assert_int_equal(
        sscanf(line, "%d %d %llu %63s", &version, &pid, &start, boot), 4);
    assert_int_equal(version, 1);
    assert_int_equal(pid, getpid());
    assert_int_equal(strlen(boot), 36);
    assert_true(identity_is_of(line, getpid()));
}

static void test_other_processes(void **state)
{
    (void)state;
    char line[IDENTITY_MAX];
    identity_own(line);
    assert_false(identity_is_of(line, getppid()));
    assert_false(identity_is_of(line, 1));
    assert_false(identity_is_of("", getpid()));
    line[strlen(line) - 2] ^= 1; /* another boot or machine */
    assert_false(identity_is_of(line, getpid()));
}

static void test_same_number_later(void **state)
{
    (void)state;
    char line[IDENTITY_MAX];
    snprintf(line, sizeof(line), "1 %d 1 x\n", (int)getpid());
    assert_false(identity_is_of(line, getpid()));
}

static void test_no_such_process(void **state)
{
    (void)state;
    char line[IDENTITY_MAX];
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        int n = identity_own(line);
        _exit(write(ends[1], line, (size_t)n + 1) != n + 1);
    }
    assert_true(read(ends[0], line, sizeof(line)) > 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_false(identity_is_of(line, pid));
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_line),
        cmocka_unit_test(test_other_processes),
        cmocka_unit_test(test_same_number_later),
        cmocka_unit_test(test_no_such_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
