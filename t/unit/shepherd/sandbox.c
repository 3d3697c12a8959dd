/* SPDX-License-Identifier: BSD-2-Clause */
#include "sandbox.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define MAX_ARGS 48
#define POLL_MS 2

extern char **environ;

void sandbox_pause(void)
{
    nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
}

void sandbox_init(struct sandbox *box)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(box->dir, sizeof(box->dir), "%s/erm-test.XXXXXX",
             tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(box->dir));
    sandbox_path(box, "jobs", box->jobs);
    assert_int_equal(mkdir(box->jobs, 0700), 0);
    box->jobs_fd = open(box->jobs, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(box->jobs_fd >= 0);
    assert_int_equal(pipe2(box->report, O_CLOEXEC | O_NONBLOCK), 0);
}

/* Calls for each process with the mark; KILLs it when asked to. */
static int visit_marked(const struct sandbox *box, bool kills)
{
    char mark[SANDBOX_PATH], path[64];
    static char text[1 << 17];
    int n = 0;
    sandbox_mark(box, mark);
    DIR *dir = opendir("/proc");
    struct dirent *entry;
    while ((entry = readdir(dir))) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        snprintf(path, sizeof(path), "/proc/%.20s/environ", entry->d_name);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof(text));
        if (fd >= 0)
            close(fd);
        if (got <= 0 || !memmem(text, (size_t)got, mark, strlen(mark) + 1))
            continue;
        n++;
        if (kills)
            kill(atoi(entry->d_name), SIGKILL);
    }
    closedir(dir);
    return n;
}

static int remove_entry(const char *path, const struct stat *st, int flag,
                        struct FTW *ftw)
{
    (void)st, (void)flag, (void)ftw;
    return remove(path);
}

void sandbox_release(struct sandbox *box)
{
    while (visit_marked(box, true) > 0) {
        sandbox_pause();
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
    }
    close(box->jobs_fd);
    close(box->report[0]);
    close(box->report[1]);
    nftw(box->dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

char *sandbox_path(const struct sandbox *box, const char *name,
                   char buf[SANDBOX_PATH])
{
    snprintf(buf, SANDBOX_PATH, "%s/%.100s", box->dir, name);
    return buf;
}

char *sandbox_mark(const struct sandbox *box, char buf[SANDBOX_PATH])
{
    snprintf(buf, SANDBOX_PATH, "ERM_SANDBOX=%s", box->dir);
    return buf;
}

char *sandbox_read(const struct sandbox *box, const char *name)
{
    char path[SANDBOX_PATH];
    char *text = calloc(1, 65536);
    int fd = open(sandbox_path(box, name, path), O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        ssize_t n = read(fd, text, 65535);
        assert_true(n >= 0);
        close(fd);
    }
    return text;
}

bool sandbox_has(const struct sandbox *box, const char *name)
{
    char path[SANDBOX_PATH];
    struct stat st;
    return stat(sandbox_path(box, name, path), &st) == 0 && st.st_size > 0;
}

int sandbox_count(const struct sandbox *box)
{
    return visit_marked(box, false);
}

struct args {
    char *items[MAX_ARGS];
    size_t n;
};

static void add_arg(struct args *args, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    assert_true(args->n < MAX_ARGS - 1);
    assert_true(vasprintf(&args->items[args->n++], format, ap) >= 0);
    va_end(ap);
}

static void add_option(struct args *args, const char *name, const char *value)
{
    add_arg(args, "%s", name);
    add_arg(args, "%s", value);
}

static void add_command(struct args *args, const struct run *run)
{
    const char *const shell[] = {"/bin/sh", "-c", run->script, NULL};
    add_arg(args, "--");
    for (const char *const *p = run->argv ? run->argv : shell; *p; p++)
        add_arg(args, "%s", *p);
}

static void fill_args(const struct sandbox *box, const struct run *run,
                      struct args *args)
{
    char path[SANDBOX_PATH];
    const char *out = sandbox_path(box, run->out ? run->out : "out", path);
    add_option(args, SHEPHERD_PATH, "--job");
    add_arg(args, "%lld", (long long)run->job);
    add_option(args, "--attempt", "1");
    add_option(args, "--jobs", box->jobs);
    add_option(args, "--stdout", out);
    add_option(args, "--stderr", out);
    add_option(args, "--cwd", run->cwd ? run->cwd : box->dir);
    add_option(args, "--report", "3");
    for (const char *const *p = run->options; p && *p; p++)
        add_arg(args, "%s", *p);
    add_command(args, run);
}

pid_t sandbox_start(const struct sandbox *box, const struct run *run)
{
    struct args args = {.n = 0};
    char mark[SANDBOX_PATH], path_var[SANDBOX_PATH];
    snprintf(path_var, sizeof(path_var), "PATH=%.200s", getenv("PATH"));
    char *env[] = {sandbox_mark(box, mark), path_var, NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid;
    fill_args(box, run, &args);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, box->report[1], 3);
    assert_int_equal(
        posix_spawn(&pid, SHEPHERD_PATH, &actions, NULL, args.items, env), 0);
    posix_spawn_file_actions_destroy(&actions);
    for (size_t i = 0; i < args.n; i++)
        free(args.items[i]);
    return pid;
}

int sandbox_wait(pid_t pid)
{
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

struct claim sandbox_claim(const struct sandbox *box, int64_t job)
{
    struct claim claim;
    assert_int_equal(claim_read(box->jobs_fd, job, 1, 0, &claim), 0);
    return claim;
}

void sandbox_await_command(const struct sandbox *box, int64_t job)
{
    for (int i = 0; sandbox_claim(box, job).command_pid == 0; i++) {
        assert_true(i < SANDBOX_WAIT_MS / POLL_MS);
        sandbox_pause();
    }
}

struct exit_record sandbox_run(const struct sandbox *box, const struct run *run)
{
    assert_int_equal(sandbox_wait(sandbox_start(box, run)), 0);
    struct claim claim = sandbox_claim(box, run->job);
    assert_int_equal(claim.state, CLAIM_ENDED);
    return claim.exit;
}

void sandbox_signal(pid_t shepherd, int signal, int value)
{
    union sigval data = {.sival_int = value};
    assert_int_equal(sigqueue(shepherd, signal, data), 0);
}

void sandbox_await(const struct sandbox *box, const char *name)
{
    for (int i = 0; !sandbox_has(box, name); i++) {
        assert_true(i < SANDBOX_WAIT_MS / POLL_MS);
        sandbox_pause();
    }
}

void sandbox_await_count(const struct sandbox *box, int n)
{
    for (int i = 0; sandbox_count(box) != n; i++) {
        assert_true(i < SANDBOX_WAIT_MS / POLL_MS);
        sandbox_pause();
    }
}
