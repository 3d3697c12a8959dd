/* SPDX-License-Identifier: BSD-2-Clause */
/* The start of one erm-shepherd: its command line and how it is spawned. */
#ifndef ERM_LAUNCH_STARTER_H
#define ERM_LAUNCH_STARTER_H

#include <sys/types.h>

#include "base/err.h"
#include "launch/launcher.h"

struct starter { /* all borrowed */
    const char *shepherd_path;
    const char *jobs_dir;
    int report_fd; /* write end of the pipe that the shepherds share */
    long nofile;   /* soft limit to give to jobs, -1 = leave */
};

/* Starts a shepherd for REQUEST, pinned to CPUS ("0-3"; NULL = not pinned), in
 * a session of its own, with all signals blocked until it waits for them. Its
 * pid, or -1 and ERR (ERR_SYSTEM). */
pid_t starter_spawn(const struct starter *starter,
                    const struct launch_request *request, const char *cpus,
                    struct err *err);

#endif
