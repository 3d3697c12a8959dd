/* SPDX-License-Identifier: BSD-2-Clause */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../shepherd/sandbox.h"
#include "launch/orphans.h"

/* A shell with N sleeping children, all with ENV; returns once TOTAL marked
 * processes run. */
static pid_t start_family(const struct sandbox *box, int n, char *const env[],
                          int total)
{
    pid_t pid = fork();
    if (pid == 0) {
        char sh[] = "/bin/sh", flag[] = "-c";
        char one[] = "sleep 100 & wait", two[] = "sleep 100 & sleep 100 & wait";
        char *argv[] = {sh, flag, n == 1 ? one : two, NULL};
        execve(sh, argv, env);
        _exit(127);
    }
    sandbox_await_count(box, total);
    return pid;
}

static void test_only_this_part_of_this_job(void **state)
{
    (void)state;
    struct sandbox box;
    char mark[SANDBOX_PATH];
    char id[] = "ERM_JOB_ID=7", claim[] = "ERM_CLAIM=/jobs/7.1";
    char worker[] = "ERM_CLAIM=/jobs/7.1.2", other[] = "ERM_CLAIM=/jobs/7.10";
    char hidden[] = "X=ERM_CLAIM=/jobs/7.1";
    sandbox_init(&box);
    sandbox_mark(&box, mark);
    pid_t ours = start_family(&box, 2, (char *[]){claim, mark, id, NULL}, 3);
    pid_t a = start_family(&box, 1, (char *[]){mark, id, worker, NULL}, 5);
    pid_t b = start_family(&box, 1, (char *[]){mark, id, other, NULL}, 7);
    pid_t c = start_family(&box, 1, (char *[]){mark, hidden, NULL}, 9);
    assert_int_equal(orphans_kill("/jobs/7.1"), 3);
    assert_int_equal(sandbox_wait(ours), 128 + SIGKILL);
    assert_int_equal(waitpid(a, NULL, WNOHANG), 0);
    assert_int_equal(waitpid(b, NULL, WNOHANG), 0);
    assert_int_equal(waitpid(c, NULL, WNOHANG), 0);
    sandbox_await_count(&box, 6);
    sandbox_release(&box);
}

static void test_none(void **state)
{
    (void)state;
    assert_int_equal(orphans_kill("/no/such/job"), 0);
}

static void test_never_ourselves(void **state)
{
    (void)state;
    /* /proc shows the environment at exec; the test runs itself again. */
    char self[] = "/proc/self/exe", word[] = "again";
    char claim[] = "ERM_CLAIM=/jobs/8.1";
    pid_t pid = fork();
    if (pid == 0) {
        execve(self, (char *[]){self, word, NULL}, (char *[]){claim, NULL});
        _exit(127);
    }
    assert_int_equal(sandbox_wait(pid), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_this_part_of_this_job),
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_never_ourselves),
    };
    (void)argv;
    if (argc > 1)
        return orphans_kill("/jobs/8.1");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
