/* SPDX-License-Identifier: BSD-2-Clause */
/* Supervision without the rest of the shepherd, each in a process of its own
 * (watch_prepare blocks all signals). */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sandbox.h"
#include "shepherd/command.h"
#include "shepherd/watch.h"

#define SECOND INT64_C(1000000)

static struct exit_record watch(const struct options *options,
                                const char *script)
{
    struct exit_record record = {0};
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    if (fork() == 0) {
        char sh[] = "/bin/sh", flag[] = "-c";
        char *argv[] = {sh, flag, (char *)(uintptr_t)script, NULL};
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        watch_prepare();
        int64_t started = watch_now_us();
        watch_run(options, command_start(argv), started, &record);
        _exit(write(ends[1], &record, sizeof(record)) != sizeof(record));
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &record, sizeof(record)), sizeof(record));
    close(ends[0]);
    assert_true(wait(NULL) > 0);
    return record;
}

static const struct options no_limit = {.walltime_us = INT64_MAX,
                                        .grace_us = SECOND};

static void test_ends_by_itself(void **state)
{
    (void)state;
    struct exit_record r = watch(&no_limit, "exit 7");
    assert_int_equal(r.reason, EXIT_BY_ITSELF);
    assert_int_equal(r.code, 7);
    assert_int_equal(r.signal, 0);
    assert_true(r.max_rss_kib > 0);
}

static void test_ends_by_a_signal(void **state)
{
    (void)state;
    struct exit_record r = watch(&no_limit, "kill -SEGV $$");
    assert_int_equal(r.reason, EXIT_BY_ITSELF);
    assert_int_equal(r.code, 0);
    assert_int_equal(r.signal, SIGSEGV);
}

static void test_walltime(void **state)
{
    (void)state;
    struct options options = no_limit;
    options.walltime_us = SECOND / 20;
    struct exit_record r = watch(&options, "sleep 100");
    assert_int_equal(r.reason, EXIT_WALLTIME);
    assert_int_equal(r.signal, SIGTERM);
}

static void test_walltime_of_nothing(void **state)
{
    (void)state;
    struct options options = no_limit;
    options.walltime_us = 0;
    assert_int_equal(watch(&options, "sleep 100").reason, EXIT_WALLTIME);
}

static void test_kill_after_the_grace(void **state)
{
    (void)state;
    struct options options = no_limit;
    options.walltime_us = SECOND / 2;
    options.grace_us = SECOND / 20;
    int64_t before = watch_now_us();
    struct exit_record r =
        watch(&options, "trap '' TERM; while :; do sleep 1; done");
    assert_int_equal(r.reason, EXIT_WALLTIME);
    assert_int_equal(r.signal, SIGKILL);
    assert_true(watch_now_us() - before >= SECOND / 2 + SECOND / 20);
}

static void test_code_of_one_who_obeys(void **state)
{
    (void)state;
    struct options options = no_limit;
    options.walltime_us = SECOND / 2;
    struct exit_record r =
        watch(&options, "trap 'exit 85' TERM; while :; do sleep 0.01; done");
    assert_int_equal(r.reason, EXIT_WALLTIME);
    assert_int_equal(r.code, 85);
}

static void test_warning_comes_first(void **state)
{
    (void)state;
    struct options options = no_limit;
    options.walltime_us = 60 * SECOND;
    options.warn_us = 60 * SECOND - SECOND / 2;
    options.warn_signal = SIGUSR1;
    struct exit_record r =
        watch(&options, "trap 'exit 3' USR1; while :; do sleep 0.01; done");
    assert_int_equal(r.reason, EXIT_BY_ITSELF);
    assert_int_equal(r.code, 3);
}

static void test_what_is_left_is_ended(void **state)
{
    (void)state;
    int64_t before = watch_now_us();
    struct exit_record r = watch(&no_limit, "sleep 100 & setsid sleep 100 & "
                                            "(sleep 100 &); exit 5");
    assert_int_equal(r.reason, EXIT_BY_ITSELF);
    assert_int_equal(r.code, 5);
    assert_true(watch_now_us() - before < 50 * SECOND);
}

static void test_stopped_command_is_woken_to_end(void **state)
{
    (void)state;
    struct options options = no_limit;
    options.walltime_us = SECOND / 2;
    options.grace_us = 60 * SECOND;
    struct exit_record r = watch(&options, "kill -STOP $$");
    assert_int_equal(r.reason, EXIT_WALLTIME);
    assert_int_equal(r.signal, SIGTERM);
}

/* A wrapper has more time than the job, and no more than that. */
static void test_kill_of_a_wrapper(void **state)
{
    (void)state;
    struct options options = no_limit;
    options.is_wrapped = 1;
    options.walltime_us = SECOND / 2;
    options.grace_us = SECOND / 20;
    options.wrapper_extra_us = SECOND / 2;
    int64_t before = watch_now_us();
    struct exit_record r = watch(
        &options, "trap '' TERM; setsid sleep 100 & while :; do sleep 1; done");
    assert_int_equal(r.reason, EXIT_WALLTIME);
    assert_int_equal(r.signal, SIGKILL);
    assert_true(watch_now_us() - before >= SECOND + SECOND / 20);
}

static void test_cpu_time_counts_children(void **state)
{
    (void)state;
    struct exit_record r =
        watch(&no_limit, "(i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done)");
    assert_true(r.user_us + r.system_us > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends_by_itself),
        cmocka_unit_test(test_ends_by_a_signal),
        cmocka_unit_test(test_walltime),
        cmocka_unit_test(test_walltime_of_nothing),
        cmocka_unit_test(test_kill_after_the_grace),
        cmocka_unit_test(test_code_of_one_who_obeys),
        cmocka_unit_test(test_warning_comes_first),
        cmocka_unit_test(test_what_is_left_is_ended),
        cmocka_unit_test(test_stopped_command_is_woken_to_end),
        cmocka_unit_test(test_kill_of_a_wrapper),
        cmocka_unit_test(test_cpu_time_counts_children),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
