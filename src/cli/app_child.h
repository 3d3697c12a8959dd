/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes that a command starts and waits for. */
#ifndef ERM_CLI_APP_CHILD_H
#define ERM_CLI_APP_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

struct app_child {
    const char *const *argv; /* borrowed, NULL-ended */
    const char *const *env;  /* "NAME=value" to add; NULL-ended; or NULL */
    int input;               /* becomes its standard input; -1: as ours */
    bool is_apart;           /* leads a process group of its own */
};

/* Starts it; it dies with this process. What cannot be executed says so and
 * ends with 127 or 126, as in a shell. The process id, or -1 and ERR. */
pid_t app_child_start(const struct app_child *child, struct err *err);
/* What a shell would call the end that waitpid told: the code, or 128 + the
 * signal. */
int app_child_status(int status);
/* PID's end as above, waiting for it. */
int app_child_wait(pid_t pid);

#endif
