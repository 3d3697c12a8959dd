/* SPDX-License-Identifier: BSD-2-Clause */
/* Who runs on a node: of a family of processes below one shell. */
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../shepherd/sandbox.h"
#include "launch/affinity.h"
#include "launch/residents.h"

struct family {
    struct sandbox box;
    struct hostlist names;
    struct idset processors, seen;
    struct residents residents;
    pid_t root;
};

static int enter(void **state)
{
    struct family *family = calloc(1, sizeof(*family));

    sandbox_init(&family->box);
    hostlist_init(&family->names);
    hostlist_add(&family->names, "n2");
    hostlist_add(&family->names, "n3");
    family->residents = (struct residents){&family->names, &family->processors};
    *state = family;
    return 0;
}

static int leave(void **state)
{
    struct family *family = *state;

    sandbox_release(&family->box);
    waitpid(family->root, NULL, 0);
    hostlist_release(&family->names);
    idset_release(&family->processors);
    idset_release(&family->seen);
    free(family);
    return 0;
}

/* A shell that runs SCRIPT, which writes "ready" once it stands. */
static void start(struct family *family, const char *script)
{
    char mark[SANDBOX_PATH];

    sandbox_mark(&family->box, mark);
    family->root = fork();
    if (family->root == 0) {
        putenv(mark);
        assert_int_equal(chdir(family->box.dir), 0);
        execl("/bin/sh", "sh", "-c", script, NULL);
        _exit(127);
    }
    sandbox_await(&family->box, "ready");
}

static pid_t pid_in(const struct family *family, const char *name)
{
    char *text;
    pid_t pid;

    sandbox_await(&family->box, name);
    text = sandbox_read(&family->box, name);
    pid = atoi(text);
    free(text);
    return pid;
}

static uint32_t send(struct family *family, int signal, bool only_new)
{
    return residents_signal(family->root, &family->residents, signal, only_new,
                            &family->seen);
}

/* Between a fork and its exec a process has its parent's environment. */
static void await(struct family *family, uint32_t n)
{
    for (int i = 0; i < SANDBOX_WAIT_MS / 5; i++) {
        if (send(family, 0, false) == n)
            return;
        usleep(5000);
    }
    fail_msg("%u residents and not %u", send(family, 0, false), n);
}

static void test_the_node_in_the_environment(void **state)
{
    struct family *family = *state;
    pid_t n2;

    start(family, "ERM_NODE=n1 sleep 100 & ERM_NODE=n2 sleep 100 & echo $! >n2;"
                  " XERM_NODE=n2 sleep 100 & ERM_NODE=n22 sleep 100 &"
                  " sleep 100 & echo >ready; wait");
    n2 = pid_in(family, "n2");
    await(family, 1);
    assert_int_equal(idset_count(&family->seen), 1);
    assert_true(idset_has(&family->seen, (uint32_t)n2));
    assert_int_equal(send(family, SIGTERM, false), 1);
    await(family, 0);
    sandbox_await_count(&family->box, 5); /* the others live */
}

static void test_all_below_whatever_made_them(void **state)
{
    struct family *family = *state;

    start(family, "ERM_NODE=n3 sh -c 'sleep 100 & setsid sleep 100 & wait' &"
                  " echo >ready; wait");
    await(family, 3);
    send(family, SIGKILL, false);
    await(family, 0);
}

/* A handler that saves something must not be called again and again. */
static void test_only_those_that_were_not_seen(void **state)
{
    struct family *family = *state;

    start(family,
          "export ERM_NODE=n2; sh -c 'trap \"echo x >>got\" TERM;"
          " echo >ready; while :; do sleep 0.01; done' & unset ERM_NODE; wait");
    residents_signal(family->root, &family->residents, SIGTERM, true,
                     &family->seen);
    sandbox_await(&family->box, "got");
    for (int i = 0; i < 20; i++) {
        char *text;
        send(family, SIGTERM, true); /* to the sleeps at most */
        usleep(2000);
        text = sandbox_read(&family->box, "got");
        assert_string_equal(text, "x\n");
        free(text);
    }
    assert_true(send(family, SIGKILL, false) >= 1);
}

static void test_a_stopped_one_gets_its_term(void **state)
{
    struct family *family = *state;

    start(family, "ERM_NODE=n2 sh -c 'echo >ready; kill -STOP $$' & wait; "
                  "sleep 100");
    await(family, 1);
    send(family, SIGTERM, false);
    await(family, 0);
}

static void test_pinned_to_what_only_these_nodes_have(void **state)
{
    struct family *family = *state;
    struct idset all = {.count = 0};
    cpu_set_t set;
    pid_t pinned, named;

    affinity_get(0, &all);
    if (idset_count(&all) < 2)
        skip();
    idset_add(&family->processors, idset_last(&all));
    start(family, "sleep 100 & echo $! >pinned; ERM_NODE=n1 sleep 100 &"
                  " echo $! >named; sleep 100 & echo >ready; wait");
    pinned = pid_in(family, "pinned");
    named = pid_in(family, "named");
    await(family, 0);
    CPU_ZERO(&set);
    CPU_SET(idset_last(&all), &set);
    assert_int_equal(sched_setaffinity(pinned, sizeof(set), &set), 0);
    assert_int_equal(sched_setaffinity(named, sizeof(set), &set), 0);
    await(family, 1); /* the other one says that it is elsewhere */
    assert_true(idset_has(&family->seen, (uint32_t)pinned));
    idset_release(&all);
}

static void test_what_brings_the_nodes_about_is_no_resident(void **state)
{
    struct family *family = *state;

    start(family, "cp \"$(command -v sleep)\" prted; ERM_NODE=n2 ./prted 100 &"
                  " ERM_NODE=n2 sleep 100 & echo >ready; wait");
    await(family, 1);
}

static void test_who_catches_a_signal(void **state)
{
    struct family *family = *state;

    start(family, "(trap 'exit 7' USR2; echo >ready; while :; do sleep 0.01; "
                  "done) & wait");
    assert_true(residents_handle(family->root, SIGUSR2));
    assert_false(residents_handle(family->root, SIGUSR1));
    assert_false(residents_handle(-1, SIGUSR2));
}

static void test_nobody(void **state)
{
    struct family *family = *state;

    start(family, "echo >ready; sleep 100");
    assert_int_equal(send(family, SIGKILL, false), 0);
    assert_int_equal(
        residents_signal(-1, &family->residents, SIGKILL, false, &family->seen),
        0);
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, enter, leave)
    const struct CMUnitTest tests[] = {
        STORY(test_the_node_in_the_environment),
        STORY(test_all_below_whatever_made_them),
        STORY(test_only_those_that_were_not_seen),
        STORY(test_a_stopped_one_gets_its_term),
        STORY(test_pinned_to_what_only_these_nodes_have),
        STORY(test_what_brings_the_nodes_about_is_no_resident),
        STORY(test_who_catches_a_signal),
        STORY(test_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
