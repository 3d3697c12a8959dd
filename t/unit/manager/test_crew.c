/* SPDX-License-Identifier: BSD-2-Clause */
/* What is remembered of the workers of an attempt. */
#include "stage.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "manager/crew.h"

static struct crew *make(void)
{
    return crew_create(7, 1, false, USEC_PER_SEC);
}

static void test_a_slot_for_each_node(void **state)
{
    struct crew *crew = make();
    struct slot *slot = crew_slot(crew, 4);

    (void)state;
    assert_int_equal(slot->node, 4);
    assert_ptr_equal(crew_slot(crew, 4), slot);
    assert_ptr_equal(crew_find(crew, 4), slot);
    assert_null(crew_find(crew, 5));
    crew_remove(crew, slot);
    assert_null(crew_find(crew, 4));
    crew_destroy(crew);
}

/* No two workers that are there at the same time have the same one. */
static void test_the_least_index_that_is_free(void **state)
{
    struct crew *crew = make();

    (void)state;
    assert_int_equal(crew_slot(crew, 8)->index, 0);
    assert_int_equal(crew_slot(crew, 3)->index, 1);
    assert_int_equal(crew_slot(crew, 5)->index, 2);
    crew_remove(crew, crew_find(crew, 3));
    assert_int_equal(crew_slot(crew, 9)->index, 1);
    assert_int_equal(crew_slot(crew, 10)->index, 3);
    crew_destroy(crew);
}

/* A process with ERM_NODE_INDEX=INDEX. */
static pid_t start_worker(const char *index)
{
    int ready[2];
    char byte;
    pid_t pid;

    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    pid = fork();
    if (pid == 0) {
        setenv("ERM_NODE_INDEX", index, 1);
        execlp("sleep", "sleep", "100", (char *)NULL);
        _exit(127);
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 0); /* it is exec'ed */
    close(ready[0]);
    return pid;
}

static void test_an_index_is_learnt_from_a_worker_that_runs(void **state)
{
    struct crew *crew = make();
    struct slot *first = crew_slot(crew, 1), *second = crew_slot(crew, 2);
    pid_t pid = start_worker("1");

    (void)state;
    crew_learn_index(crew, first, pid);
    assert_int_equal(first->index, 1);
    assert_int_equal(second->index, 0); /* it gives way */
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    crew_learn_index(crew, second, pid); /* nobody is there */
    assert_int_equal(second->index, 0);
    crew_destroy(crew);
}

static void test_pauses_grow_up_to_a_limit(void **state)
{
    struct workers_spans spans = {.first_pause = 3, .last_pause = 20};

    (void)state;
    assert_int_equal(crew_pause(&spans, 1), 3);
    assert_int_equal(crew_pause(&spans, 2), 6);
    assert_int_equal(crew_pause(&spans, 3), 12);
    assert_int_equal(crew_pause(&spans, 4), 20);
    assert_int_equal(crew_pause(&spans, 4000000000u), 20);
}

static void test_what_they_have_used(void **state)
{
    struct crew *crew = make();
    struct exit_record a = {.user_us = 5, .system_us = 1, .max_rss_kib = 30};
    struct exit_record b = {.user_us = 2, .system_us = 4, .max_rss_kib = 20};

    (void)state;
    crew_add_usage(crew, &a);
    crew_add_usage(crew, &b);
    assert_int_equal(crew->usage.user_us, 7);
    assert_int_equal(crew->usage.system_us, 5);
    assert_int_equal(crew->usage.max_rss_kib, 30);
    crew_destroy(crew);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_slot_for_each_node),
        cmocka_unit_test(test_the_least_index_that_is_free),
        cmocka_unit_test(test_an_index_is_learnt_from_a_worker_that_runs),
        cmocka_unit_test(test_pauses_grow_up_to_a_limit),
        cmocka_unit_test(test_what_they_have_used),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
