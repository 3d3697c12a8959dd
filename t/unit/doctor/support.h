/* SPDX-License-Identifier: BSD-2-Clause */
/* What cmocka wants included before itself, in the order it wants; a folder of
 * the test's own; and children that live until they are killed. */
#ifndef ERM_T_DOCTOR_SUPPORT_H
#define ERM_T_DOCTOR_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* For cmocka's setup and teardown: the working folder meanwhile. */
static inline int folder_enter(void **state)
{
    char name[] = "/tmp/doctor-test-XXXXXX";

    if (mkdtemp(name) == NULL || chdir(name) != 0)
        return -1;
    *state = realpath(name, NULL);
    return *state == NULL ? -1 : 0;
}

static inline int folder_leave(void **state)
{
    char command[300];

    snprintf(command, sizeof(command), "rm -rf '%s'", (char *)*state);
    free(*state);
    return chdir("/") != 0 || system(command) != 0 ? -1 : 0;
}

static inline void write_program(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");

    assert_non_null(file);
    fprintf(file, "#!/bin/sh\n%s\n", text);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(name, 0755), 0);
}

/* A process with one more variable in its environment. */
static inline pid_t start_sleeper(const char *name, const char *value)
{
    int ready[2];
    char byte;
    pid_t pid;

    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* also when the test fails */
        setenv(name, value, 1);
        execlp("sleep", "sleep", "1000", (char *)NULL);
        _exit(127);
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 0); /* once it is exec'ed */
    close(ready[0]);
    return pid;
}

/* Was it killed? Ends it when it was not. */
static inline int was_killed(pid_t pid)
{
    int status;
    pid_t ended = waitpid(pid, &status, WNOHANG);

    if (ended == pid)
        return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    return 0;
}

/* Eight hex digits that no other test has. */
static inline const char *own_mark(void)
{
    static char mark[16];

    snprintf(mark, sizeof(mark), "%08x", 0xd0000000u + (unsigned)getpid());
    return mark;
}

#endif
