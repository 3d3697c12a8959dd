/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line that a shepherd gets, seen by a program in its place. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../shepherd/sandbox.h"
#include "launch/starter.h"

struct stage {
    struct sandbox box;
    char program[SANDBOX_PATH];
    struct starter starter;
    struct launch_request request;
};

/* SCRIPT writes what it sees to descriptor 3. */
static void write_program(struct stage *stage, const char *script)
{
    sandbox_path(&stage->box, "program", stage->program);
    FILE *file = fopen(stage->program, "w");
    fprintf(file, "#!/bin/sh\n%s\n", script);
    fclose(file);
    assert_int_equal(chmod(stage->program, 0700), 0);
    stage->starter.shepherd_path = stage->program;
}

static int setup(void **state)
{
    static const char *const env[] = {"A=1", "PATH=/usr/bin:/bin", NULL};
    struct stage *stage = calloc(1, sizeof(*stage));
    sandbox_init(&stage->box);
    stage->starter = (struct starter){
        .jobs_dir = "/jobs", .report_fd = stage->box.report[1], .nofile = -1};
    stage->request = (struct launch_request){.key = {7, 2, 0},
                                             .command = "echo \"a b\" | cat",
                                             .env = env,
                                             .cwd = "/c",
                                             .stdout_path = "/o",
                                             .stderr_path = "/e",
                                             .walltime = TIME_NEVER,
                                             .grace = 5};
    *state = stage;
    return 0;
}

static int teardown(void **state)
{
    struct stage *stage = *state;
    sandbox_release(&stage->box);
    free(stage);
    return 0;
}

static void assert_seen(struct stage *stage, const char *script,
                        const char *expected)
{
    struct err err = {.code = ERR_NONE};
    char text[4096];
    write_program(stage, script);
    pid_t pid = starter_spawn(&stage->starter, &stage->request, "0-3", &err);
    assert_true(pid > 0);
    assert_int_equal(sandbox_wait(pid), 0);
    ssize_t n = read(stage->box.report[0], text, sizeof(text) - 1);
    text[n > 0 ? n : 0] = '\0';
    assert_string_equal(text, expected);
}

#define SHOW_ARGS "for a; do printf '%s;' \"$a\"; done >&3"

static void test_least_command_line(void **state)
{
    assert_seen(*state, SHOW_ARGS,
                "--jobs;/jobs;--job;7;--attempt;2;--stdout;/o;--stderr;/e;"
                "--cwd;/c;--cpus;0-3;--grace-us;5;--report;3;--;/bin/sh;-c;"
                "echo \"a b\" | cat;");
}

static void test_all_options(void **state)
{
    struct stage *stage = *state;
    stage->request.walltime = 60 * USEC_PER_SEC;
    stage->request.warn_before = USEC_PER_SEC;
    stage->request.warn_signal = SIGUSR1;
    stage->request.grace = -1;
    stage->starter.nofile = 1024;
    assert_seen(stage, SHOW_ARGS,
                "--jobs;/jobs;--job;7;--attempt;2;--stdout;/o;--stderr;/e;"
                "--cwd;/c;--cpus;0-3;--grace-us;0;--walltime-us;60000000;"
                "--warn-us;1000000;--warn-signal;10;--nofile;1024;--report;3;"
                "--;/bin/sh;-c;echo \"a b\" | cat;");
}

static void test_another_part(void **state)
{
    struct stage *stage = *state;
    stage->request.key.part = 5;
    assert_seen(stage, SHOW_ARGS "; echo $ERM_CLAIM >&3",
                "--jobs;/jobs;--job;7;--attempt;2;--part;5;--stdout;/o;"
                "--stderr;/e;--cwd;/c;--cpus;0-3;--grace-us;5;--report;3;--;"
                "/bin/sh;-c;echo \"a b\" | cat;/jobs/7.2.5\n");
}

/* A wrapper gets the command as its last word, for the shell. */
static void test_a_wrapper(void **state)
{
    static const char *const wrapper[] = {"/w/erm-dvm", "--key", "a b", "--",
                                          NULL};
    struct stage *stage = *state;
    stage->request.wrapper = wrapper;
    assert_seen(stage, SHOW_ARGS,
                "--jobs;/jobs;--job;7;--attempt;2;--stdout;/o;--stderr;/e;"
                "--cwd;/c;--cpus;0-3;--grace-us;5;--report;3;--wrapped;1;--;"
                "/w/erm-dvm;--key;a b;--;echo \"a b\" | cat;");
    stage->request.command = NULL; /* only a DVM */
    assert_seen(stage, SHOW_ARGS,
                "--jobs;/jobs;--job;7;--attempt;2;--stdout;/o;--stderr;/e;"
                "--cwd;/c;--cpus;0-3;--grace-us;5;--report;3;--wrapped;1;--;"
                "/w/erm-dvm;--key;a b;--;");
}

static void test_environment_is_complete(void **state)
{
    assert_seen(*state, "env | grep -Ev '^(PWD|_)=' | sort | tr '\\n' ';' >&3",
                "A=1;ERM_CLAIM=/jobs/7.2;PATH=/usr/bin:/bin;");
}

static void test_signals_and_session(void **state)
{
    signal(SIGPIPE, SIG_IGN);
    assert_seen(*state,
                "set -- $(cat /proc/$$/stat); [ $1 = $6 ] && echo leader >&3\n"
                "sed -n '/SigBlk/s/.*\\t7*f*\\(.*\\)/\\1/p' /proc/$$/status "
                "| grep -c e >&3\n"
                "grep -c 'SigIgn.*1...$' /proc/$$/status >&3; true",
                "leader\n1\n0\n");
    signal(SIGPIPE, SIG_DFL);
}

static void test_no_such_program(void **state)
{
    struct stage *stage = *state;
    struct err err;
    stage->starter.shepherd_path = "/no/such/program";
    assert_int_equal(starter_spawn(&stage->starter, &stage->request, "0", &err),
                     -1);
    assert_int_equal(err.code, ERR_SYSTEM);
    assert_non_null(strstr(err.text, "/no/such/program"));
}

static void test_command_that_is_too_long(void **state)
{
    struct stage *stage = *state;
    struct err err;
    size_t n = 200000; /* a word of an exec holds 128 KiB */
    char *command = malloc(n + 1);
    memset(command, ':', n);
    command[n] = '\0';
    stage->request.command = command;
    write_program(stage, "true");
    assert_int_equal(starter_spawn(&stage->starter, &stage->request, "0", &err),
                     -1);
    assert_int_equal(err.code, ERR_SYSTEM);
    free(command);
}

int main(void)
{
#define STAGED(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        STAGED(test_least_command_line),
        STAGED(test_all_options),
        STAGED(test_another_part),
        STAGED(test_a_wrapper),
        STAGED(test_environment_is_complete),
        STAGED(test_signals_and_session),
        STAGED(test_no_such_program),
        STAGED(test_command_that_is_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
