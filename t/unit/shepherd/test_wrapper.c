/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A shepherd with --wrapped: what it tells the wrapper and makes of its end.
 * The wrapper is a shell, or this program again, which says what it hears.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sandbox.h"

#define COMMAND "echo '1 77 1' >jobs/1.1/command; "
#define WORDS(...)        \
    (const char *const[]) \
    {                     \
        __VA_ARGS__, NULL \
    }

/* ---- as the wrapper ---- */

/* Has a child that does not expect any signal, and ends at a TERM. */
static int listen_to_signals(void)
{
    sigset_t all;
    siginfo_t info;

    sigfillset(&all);
    if (fork() == 0) {
        signal(SIGCHLD, SIG_DFL);
        execlp("sleep", "sleep", "100", (char *)NULL);
        _exit(127);
    }
    sigprocmask(SIG_SETMASK, &all, NULL);
    puts("ready");
    do {
        fflush(stdout);
        if (sigwaitinfo(&all, &info) < 0)
            return 1;
        if (info.si_signo == SIGRTMIN)
            printf("forward %d\n", info.si_int);
        else
            printf("%s %d\n", sigabbrev_np(info.si_signo), info.si_int);
    } while (info.si_signo != SIGTERM);
    fflush(stdout);
    return 5;
}

/* ---- the tests ---- */

static struct exit_record run(struct sandbox *box, const char *script)
{
    return sandbox_run(box, &(struct run){.job = 1,
                                          .script = script,
                                          .options = WORDS("--wrapped", "1")});
}

static void assert_text(const struct sandbox *box, const char *name,
                        const char *expected)
{
    char *text = sandbox_read(box, name);
    assert_string_equal(text, expected);
    free(text);
}

static void test_the_command_ended(void **state)
{
    struct exit_record r = run(*state, COMMAND "exit 7");
    assert_int_equal(r.reason, EXIT_BY_ITSELF);
    assert_int_equal(r.code, 7);
    assert_int_equal(r.signal, 0);
}

/* It is the wrapper who says so, by the shepherd's own way. */
static void test_the_start_is_the_wrapper_s_to_tell(void **state)
{
    struct sandbox *box = *state;
    char text[100];
    run(box, "[ -e jobs/1.1/command ] && echo early; " COMMAND
             "echo hello >&3; echo end");
    assert_text(box, "out", "end\n");
    assert_text(box, "jobs/1.1/command", "1 77 1\n");
    ssize_t n = read(box->report[0], text, sizeof(text) - 1);
    text[n > 0 ? n : 0] = '\0';
    assert_string_equal(text, "hello\n");
}

static void test_the_command_never_ran(void **state)
{
    struct exit_record r = run(*state, "exit 126");
    assert_int_equal(r.reason, EXIT_EXEC_FAILED);
    assert_int_equal(r.code, 126);
    assert_int_equal(r.signal, 0);
}

static void test_the_wrapper_says_try_again(void **state)
{
    struct exit_record r = run(*state, "exit 75");
    assert_int_equal(r.reason, EXIT_EXEC_FAILED);
    assert_int_equal(r.code, CLAIM_TRY_AGAIN);
}

static void test_the_wrapper_was_killed_before(void **state)
{
    struct exit_record r = run(*state, "kill -KILL $$");
    assert_int_equal(r.reason, EXIT_EXEC_FAILED);
    assert_int_equal(r.code, CLAIM_TRY_AGAIN);
    assert_int_equal(r.signal, 0);
}

static void test_a_wrapper_that_is_not_there(void **state)
{
    struct sandbox *box = *state;
    struct exit_record r =
        sandbox_run(box, &(struct run){.job = 1,
                                       .argv = WORDS("/no/such/program"),
                                       .options = WORDS("--wrapped", "1")});
    assert_int_equal(r.reason, EXIT_EXEC_FAILED);
    assert_int_equal(r.code, 127);
}

static void test_a_node_was_lost(void **state)
{
    struct exit_record r =
        run(*state, COMMAND "echo prte ended >jobs/1.1/lost; exit 195");
    assert_int_equal(r.reason, EXIT_NODE_LOST);
    assert_int_equal(r.code, 195);
}

static void test_lost_before_the_command_ran(void **state)
{
    struct exit_record r = run(*state, "echo >jobs/1.1/lost; exit 75");
    assert_int_equal(r.reason, EXIT_EXEC_FAILED);
    assert_int_equal(r.code, 75);
}

/* Without --wrapped these files mean nothing. */
static void test_a_command_s_own_files(void **state)
{
    struct sandbox *box = *state;
    struct exit_record r =
        sandbox_run(box, SCRIPT(1, "echo >jobs/1.1/lost; exit 195"));
    assert_int_equal(r.reason, EXIT_BY_ITSELF);
}

/* Starts SCRIPT, or this program when it is NULL, and waits for "out". */
static pid_t start(struct sandbox *box, const char *script,
                   const char *const *options)
{
    char self[SANDBOX_PATH];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    self[n > 0 ? n : 0] = '\0';
    struct run run = {.job = 1,
                      .script = script,
                      .argv = script ? NULL : WORDS(self, "listen"),
                      .options = options};
    pid_t pid = sandbox_start(box, &run);
    sandbox_await(box, "out");
    return pid;
}

static void await_text(const struct sandbox *box, const char *text)
{
    bool is_there = false;
    for (int i = 0; !is_there; i++) {
        char *content = sandbox_read(box, "out");
        is_there = strstr(content, text) != NULL;
        free(content);
        assert_true(i < SANDBOX_WAIT_MS / 2);
        sandbox_pause();
    }
}

static void test_told_to_end_before_the_command_ran(void **state)
{
    struct sandbox *box = *state;
    pid_t pid = start(box, "echo ready; sleep 100", WORDS("--wrapped", "1"));
    sandbox_signal(pid, SHEPHERD_SIG_TERMINATE, 50);
    assert_int_equal(sandbox_wait(pid), 0);
    struct exit_record r = sandbox_claim(box, 1).exit;
    assert_int_equal(r.reason, EXIT_EXEC_FAILED);
    assert_int_equal(r.code, CLAIM_TRY_AGAIN);
    assert_int_equal(r.signal, 0);
}

static void test_the_walltime_is_over_before_the_command_ran(void **state)
{
    struct sandbox *box = *state;
    struct exit_record r = sandbox_run(
        box, &(struct run){
                 .job = 1,
                 .script = "sleep 100",
                 .options = WORDS("--wrapped", "1", "--walltime-us", "50000")});
    assert_int_equal(r.reason, EXIT_WALLTIME);
}

static void test_lost_when_told_to_end(void **state)
{
    struct sandbox *box = *state;
    pid_t pid = start(box,
                      COMMAND "trap 'echo >jobs/1.1/lost; exit 195' TERM; "
                              "echo ready; while :; do sleep 0.01; done",
                      WORDS("--wrapped", "1"));
    sandbox_signal(pid, SHEPHERD_SIG_TERMINATE, 10000);
    assert_int_equal(sandbox_wait(pid), 0);
    assert_int_equal(sandbox_claim(box, 1).exit.reason, EXIT_TERMINATED);
}

/* Only the wrapper hears of it, with the time that the job has. */
static void test_the_end_is_the_wrapper_s_to_bring(void **state)
{
    struct sandbox *box = *state;
    pid_t pid = start(box, NULL, WORDS("--wrapped", "1", "--grace-us", "1"));
    sandbox_await_count(box, 3); /* one in exec has no marks for a moment */
    sandbox_signal(pid, SHEPHERD_SIG_TERMINATE, 1234);
    assert_int_equal(sandbox_wait(pid), 0);
    assert_text(box, "out", "ready\nTERM 1234\n");
    assert_int_equal(sandbox_count(box), 0);
}

static void test_the_walltime_has_the_job_s_grace(void **state)
{
    struct sandbox *box = *state;
    pid_t pid = start(box, NULL,
                      WORDS("--wrapped", "1", "--grace-us", "7000000",
                            "--walltime-us", "1000000"));
    assert_int_equal(sandbox_wait(pid), 0);
    assert_text(box, "out", "ready\nTERM 7000\n");
}

/* A TERM for the job must not be taken for its end. */
static void test_signals_for_the_job(void **state)
{
    struct sandbox *box = *state;
    pid_t pid = start(box, NULL, WORDS("--wrapped", "1"));
    sandbox_signal(pid, SHEPHERD_SIG_FORWARD, SIGUSR2);
    sandbox_signal(pid, SHEPHERD_SIG_FORWARD, SIGTERM);
    sandbox_signal(pid, SHEPHERD_SIG_FORWARD, SIGKILL);
    await_text(box, "forward 9\n"); /* TERM would overtake them */
    sandbox_signal(pid, SHEPHERD_SIG_TERMINATE, 0);
    assert_int_equal(sandbox_wait(pid), 0);
    assert_text(box, "out",
                "ready\nforward 12\nforward 15\nforward 9\nTERM 0\n");
}

static void test_the_warning(void **state)
{
    struct sandbox *box = *state;
    pid_t pid =
        start(box, NULL,
              WORDS("--wrapped", "1", "--walltime-us", "2000000", "--warn-us",
                    "1000000", "--warn-signal", "15", "--grace-us", "2000"));
    assert_int_equal(sandbox_wait(pid), 0);
    assert_text(box, "out", "ready\nforward 15\nTERM 2\n");
}

static void test_what_a_wrapper_leaves_is_ended(void **state)
{
    struct sandbox *box = *state;
    struct exit_record r =
        run(box, COMMAND "setsid sleep 100 & (sleep 100 &); exit 4");
    assert_int_equal(r.reason, EXIT_BY_ITSELF);
    assert_int_equal(r.code, 4);
    assert_int_equal(sandbox_count(box), 0);
}

/* Told to end, it passed on what it could: what is left hears it now. */
static void test_what_is_left_at_the_end_gets_term(void **state)
{
    struct sandbox *box = *state;
    pid_t pid = start(
        box,
        COMMAND "(trap 'echo saved; exit' TERM; echo ready; "
                "while :; do sleep 0.01; done) & trap 'exit 5' TERM; wait",
        WORDS("--wrapped", "1"));
    await_text(box, "ready\n");
    sandbox_signal(pid, SHEPHERD_SIG_TERMINATE, 60000);
    assert_int_equal(sandbox_wait(pid), 0);
    await_text(box, "saved\n");
    struct exit_record r = sandbox_claim(box, 1).exit;
    assert_int_equal(r.code, 5);
    assert_true(r.ended_us - r.started_us < 20000000);
}

static int setup(void **state)
{
    struct sandbox *box = calloc(1, sizeof(*box));
    sandbox_init(box);
    *state = box;
    return 0;
}

static int teardown(void **state)
{
    sandbox_release(*state);
    free(*state);
    return 0;
}

int main(int argc, char **argv)
{
#define BOXED(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        BOXED(test_the_command_ended),
        BOXED(test_the_start_is_the_wrapper_s_to_tell),
        BOXED(test_the_command_never_ran),
        BOXED(test_the_wrapper_says_try_again),
        BOXED(test_the_wrapper_was_killed_before),
        BOXED(test_a_wrapper_that_is_not_there),
        BOXED(test_a_node_was_lost),
        BOXED(test_lost_before_the_command_ran),
        BOXED(test_a_command_s_own_files),
        BOXED(test_told_to_end_before_the_command_ran),
        BOXED(test_the_walltime_is_over_before_the_command_ran),
        BOXED(test_lost_when_told_to_end),
        BOXED(test_the_end_is_the_wrapper_s_to_bring),
        BOXED(test_the_walltime_has_the_job_s_grace),
        BOXED(test_signals_for_the_job),
        BOXED(test_the_warning),
        BOXED(test_what_a_wrapper_leaves_is_ended),
        BOXED(test_what_is_left_at_the_end_gets_term),
    };
    if (argc > 1 && strcmp(argv[1], "listen") == 0)
        return listen_to_signals();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
