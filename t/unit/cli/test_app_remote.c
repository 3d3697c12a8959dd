/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said to another host, run by a shell of this one. */
#include "support.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/app_remote.h"

struct far {
    pid_t pid;
    int input, output;
};

static void begin(struct far *far, const char *line, const char *folder)
{
    static const char *const env[] = {"ERM_X=it's $HOME", "PLAIN=no",
                                      "ERM_NODE=old", NULL};
    struct app_remote remote = {"n2", folder, line, "test.1", env, 1};
    struct strbuf command;
    int in[2], out[2];
    strbuf_init(&command);
    app_remote_command(&remote, &command);
    assert_int_equal(pipe(in) | pipe(out), 0);
    fcntl(in[1], F_SETFD, FD_CLOEXEC);
    far->pid = fork();
    if (far->pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        close(in[0]);
        close(out[0]);
        close(out[1]);
        execl("/bin/sh", "sh", "-c", command.text, (char *)NULL);
        _exit(99);
    }
    close(in[0]);
    close(out[1]);
    far->input = in[1];
    far->output = out[0];
    strbuf_release(&command);
}

/* Waits until the command has said WORDS. */
static void expect_words(struct far *far, const char *words)
{
    char said[200] = "";
    size_t n = 0;
    ssize_t got;
    while (n < strlen(words) &&
           (got = read(far->output, said + n, sizeof(said) - 1 - n)) > 0)
        n += (size_t)got;
    assert_string_equal(said, words);
}

static int end(struct far *far)
{
    int status;
    assert_int_equal(waitpid(far->pid, &status, 0), far->pid);
    close(far->output);
    return status;
}

static void test_it_runs_there_with_the_jobs_variables(void **state)
{
    (void)state;
    struct far far;
    begin(&far, "echo \"$ERM_NODE $PLAIN $ERM_X $PWD\"; exit 7", "/usr/bin");
    expect_words(&far, "n2  it's $HOME /usr/bin\n");
    assert_int_equal(WEXITSTATUS(end(&far)), 7);
    close(far.input);
}

static void test_a_folder_that_is_not_there_is_126(void **state)
{
    (void)state;
    struct far far;
    begin(&far, "echo ran", "/does/not/exist");
    expect_words(&far, "");
    assert_int_equal(WEXITSTATUS(end(&far)), 126);
    close(far.input);
}

static void test_signals_get_there_by_name(void **state)
{
    (void)state;
    struct far far;
    begin(&far,
          "trap 'echo warned' USR1; trap 'exit 9' TERM; echo on;"
          "while :; do sleep 0.01; done",
          "/");
    expect_words(&far, "on\n");
    assert_int_equal(write(far.input, "USR1\n", 5), 5);
    expect_words(&far, "warned\n");
    assert_int_equal(write(far.input, "TERM\n", 5), 5);
    assert_int_equal(WEXITSTATUS(end(&far)), 9);
    close(far.input);
}

static void test_when_the_line_is_cut_it_ends_there(void **state)
{
    (void)state;
    struct far far;
    begin(&far, "trap '' TERM; echo on; sleep 100 & wait; wait", "/");
    expect_words(&far, "on\n");
    close(far.input);
    assert_int_equal(WTERMSIG(end(&far)), SIGKILL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_runs_there_with_the_jobs_variables),
        cmocka_unit_test(test_a_folder_that_is_not_there_is_126),
        cmocka_unit_test(test_signals_get_there_by_name),
        cmocka_unit_test(test_when_the_line_is_cut_it_ends_there),
    };
    return cmocka_run_group_tests_name("cli/app_remote", tests, NULL, NULL);
}
