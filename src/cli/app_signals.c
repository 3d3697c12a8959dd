/* SPDX-License-Identifier: BSD-2-Clause */
/* See app_signals.h. */
#include "cli/app_signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static const struct {
    int signal;
    const char *name;
} heard[] = {
    {SIGHUP, "HUP"},   {SIGINT, "INT"},   {SIGQUIT, "QUIT"}, {SIGTERM, "TERM"},
    {SIGUSR1, "USR1"}, {SIGUSR2, "USR2"}, {SIGCHLD, "CHLD"},
};
#define N_HEARD (sizeof(heard) / sizeof(*heard))

struct event {
    int signal;
    pid_t sender; /* 0: not sent by a process */
};

/* The handler can know nothing else. */
static int pipe_ends[2] = {-1, -1};

static void hear(int signal, siginfo_t *info, void *context)
{
    int saved = errno;
    bool is_sent = info->si_code == SI_USER || info->si_code == SI_QUEUE;
    struct event event = {signal, is_sent ? info->si_pid : 0};
    (void)context;
    /* when the pipe is full the reader has enough to look after */
    if (write(pipe_ends[1], &event, sizeof(event)) < 0)
        errno = saved;
    errno = saved;
}

int app_signals_open(struct err *err)
{
    struct sigaction action, old;
    if (pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) < 0)
        return err_set_errno(err, "cannot make a pipe");
    memset(&action, 0, sizeof(action));
    action.sa_sigaction = hear;
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_NOCLDSTOP;
    for (size_t i = 0; i < N_HEARD; i++) {
        sigaction(heard[i].signal, NULL, &old);
        /* nohup, and a shell's background, mean it */
        if (old.sa_handler != SIG_IGN || heard[i].signal == SIGCHLD)
            sigaction(heard[i].signal, &action, NULL);
    }
    return pipe_ends[0];
}

static bool is_shepherd(pid_t pid)
{
    char path[40], name[32] = "";
    if (pid <= 0)
        return false;
    snprintf(path, sizeof(path), "/proc/%ld/comm", (long)pid);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return false;
    bool is = fgets(name, sizeof(name), file) != NULL &&
              strcmp(name, "erm-shepherd\n") == 0;
    fclose(file);
    return is;
}

int app_signals_next(bool *is_shepherds)
{
    struct event event;
    if (read(pipe_ends[0], &event, sizeof(event)) != sizeof(event))
        return 0;
    if (is_shepherds != NULL)
        *is_shepherds = is_shepherd(event.sender);
    return event.signal;
}

const char *app_signals_name(int signal)
{
    for (size_t i = 0; i < N_HEARD; i++)
        if (heard[i].signal == signal)
            return heard[i].name;
    return "";
}

int app_signals_find(const char *name)
{
    char *end;
    if (strncmp(name, "SIG", 3) == 0)
        name += 3;
    long number = strtol(name, &end, 10);
    for (size_t i = 0; i < N_HEARD; i++)
        if (heard[i].signal != SIGCHLD &&
            (strcmp(heard[i].name, name) == 0 ||
             (*name != '\0' && *end == '\0' && heard[i].signal == number)))
            return heard[i].signal;
    return 0;
}
