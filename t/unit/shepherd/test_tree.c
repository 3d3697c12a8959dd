/* SPDX-License-Identifier: BSD-2-Clause */
/* Finding and ending everything below this process. */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sandbox.h"
#include "shepherd/tree.h"

/* A child with two children of its own; one of them is in its own session. */
static pid_t grow_family(int ready[2])
{
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child != 0)
        return child;
    for (int i = 0; i < 2; i++) {
        if (fork() != 0)
            continue;
        if (i == 1)
            setsid();
        if (write(ready[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    for (;;)
        pause();
}

static void await_family(int ready[2])
{
    char byte;
    for (int i = 0; i < 2; i++)
        assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(ready[1]);
}

static size_t count(enum tree_source source)
{
    struct pids pids = {0};
    tree_list(getpid(), source, &pids);
    size_t n = pids.n;
    pids_release(&pids);
    return n;
}

static void reap_all(void)
{
    while (waitpid(-1, NULL, 0) > 0)
        ;
}

static void test_both_sources_agree(void **state)
{
    (void)state;
    int ready[2];
    struct pids pids = {0};
    assert_int_equal(count(TREE_BY_SCAN), 0);
    pid_t child = grow_family(ready);
    await_family(ready);
    assert_int_equal(count(TREE_BY_SCAN), 3);
    if (tree_best_source() == TREE_BY_CHILDREN)
        assert_int_equal(count(TREE_BY_CHILDREN), 3);
    tree_list(getpid(), tree_best_source(), &pids);
    assert_int_equal(pids.items[0], child); /* parents first */
    pids_release(&pids);
    tree_kill();
    reap_all();
    assert_int_equal(count(TREE_BY_SCAN), 0);
}

static void test_many_children(void **state)
{
    (void)state;
    for (int i = 0; i < 200; i++)
        if (fork() == 0)
            for (;;)
                pause();
    assert_int_equal(count(tree_best_source()), 200);
    tree_signal(SIGTERM);
    reap_all();
}

static void test_list_of_another_process(void **state)
{
    (void)state;
    int ready[2];
    struct pids pids = {0};
    pid_t child = grow_family(ready);
    await_family(ready);
    tree_list(child, tree_best_source(), &pids);
    assert_int_equal(pids.n, 2);
    pids_release(&pids);
    tree_kill();
    reap_all();
}

/* Forks as fast as it can; every copy lives 50 ms and forks again. */
static void breed(int depth)
{
    for (;;) {
        pid_t pid = fork();
        if (pid == 0 && depth-- > 0)
            continue;
        if (pid == 0) {
            usleep(50000);
            _exit(0);
        }
        usleep(2000);
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
    }
}

static void test_what_forks_cannot_escape(void **state)
{
    (void)state;
    if (fork() == 0)
        breed(1);
    while (count(tree_best_source()) < 10)
        sandbox_pause();
    int rounds = 0;
    while (waitpid(-1, NULL, WNOHANG) >= 0) {
        tree_kill();
        sandbox_pause();
        assert_true(++rounds < 1000);
    }
    assert_int_equal(count(TREE_BY_SCAN), 0);
}

static void catch_it(int signal)
{
    _exit(signal == SIGUSR1 ? 42 : 43);
}

static pid_t start_listener(int ready[2], bool catches)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    if (catches)
        signal(SIGUSR1, catch_it);
    if (write(ready[1], "x", 1) != 1)
        _exit(1);
    for (;;)
        pause();
}

static void await_listener(int ready[2])
{
    char byte;
    assert_int_equal(read(ready[0], &byte, 1), 1);
}

static void test_warning_goes_to_those_who_listen(void **state)
{
    (void)state;
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t deaf = start_listener(ready, false);
    pid_t listener = start_listener(ready, true);
    await_family(ready);
    tree_forward(SIGUSR1);
    assert_int_equal(sandbox_wait(listener), 42);
    /* Alone, it gets the signal with all that follows. */
    assert_int_equal(waitpid(deaf, NULL, WNOHANG), 0);
    tree_forward(SIGUSR1);
    assert_int_equal(sandbox_wait(deaf), 128 + SIGUSR1);
}

/* ROOT's family alone, others of this process are left in peace. */
static void test_one_branch(void **state)
{
    (void)state;
    int ready[2], ends[2];
    assert_int_equal(pipe(ready), 0);
    pid_t aside = start_listener(ready, false);
    await_listener(ready);
    pid_t root = grow_family(ends);
    await_family(ends);
    tree_signal_from(root, SIGTERM);
    for (int i = 0; i < 3; i++) {
        int status;
        assert_true(waitpid(-1, &status, 0) > 0);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    }
    assert_int_equal(waitpid(aside, NULL, WNOHANG), 0);
    tree_forward_from(aside, SIGUSR1);
    assert_int_equal(sandbox_wait(aside), 128 + SIGUSR1);
    pid_t listener = start_listener(ready, true);
    await_listener(ready);
    tree_forward_from(listener, SIGUSR1);
    assert_int_equal(sandbox_wait(listener), 42);
    close(ready[0]);
    close(ready[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_sources_agree),
        cmocka_unit_test(test_many_children),
        cmocka_unit_test(test_list_of_another_process),
        cmocka_unit_test(test_what_forks_cannot_escape),
        cmocka_unit_test(test_warning_goes_to_those_who_listen),
        cmocka_unit_test(test_one_branch),
    };
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
