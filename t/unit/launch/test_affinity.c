/* SPDX-License-Identifier: BSD-2-Clause */
/* Processors of processes that run. Where there is only one there is nothing
 * to be moved; those tests are skipped then. */
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
#include "shepherd/tree.h"

struct family {
    struct sandbox box;
    struct idset all, first, last; /* processors of this machine */
    pid_t root;
};

static int enter(void **state)
{
    struct family *family = calloc(1, sizeof(*family));

    sandbox_init(&family->box);
    assert_int_equal(affinity_get(0, &family->all), 0);
    idset_add(&family->first, idset_first(&family->all));
    idset_add(&family->last, idset_last(&family->all));
    *state = family;
    return 0;
}

static int leave(void **state)
{
    struct family *family = *state;

    if (family->root > 0) {
        kill(family->root, SIGKILL);
        waitpid(family->root, NULL, 0);
    }
    sandbox_release(&family->box);
    idset_release(&family->all);
    idset_release(&family->first);
    idset_release(&family->last);
    free(family);
    return 0;
}

/* A shell that runs SCRIPT, which writes to "ready" once it stands. */
static void start(struct family *family, const char *script)
{
    char mark[SANDBOX_PATH];

    if (idset_count(&family->all) < 2)
        skip();
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

static void expect(pid_t thread, const struct idset *processors)
{
    struct idset has = {.count = 0};

    assert_int_equal(affinity_get(thread, &has), 0);
    assert_true(idset_is_equal(&has, processors));
    idset_release(&has);
}

static void test_get_of_no_process(void **state)
{
    struct family *family = *state;
    struct idset has = {.count = 0};

    assert_int_equal(affinity_get(-1, &has), -1);
    assert_true(idset_is_empty(&has));
    affinity_move(-1, &family->all);
}

static void test_all_below_move_and_come_back(void **state)
{
    struct family *family = *state;
    pid_t child;

    start(family, "sleep 100 & echo $! >child; echo >ready; wait");
    child = pid_in(family, "child");
    affinity_move(family->root, &family->first);
    expect(family->root, &family->first);
    expect(child, &family->first);
    affinity_move(family->root, &family->all);
    expect(family->root, &family->all);
    expect(child, &family->all);
    affinity_move(family->root, &family->all);
    expect(child, &family->all);
}

/* It keeps it when there is more, and loses it when that goes. */
static void test_one_that_has_chosen_its_own(void **state)
{
    struct family *family = *state;
    cpu_set_t set;
    pid_t child;

    start(family, "sleep 100 & echo $! >child; echo >ready; wait");
    child = pid_in(family, "child");
    CPU_ZERO(&set);
    CPU_SET(idset_last(&family->all), &set);
    assert_int_equal(sched_setaffinity(child, sizeof(set), &set), 0);
    affinity_move(family->root, &family->all);
    expect(child, &family->last);
    affinity_move(family->root, &family->first);
    expect(child, &family->first);
}

static bool all_below_have(pid_t root, const struct idset *processors)
{
    struct pids pids = {0};
    struct idset has = {.count = 0};
    bool is_so = true;

    tree_list(root, tree_best_source(), &pids);
    for (size_t i = 0; i < pids.n; i++) {
        if (affinity_get(pids.items[i], &has) == 0)
            is_so &= idset_is_equal(&has, processors);
    }
    pids_release(&pids);
    idset_release(&has);
    return is_so;
}

/* Each new one has what its parent had: none that goes on making others has
 * escaped. One whose fork was under way may be seen, until it has ended. */
static void test_processes_that_come_meanwhile(void **state)
{
    struct family *family = *state;
    int n_so = 0;

    start(family, "echo >ready; while :; do sleep 0.001; done & "
                  "while :; do sleep 0.001; done");
    affinity_move(family->root, &family->first);
    for (int i = 0; i < 5000 && n_so < 20; i++) {
        n_so = all_below_have(family->root, &family->first) ? n_so + 1 : 0;
        usleep(1000);
    }
    assert_int_equal(n_so, 20);
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, enter, leave)
    const struct CMUnitTest tests[] = {
        STORY(test_get_of_no_process),
        STORY(test_all_below_move_and_come_back),
        STORY(test_one_that_has_chosen_its_own),
        STORY(test_processes_that_come_meanwhile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
