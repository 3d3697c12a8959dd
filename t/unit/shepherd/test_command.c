/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sandbox.h"
#include "shepherd/command.h"

#define WORDS(...)        \
    (char *[])            \
    {                     \
        __VA_ARGS__, NULL \
    }
#define SH(script)                                                 \
    WORDS((char *)(uintptr_t) "/bin/sh", (char *)(uintptr_t) "-c", \
          (char *)(uintptr_t)script)

static void test_runs(void **state)
{
    (void)state;
    assert_int_equal(sandbox_wait(command_start(SH("exit 7"))), 7);
}

static void test_searches_path(void **state)
{
    (void)state;
    char name[] = "true";
    assert_int_equal(sandbox_wait(command_start(WORDS(name))), 0);
}

static void assert_fails(const char *path, int error, int code)
{
    char *argv[] = {(char *)(uintptr_t)path, NULL};
    assert_int_equal(command_start(argv), -1);
    assert_int_equal(errno, error);
    assert_int_equal(command_exit_code(errno), code);
    /* No child is left of the attempt. */
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void test_exec_failures(void **state)
{
    (void)state;
    assert_fails("/no/such/file", ENOENT, 127);
    assert_fails("/etc/passwd/x", ENOTDIR, 127);
    assert_fails("/etc", EACCES, 126);
    assert_fails("/etc/passwd", EACCES, 126);
}

static void test_own_group_and_no_blocked_signals(void **state)
{
    (void)state;
    sigset_t usr1, old;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    sigprocmask(SIG_BLOCK, &usr1, &old);
    /* $$ leads its group; the blocked signal gets through to it. */
    pid_t pid = command_start(SH("kill -USR1 -$$; exit 3"));
    assert_int_equal(sandbox_wait(pid), 128 + SIGUSR1);
    sigprocmask(SIG_SETMASK, &old, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runs),
        cmocka_unit_test(test_searches_path),
        cmocka_unit_test(test_exec_failures),
        cmocka_unit_test(test_own_group_and_no_blocked_signals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
