/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One poll() over the outputs and the pidfd of each call. A call is over when
 * its process is: what a login script left running there may keep the outputs
 * open.
 */
#include "doctor/calls.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "dvm/host_script.h"

#define LINE_MAX_BYTES ((size_t)1 << 20)

enum { OUT, ERROR, PIDFD, N_FDS };

struct running {
    struct call *call; /* borrowed; NULL: free */
    pid_t pid;
    int64_t begun;             /* boot time */
    int fds[N_FDS];            /* -1: closed */
    struct strbuf text[PIDFD]; /* of a line that is not complete */
};

struct desk {
    const struct calls_how *how;
    call_line_f *take;
    struct running running[CALLS_AT_ONCE];
    size_t n_running;
};

/* A file rather than a pipe: it takes any length before anybody reads. */
static int make_input(const char *requests)
{
    int fd = memfd_create("requests", MFD_CLOEXEC);
    struct strbuf text;

    strbuf_init(&text);
    strbuf_add_fmt(&text, "%s\n%s", host_script, requests);
    if (fd >= 0 && (write(fd, text.text, text.len) != (ssize_t)text.len ||
                    lseek(fd, 0, SEEK_SET) != 0)) {
        close(fd);
        fd = -1;
    }
    strbuf_release(&text);
    return fd;
}

static pid_t spawn(const struct desk *desk, const struct call *call,
                   const int fds[3])
{
    char shell[] = "/bin/sh", dash_c[] = "-c";
    char command[] = HOST_COMMAND " serve";
    char *const here[] = {shell, dash_c, command, NULL};
    /* posix_spawn takes the words as they are, though its type cannot say so */
    char *const there[] = {(char *)(uintptr_t)desk->how->rsh,
                           (char *)(uintptr_t)call->host, command, NULL};
    char *const *argv = call->host == NULL ? here : there;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    pid_t pid;
    int rc;

    posix_spawn_file_actions_init(&actions);
    for (int i = 0; i < 3; i++)
        posix_spawn_file_actions_adddup2(&actions, fds[i], i);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID);
    rc = posix_spawn(&pid, argv[0], &actions, &attr, argv, environ);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    return rc == 0 ? pid : -1;
}

static void close_all(const int *fds, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

/* Sets the outputs and the pid of RUNNING. */
static int start(const struct desk *desk, struct running *running,
                 const struct call *call)
{
    int out[2] = {-1, -1}, error[2] = {-1, -1};
    int input = make_input(call->input);

    if (input < 0 || pipe2(out, O_CLOEXEC) != 0 || pipe2(error, O_CLOEXEC) != 0)
        goto error;
    running->pid = spawn(desk, call, (int[]){input, out[1], error[1]});
    if (running->pid < 0)
        goto error;
    close_all((int[]){input, out[1], error[1]}, 3);
    fcntl(out[0], F_SETFL, O_NONBLOCK);
    fcntl(error[0], F_SETFL, O_NONBLOCK);
    running->fds[OUT] = out[0];
    running->fds[ERROR] = error[0];
    running->fds[PIDFD] = (int)syscall(SYS_pidfd_open, running->pid, 0);
    return 0;
error:
    close_all((int[]){input, out[0], out[1], error[0], error[1]}, 5);
    return -1;
}

static void begin(struct desk *desk, struct call *call)
{
    struct running *running = desk->running;

    while (running->call != NULL)
        running++;
    call->is_late = false;
    call->status = -1;
    if (start(desk, running, call) != 0)
        return;
    running->call = call;
    running->begun = clock_boot_us();
    strbuf_init(&running->text[OUT]);
    strbuf_init(&running->text[ERROR]);
    desk->n_running++;
}

/* ---- lines ---- */

/* Hands over the complete lines of a stream, and at its end the rest too. */
static void take_lines(const struct desk *desk, struct running *running,
                       int stream, bool is_end)
{
    struct strbuf *text = &running->text[stream];
    struct call_line line = {
        .is_error = stream == ERROR,
        .after = clock_boot_us() - running->begun,
        .wall_us = clock_wall_us(),
    };
    char *from = text->text, *end;

    while ((end = strchr(from, '\n')) != NULL || (is_end && *from != '\0')) {
        if (end != NULL)
            *end = '\0';
        from[strcspn(from, "\r")] = '\0';
        line.text = from;
        desk->take(running->call->context, &line);
        from = end != NULL ? end + 1 : text->text + text->len;
    }
    size_t rest = (size_t)(text->text + text->len - from);
    if (from != text->text)
        memmove(text->text, from, rest);
    strbuf_truncate(text, rest < LINE_MAX_BYTES ? rest : 0);
}

/* A NUL would end a line early: it is none of ours then, whatever it is. */
static void add_bytes(struct strbuf *text, char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] == '\0')
            bytes[i] = '?';
    strbuf_add(text, bytes, n);
}

static void read_stream(const struct desk *desk, struct running *running,
                        int stream)
{
    char bytes[8192];
    ssize_t n;

    if (running->fds[stream] < 0)
        return;
    while ((n = read(running->fds[stream], bytes, sizeof(bytes))) > 0) {
        add_bytes(&running->text[stream], bytes, (size_t)n);
        take_lines(desk, running, stream, false);
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    close(running->fds[stream]);
    running->fds[stream] = -1;
}

/* ---- ends ---- */

static void finish(struct desk *desk, struct running *running)
{
    int status;

    kill(-running->pid, SIGKILL);
    if (waitpid(running->pid, &status, 0) == running->pid)
        running->call->status =
            WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    for (int stream = OUT; stream <= ERROR; stream++) {
        read_stream(desk, running, stream);
        take_lines(desk, running, stream, true);
        strbuf_release(&running->text[stream]);
    }
    close_all(running->fds, N_FDS);
    running->call = NULL;
    desk->n_running--;
}

static bool has_ended(const struct running *running)
{
    siginfo_t info = {0};

    return waitid(P_PID, (id_t)running->pid, &info,
                  WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == running->pid;
}

static void look_at(struct desk *desk, struct running *running)
{
    if (has_ended(running)) {
        finish(desk, running);
        return;
    }
    read_stream(desk, running, OUT);
    read_stream(desk, running, ERROR);
    if (clock_boot_us() - running->begun < desk->how->limit)
        return;
    running->call->is_late = true;
    finish(desk, running);
}

/* Until something comes or ends, or the next one is late. */
static void wait_for_news(const struct desk *desk)
{
    struct pollfd fds[CALLS_AT_ONCE * N_FDS];
    int64_t now = clock_boot_us(), span = desk->how->limit;
    nfds_t n = 0;

    for (size_t i = 0; i < CALLS_AT_ONCE; i++) {
        const struct running *running = &desk->running[i];
        if (running->call == NULL)
            continue;
        for (int j = 0; j < N_FDS; j++)
            fds[n++] = (struct pollfd){.fd = running->fds[j], .events = POLLIN};
        if (running->begun + desk->how->limit - now < span)
            span = running->begun + desk->how->limit - now;
    }
    poll(fds, n, span > 0 ? (int)(span / USEC_PER_MSEC) + 1 : 0);
}

void calls_run(const struct calls_how *how, struct call *calls, size_t n,
               call_line_f *take)
{
    struct desk desk = {.how = how, .take = take};
    size_t next = 0;

    setenv("ERM_RSH", how->rsh_how, 1);
    unsetenv("ERM_RSH_KEY");
    unsetenv("ERM_DVM_KEY");
    while (next < n || desk.n_running > 0) {
        while (next < n && desk.n_running < CALLS_AT_ONCE)
            begin(&desk, &calls[next++]);
        if (desk.n_running == 0)
            continue;
        wait_for_news(&desk);
        for (size_t i = 0; i < CALLS_AT_ONCE; i++)
            if (desk.running[i].call != NULL)
                look_at(&desk, &desk.running[i]);
    }
}
