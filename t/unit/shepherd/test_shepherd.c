/* SPDX-License-Identifier: BSD-2-Clause */
/* The program as a launcher sees it: started, signalled, killed. */
#include <fcntl.h>
#include <sched.h>
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

#include "sandbox.h"

#define WORDS(...)        \
    (const char *const[]) \
    {                     \
        __VA_ARGS__, NULL \
    }
#define LOOP "while :; do sleep 0.05; done"
#define STUBBORN "trap '' TERM; echo ready; " LOOP

static void assert_text(const struct sandbox *box, const char *name,
                        const char *expected)
{
    char *text = sandbox_read(box, name);
    assert_string_equal(text, expected);
    free(text);
}

static const char *read_reports(const struct sandbox *box, char *buf, size_t n)
{
    ssize_t got = read(box->report[0], buf, n - 1);
    buf[got > 0 ? got : 0] = '\0';
    return buf;
}

static void test_exit_codes(void **state)
{
    struct sandbox *box = *state;
    struct exit_record r = sandbox_run(box, SCRIPT(1, "exit 0"));
    assert_int_equal(r.reason, EXIT_BY_ITSELF);
    assert_int_equal(r.code, 0);
    assert_true(r.started_us > 0 && r.ended_us >= r.started_us);
    r = sandbox_run(box, SCRIPT(2, "exit 7"));
    assert_int_equal(r.code, 7);
    r = sandbox_run(box, SCRIPT(3, "kill -KILL $$"));
    assert_int_equal(r.reason, EXIT_BY_ITSELF);
    assert_int_equal(r.code, 0);
    assert_int_equal(r.signal, SIGKILL);
    r = sandbox_run(box, SCRIPT(4, "/no/such/program"));
    assert_int_equal(r.reason, EXIT_BY_ITSELF); /* the shell's 127 */
    assert_int_equal(r.code, 127);
}

static void test_command_that_cannot_run(void **state)
{
    struct sandbox *box = *state;
    char text[1024];
    struct exit_record r = sandbox_run(
        box, &(struct run){.job = 1, .argv = WORDS("/no/such/program")});
    assert_int_equal(r.reason, EXIT_EXEC_FAILED);
    assert_int_equal(r.code, 127);
    r = sandbox_run(box, &(struct run){.job = 2, .argv = WORDS("/etc")});
    assert_int_equal(r.reason, EXIT_EXEC_FAILED);
    assert_int_equal(r.code, 126);
    assert_string_equal(
        read_reports(box, text, sizeof(text)),
        "1 1 0 failed cannot run: No such file or directory: /no/such/program\n"
        "2 1 0 failed cannot run: Permission denied: /etc\n");
    assert_false(sandbox_has(box, "jobs/1.1/command"));
}

static void test_reports_the_start(void **state)
{
    struct sandbox *box = *state;
    char text[128], expected[128];
    sandbox_run(box, SCRIPT(1, "true"));
    snprintf(expected, sizeof(expected), "1 1 0 started %d\n",
             (int)sandbox_claim(box, 1).command_pid);
    assert_string_equal(read_reports(box, text, sizeof(text)), expected);
}

static void test_output_is_appended(void **state)
{
    struct sandbox *box = *state;
    sandbox_run(box, SCRIPT(1, "echo one; echo two >&2"));
    sandbox_run(box, SCRIPT(2, "echo three"));
    assert_text(box, "out", "one\ntwo\nthree\n");
}

static void test_two_output_files(void **state)
{
    struct sandbox *box = *state;
    char path[SANDBOX_PATH];
    sandbox_path(box, "err", path);
    sandbox_run(box, &(struct run){.job = 1,
                                   .script = "echo one; echo two >&2",
                                   .options = WORDS("--stderr", path)});
    assert_text(box, "out", "one\n");
    assert_text(box, "err", "two\n");
}

static void assert_refused(struct sandbox *box, const struct run *run,
                           const char *report)
{
    char text[1024];
    struct exit_record r = sandbox_run(box, run);
    assert_int_equal(r.reason, EXIT_EXEC_FAILED);
    assert_int_equal(r.code, 126);
    assert_non_null(strstr(read_reports(box, text, sizeof(text)), report));
    assert_false(sandbox_has(box, "ran"));
}

static void test_no_place_for_output(void **state)
{
    struct sandbox *box = *state;
    assert_refused(box,
                   &(struct run){.job = 1,
                                 .script = "echo x >ran",
                                 .options = WORDS("--stderr", "/no/such/f")},
                   "1 1 0 failed cannot open the output file: No such file or "
                   "directory: /no/such/f\n");
}

static void test_no_working_folder(void **state)
{
    struct sandbox *box = *state;
    assert_refused(box,
                   &(struct run){.job = 1,
                                 .script = "echo x >ran",
                                 .cwd = "/no/such/folder"},
                   "cannot enter the working folder");
}

static void test_job_sees_only_stdio(void **state)
{
    struct sandbox *box = *state;
    int leak = open("/dev/null", O_RDONLY); /* not CLOEXEC */
    sandbox_run(box, &(struct run){.job = 1,
                                   .argv = WORDS("/bin/ls", "/proc/self/fd")});
    close(leak);
    assert_text(box, "out", "0\n1\n2\n3\n"); /* 3: the folder that ls reads */
    sandbox_run(box, &(struct run){.job = 2,
                                   .script = "readlink /proc/$$/fd/0",
                                   .out = "stdin"});
    assert_text(box, "stdin", "/dev/null\n");
}

static void test_session_and_group(void **state)
{
    struct sandbox *box = *state;
    int pid, group, session;
    sandbox_run(box, SCRIPT(1, "cut -d' ' -f1,5,6 /proc/$$/stat"));
    char *text = sandbox_read(box, "out");
    assert_int_equal(sscanf(text, "%d %d %d", &pid, &group, &session), 3);
    free(text);
    assert_int_equal(pid, sandbox_claim(box, 1).command_pid);
    assert_int_equal(group, pid);
    assert_int_not_equal(session, getsid(0));
    assert_int_not_equal(session, pid); /* it is the shepherd's */
}

static unsigned long long mask_of(const char *text, const char *name)
{
    const char *line = strstr(text, name);
    assert_non_null(line);
    return strtoull(line + strlen(name), NULL, 16);
}

/* Also under nohup, and in the background of a script. */
static void test_job_has_its_signals_as_new(void **state)
{
    static const int ignored[] = {SIGHUP, SIGINT, SIGQUIT, SIGUSR1};
    enum { N = sizeof(ignored) / sizeof(*ignored) };
    struct sandbox *box = *state;
    struct sigaction before[N];
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    for (size_t i = 0; i < N; i++)
        sigaction(ignored[i], &ignore, &before[i]);
    sandbox_run(box, SCRIPT(1, "cat /proc/self/status"));
    for (size_t i = 0; i < N; i++)
        sigaction(ignored[i], &before[i], NULL);
    char *text = sandbox_read(box, "out");
    assert_int_equal(mask_of(text, "SigBlk:"), 0);
    /* 32 and 33 are libc's own; posix_spawn() itself ignores them. */
    assert_int_equal(mask_of(text, "SigIgn:") & ~(3ULL << 31), 0);
    free(text);
}

static void test_pinned(void **state)
{
    struct sandbox *box = *state;
    cpu_set_t set;
    char list[16], expected[64];
    unsigned cpu = 0;
    assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
    while (!CPU_ISSET(cpu, &set))
        cpu++;
    snprintf(list, sizeof(list), "%u", cpu);
    snprintf(expected, sizeof(expected), "Cpus_allowed_list:\t%u\n", cpu);
    sandbox_run(box, &(struct run){.job = 1,
                                   .script = "grep Cpus_allowed_list "
                                             "/proc/self/status",
                                   .options = WORDS("--cpus", list)});
    assert_text(box, "out", expected);
}

static void test_limit_of_open_files(void **state)
{
    struct sandbox *box = *state;
    sandbox_run(box, &(struct run){.job = 1,
                                   .script = "ulimit -S -n",
                                   .options = WORDS("--nofile", "77")});
    assert_text(box, "out", "77\n");
}

static void test_race_for_one_attempt(void **state)
{
    struct sandbox *box = *state;
    for (int job = 1; job <= 20; job++) {
        char name[16];
        snprintf(name, sizeof(name), "out%d", job);
        struct run run = {.job = job, .script = "echo ran", .out = name};
        pid_t a = sandbox_start(box, &run), b = sandbox_start(box, &run);
        assert_int_equal(sandbox_wait(a) + sandbox_wait(b), 75);
        assert_text(box, name, "ran\n");
        assert_int_equal(sandbox_claim(box, job).state, CLAIM_ENDED);
    }
}

static void test_attempt_that_ended_is_not_run_again(void **state)
{
    struct sandbox *box = *state;
    struct run run = {.job = 1, .script = "echo ran"};
    sandbox_run(box, &run);
    assert_int_equal(sandbox_wait(sandbox_start(box, &run)), 75);
    assert_text(box, "out", "ran\n");
}

static void test_walltime_ends_everything(void **state)
{
    struct sandbox *box = *state;
    const char *script =
        "trap '' TERM\n"
        "setsid sh -c \"trap '' TERM HUP; while :; do sleep 0.05; done\" &\n"
        "(setsid sh -c \"trap '' TERM; (while :; do sleep 0.05; done) &\" &)\n"
        "echo ready\n" LOOP;
    pid_t pid = sandbox_start(
        box, &(struct run){.job = 1,
                           .script = script,
                           .options = WORDS("--walltime-us", "1500000",
                                            "--grace-us", "100000")});
    assert_int_equal(sandbox_wait(pid), 0);
    assert_int_equal(sandbox_count(box), 0);
    assert_text(box, "out", "ready\n");
    struct exit_record r = sandbox_claim(box, 1).exit;
    assert_int_equal(r.reason, EXIT_WALLTIME);
    assert_int_equal(r.signal, SIGKILL);
    assert_true(r.ended_us - r.started_us >= 1600000);
}

static void test_left_over_daemons_are_ended(void **state)
{
    struct sandbox *box = *state;
    struct exit_record r = sandbox_run(
        box, &(struct run){.job = 1,
                           .script = "setsid sh -c \"" STUBBORN "\" &\n"
                                     "for i in 1 2 3 4 5; do\n"
                                     "  (setsid sh -c '(sleep 100 &)' &)\n"
                                     "done; exit 4",
                           .options = WORDS("--grace-us", "100000")});
    assert_int_equal(sandbox_count(box), 0);
    assert_int_equal(r.reason, EXIT_BY_ITSELF);
    assert_int_equal(r.code, 4);
}

static pid_t start_waiting(struct sandbox *box, const char *script,
                           const char *const *options)
{
    struct run run = {.job = 1, .script = script, .options = options};
    pid_t pid = sandbox_start(box, &run);
    sandbox_await(box, "out");
    return pid;
}

static void test_terminate_with_grace(void **state)
{
    struct sandbox *box = *state;
    pid_t pid = start_waiting(box, STUBBORN, NULL);
    sandbox_signal(pid, SHEPHERD_SIG_TERMINATE, 50);
    assert_int_equal(sandbox_wait(pid), 0);
    struct exit_record r = sandbox_claim(box, 1).exit;
    assert_int_equal(r.reason, EXIT_TERMINATED);
    assert_int_equal(r.signal, SIGKILL);
}

static void test_second_terminate_makes_it_sooner(void **state)
{
    struct sandbox *box = *state;
    pid_t pid = start_waiting(box, STUBBORN, NULL);
    sandbox_signal(pid, SHEPHERD_SIG_TERMINATE, 1000000);
    sandbox_signal(pid, SHEPHERD_SIG_TERMINATE, 0);
    assert_int_equal(sandbox_wait(pid), 0);
    assert_int_equal(sandbox_claim(box, 1).exit.reason, EXIT_TERMINATED);
}

static void test_plain_sigterm(void **state)
{
    struct sandbox *box = *state;
    pid_t pid = start_waiting(box, "echo ready; sleep 100", NULL);
    sandbox_signal(pid, SIGTERM, 0);
    assert_int_equal(sandbox_wait(pid), 0);
    struct exit_record r = sandbox_claim(box, 1).exit;
    assert_int_equal(r.reason, EXIT_TERMINATED);
    assert_int_equal(r.signal, SIGTERM);
}

static void test_other_signals_do_nothing(void **state)
{
    struct sandbox *box = *state;
    char path[SANDBOX_PATH];
    assert_int_equal(mkfifo(sandbox_path(box, "fifo", path), 0600), 0);
    pid_t pid = start_waiting(box, "echo ready; read x <fifo; exit 5", NULL);
    static const int harmless[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGUSR1,
                                   SIGUSR2, SIGPIPE, SIGALRM, SIGTSTP};
    for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
        assert_int_equal(kill(pid, harmless[i]), 0);
    int fd = open(path, O_WRONLY);
    assert_int_equal(write(fd, "x\n", 2), 2);
    close(fd);
    assert_int_equal(sandbox_wait(pid), 0);
    assert_int_equal(sandbox_claim(box, 1).exit.code, 5);
}

/* The signal may catch a `sleep` between fork and exec; then the shell has
 * something to say, too. */
static void assert_said(const struct sandbox *box, const char *expected)
{
    char *text = sandbox_read(box, "out");
    assert_non_null(strstr(text, expected));
    free(text);
}

static void test_forwarded_signal(void **state)
{
    struct sandbox *box = *state;
    pid_t pid = start_waiting(
        box,
        "(trap 'echo usr2; exit 0' USR2; echo ready; while :; do sleep 0.01; "
        "done); exit 9",
        NULL);
    sandbox_signal(pid, SHEPHERD_SIG_FORWARD, 999); /* no such signal */
    sandbox_signal(pid, SHEPHERD_SIG_FORWARD, SIGUSR2);
    assert_int_equal(sandbox_wait(pid), 0);
    /* The outer shell has no handler and lives on. */
    assert_int_equal(sandbox_claim(box, 1).exit.code, 9);
    assert_said(box, "usr2\n");
}

static void test_warning_before_the_walltime(void **state)
{
    struct sandbox *box = *state;
    sandbox_run(box, &(struct run){.job = 1,
                                   .script = "trap 'echo warned; exit 0' USR1;"
                                             "while :; do sleep 0.01; done",
                                   .options = WORDS("--walltime-us", "60000000",
                                                    "--warn-us", "59000000",
                                                    "--warn-signal", "10")});
    assert_said(box, "warned\n");
}

static void test_walltime_extended_and_cut(void **state)
{
    struct sandbox *box = *state;
    pid_t pid = start_waiting(box, "echo ready; sleep 100",
                              WORDS("--walltime-us", "2000000"));
    sandbox_signal(pid, SHEPHERD_SIG_WALLTIME, 1000);
    for (int i = 0; i < 1250; i++) /* 2.5 s, past the first walltime */
        sandbox_pause();
    assert_int_equal(sandbox_claim(box, 1).state, CLAIM_RUNNING);
    sandbox_signal(pid, SHEPHERD_SIG_WALLTIME, 1);
    assert_int_equal(sandbox_wait(pid), 0);
    struct exit_record r = sandbox_claim(box, 1).exit;
    assert_int_equal(r.reason, EXIT_WALLTIME);
    assert_true(r.ended_us - r.started_us >= 2000000);
}

static void test_killed_shepherd_is_lost(void **state)
{
    struct sandbox *box = *state;
    pid_t pid = start_waiting(box, "echo ready; sleep 100", NULL);
    sandbox_await_command(box, 1);
    assert_int_equal(sandbox_claim(box, 1).state, CLAIM_RUNNING);
    assert_int_equal(sandbox_claim(box, 1).shepherd_pid, pid);
    kill(pid, SIGKILL);
    assert_int_equal(sandbox_wait(pid), 128 + SIGKILL);
    struct claim claim = sandbox_claim(box, 1);
    assert_int_equal(claim.state, CLAIM_LOST);
    assert_true(claim.command_pid > 0);
    /* And nobody runs it again under that number. */
    assert_int_equal(sandbox_wait(sandbox_start(box, SCRIPT(1, "true"))), 75);
}

static void test_nobody_listens(void **state)
{
    struct sandbox *box = *state;
    close(box->report[0]);
    assert_int_equal(sandbox_run(box, SCRIPT(1, "exit 3")).code, 3);
    assert_int_equal(pipe(box->report), 0);
}

static void test_no_jobs_folder(void **state)
{
    struct sandbox *box = *state;
    char text[512];
    struct run run = {.job = 1,
                      .script = "echo x >ran",
                      .options = WORDS("--jobs", "/no/such/jobs")};
    assert_int_equal(sandbox_wait(sandbox_start(box, &run)), 1);
    assert_string_equal(read_reports(box, text, sizeof(text)),
                        "1 1 0 failed cannot claim the job in: No such file or "
                        "directory: /no/such/jobs\n");
    assert_false(sandbox_has(box, "ran"));
}

static void test_usage(void **state)
{
    struct sandbox *box = *state;
    struct run run = {.job = 1, .script = "true", .options = WORDS("--frob")};
    int saved = dup(2), null = open("/dev/null", O_WRONLY);
    dup2(null, 2); /* the usage text is not this test's output */
    assert_int_equal(sandbox_wait(sandbox_start(box, &run)), 2);
    dup2(saved, 2);
    close(saved);
    close(null);
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

int main(void)
{
#define BOXED(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        BOXED(test_exit_codes),
        BOXED(test_command_that_cannot_run),
        BOXED(test_reports_the_start),
        BOXED(test_output_is_appended),
        BOXED(test_two_output_files),
        BOXED(test_no_place_for_output),
        BOXED(test_no_working_folder),
        BOXED(test_job_sees_only_stdio),
        BOXED(test_session_and_group),
        BOXED(test_job_has_its_signals_as_new),
        BOXED(test_pinned),
        BOXED(test_limit_of_open_files),
        BOXED(test_race_for_one_attempt),
        BOXED(test_attempt_that_ended_is_not_run_again),
        BOXED(test_walltime_ends_everything),
        BOXED(test_left_over_daemons_are_ended),
        BOXED(test_terminate_with_grace),
        BOXED(test_second_terminate_makes_it_sooner),
        BOXED(test_plain_sigterm),
        BOXED(test_other_signals_do_nothing),
        BOXED(test_forwarded_signal),
        BOXED(test_warning_before_the_walltime),
        BOXED(test_walltime_extended_and_cut),
        BOXED(test_killed_shepherd_is_lost),
        BOXED(test_nobody_listens),
        BOXED(test_no_jobs_folder),
        BOXED(test_usage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
