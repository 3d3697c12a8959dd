/* SPDX-License-Identifier: BSD-2-Clause */
#include "shepherd/command.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void run_child(char *const argv[], volatile int *error)
{
    sigset_t none;
    sigemptyset(&none);
    setpgid(0, 0);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execvp(argv[0], argv);
    *error = errno;
    _exit(127);
}

/* vfork: no page tables are copied, and since the child shares this memory
 * the error of its exec needs no pipe. */
pid_t command_start(char *const argv[])
{
    volatile int error = 0;
    pid_t pid = vfork();
    if (pid == 0)
        run_child(argv, &error);
    if (pid > 0 && error) {
        waitpid(pid, NULL, 0);
        errno = error;
        return -1;
    }
    return pid;
}

int command_exit_code(int error)
{
    return error == ENOENT || error == ENOTDIR ? 127 : 126;
}
