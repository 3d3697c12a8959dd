/* SPDX-License-Identifier: BSD-2-Clause */
/* One line of the pipe on which shepherds report (doc/shepherd.md). */
#ifndef ERM_LAUNCH_MESSAGE_H
#define ERM_LAUNCH_MESSAGE_H

#include "launch/launcher.h"

struct message {
    struct launch_key key;
    enum { MESSAGE_STARTED, MESSAGE_FAILED } what;
    pid_t pid;        /* MESSAGE_STARTED */
    const char *text; /* MESSAGE_FAILED: borrowed from the line */
};

/* LINE has no newline. 0, or -1 when it is not a message. */
int message_parse(const char *line, struct message *out);

#endif
