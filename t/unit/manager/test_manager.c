/* SPDX-License-Identifier: BSD-2-Clause */
/* A whole run, in a process of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "codec/job_spec.h"
#include "folder.h"
#include "manager/manager.h"

static char folder[256]; /* of the test that runs */

static int enter(void **state)
{
    (void)state;
    folder_enter(folder, sizeof(folder));
    setenv("XDG_RUNTIME_DIR", folder, 1);
    return 0;
}

static int leave(void **state)
{
    (void)state;
    folder_leave(folder);
    return 0;
}

static struct manager_options fake(void)
{
    struct manager_options options;

    manager_options_init(&options);
    options.launcher = "fake";
    options.n_nodes = 4;
    options.log_level = LOG_ERROR;
    return options;
}

/* Runs OPTIONS in a child; its end of the ready pipe is *READY. */
static pid_t run_in_child(struct manager_options options, int *ready)
{
    int ends[2];
    pid_t pid;

    assert_int_equal(pipe(ends), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct err err;
        close(ends[0]);
        options.ready_fd = ends[1];
        _exit(manager_run(&options, NULL, &err) == 0 ? 0 : 7);
    }
    close(ends[1]);
    *ready = ends[0];
    return pid;
}

static void read_all(int fd, char *buf, size_t size)
{
    size_t len = 0;
    ssize_t n;

    while (len < size - 1 && (n = read(fd, buf + len, size - 1 - len)) > 0)
        len += (size_t)n;
    buf[len] = '\0';
    close(fd);
}

static int exit_status(pid_t pid)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_until_idle_sums_up(void **state)
{
    struct manager_options options = fake();
    struct manager_summary summary;
    struct err err;

    (void)state;
    file_put("jobs.json",
             "[{\"command\": \"sleep 0.2\", \"min_nodes\": 4},"
             " {\"command\": \"exit 3\"}, {\"command\": \"true\","
             " \"min_nodes\": 0},"
             " {\"command\": \"sleep 60\", \"walltime\": \"1s\"}]");
    options.jobs_file = "jobs.json";
    options.until_idle = true;
    options.log_level = LOG_ERROR;
    assert_int_equal(manager_run(&options, &summary, &err), 0);
    assert_true(summary.is_idle);
    assert_int_equal(summary.n_jobs, 3);
    assert_int_equal(summary.n_completed, 1);
    assert_int_equal(summary.n_failed, 1);
    assert_int_equal(summary.n_timeout, 1);
    assert_int_equal(summary.n_rejected, 1);
    assert_int_equal(summary.highest_exit, 124);
    assert_true(summary.makespan >= USEC_PER_SEC);
    assert_true(summary.utilisation > 0.1 && summary.utilisation <= 1);
    assert_true(summary.mean_wait > 0);
}

static void test_jobs_of_the_command_line(void **state)
{
    struct manager_options options = fake();
    struct manager_summary summary;
    struct job_spec spec;
    struct err err;

    (void)state;
    assert_int_equal(
        job_spec_from_text("{\"command\": \"exit 9\"}", &spec, NULL), 0);
    options.first_jobs = &spec;
    options.n_first_jobs = 1;
    options.until_idle = true;
    assert_int_equal(manager_run(&options, &summary, &err), 0);
    assert_int_equal(summary.highest_exit, 9);
    /* a second run knows the first one's and does not count it */
    assert_int_equal(manager_run(&options, &summary, &err), 0);
    assert_int_equal(summary.n_jobs, 1);
    job_spec_release(&spec);
}

static void test_ready_and_stopped_by_a_signal(void **state)
{
    char text[600];
    int ready;
    pid_t pid = run_in_child(fake(), &ready);

    (void)state;
    read_all(ready, text, sizeof(text));
    assert_string_equal(text, "ok\n");
    assert_true(file_has(".erm/socket", "/erm/"));
    kill(pid, SIGTERM);
    assert_int_equal(exit_status(pid), 0);
    assert_null(file_get(".erm/socket"));
}

static void test_one_manager_per_state_directory(void **state)
{
    struct manager_options options = fake();
    char text[600];
    struct err err;
    int ready;
    pid_t pid = run_in_child(options, &ready);

    (void)state;
    read_all(ready, text, sizeof(text));
    assert_int_equal(manager_run(&options, NULL, &err), -1);
    assert_int_equal(err.code, ERR_BUSY);
    kill(pid, SIGINT);
    assert_int_equal(exit_status(pid), 0);
    options.until_idle = true;
    assert_int_equal(manager_run(&options, NULL, &err), 0);
}

static void test_a_start_that_fails_is_told(void **state)
{
    struct manager_options options = fake();
    char text[600];
    int ready;
    pid_t pid;

    (void)state;
    options.hostfile = "no-such-file";
    pid = run_in_child(options, &ready);
    read_all(ready, text, sizeof(text));
    assert_string_equal(text, "there is no file no-such-file");
    assert_int_equal(exit_status(pid), 7);
}

static void test_options_that_cannot_be(void **state)
{
    struct manager_options options = fake();
    struct err err;

    (void)state;
    options.launcher = "rocket";
    assert_int_equal(manager_run(&options, NULL, &err), -1);
    assert_int_equal(err.code, ERR_USAGE);
    options = fake();
    options.sched.mode = "rocket";
    assert_int_equal(manager_run(&options, NULL, &err), -1);
    assert_int_equal(err.code, ERR_USAGE);
    options = fake();
    options.jobs_file = "missing.json";
    options.until_idle = true;
    assert_int_equal(manager_run(&options, NULL, &err), -1);
    assert_non_null(strstr(err.text, "missing.json"));
    options.jobs_file = "no/folder/jobs.json";
    options.until_idle = false;
    assert_int_equal(manager_run(&options, NULL, &err), -1);
    options = fake();
    options.launcher = "local";
    options.shepherd_path = "/no/shepherd";
    assert_int_equal(manager_run(&options, NULL, &err), -1);
    options = fake();
    options.output_dir = "no/folder/out";
    assert_int_equal(manager_run(&options, NULL, &err), -1);
}

static bool is_in_list(void *context)
{
    return file_has(".erm/free_nodes", context);
}

static void test_hangup_reads_the_hostfile_again(void **state)
{
    struct manager_options options = fake();
    struct event_base *loop = event_base_new();
    char text[600], wanted[] = "n2";
    int ready;
    pid_t pid;

    (void)state;
    file_put("hostfile", "n1\n");
    options.hostfile = "hostfile";
    options.n_nodes = 0;
    pid = run_in_child(options, &ready);
    read_all(ready, text, sizeof(text));
    file_put("hostfile", "n1\nn2\n");
    kill(pid, SIGHUP);
    assert_true(loop_until(loop, is_in_list, wanted, 10000));
    kill(pid, SIGTERM);
    assert_int_equal(exit_status(pid), 0);
    event_base_free(loop);
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, enter, leave)
    const struct CMUnitTest tests[] = {
        STORY(test_until_idle_sums_up),
        STORY(test_jobs_of_the_command_line),
        STORY(test_ready_and_stopped_by_a_signal),
        STORY(test_one_manager_per_state_directory),
        STORY(test_a_start_that_fails_is_told),
        STORY(test_options_that_cannot_be),
        STORY(test_hangup_reads_the_hostfile_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
