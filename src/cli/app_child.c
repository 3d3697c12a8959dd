/* SPDX-License-Identifier: BSD-2-Clause */
/* See app_child.h. */
#include "cli/app_child.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void run(const struct app_child *child, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(128 + SIGKILL); /* too late to be told of its end */
    if (child->is_apart)
        setpgid(0, 0);
    if (child->input >= 0)
        dup2(child->input, STDIN_FILENO);
    signal(SIGPIPE, SIG_DFL);
    for (const char *const *env = child->env; env != NULL && *env; env++)
        putenv((char *)(uintptr_t)*env); /* only until exec */
    execvp(child->argv[0], (char *const *)(uintptr_t)child->argv);
    int code = errno == ENOENT ? 127 : 126;
    fprintf(stderr, "erm: cannot run %s: %s\n", child->argv[0],
            strerror(errno));
    fflush(stderr);
    _exit(code);
}

pid_t app_child_start(const struct app_child *child, struct err *err)
{
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        run(child, parent);
    if (pid < 0)
        return err_set_errno(err, "cannot start %s", child->argv[0]);
    if (child->is_apart)
        setpgid(pid, pid); /* whoever of the two is first */
    return pid;
}

int app_child_status(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int app_child_wait(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return app_child_status(status);
}
