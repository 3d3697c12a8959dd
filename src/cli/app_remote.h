/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said to another host to run a job's command there. Pure. */
#ifndef ERM_CLI_APP_REMOTE_H
#define ERM_CLI_APP_REMOTE_H

#include "base/strbuf.h"

struct app_remote {
    const char *node;       /* becomes ERM_NODE */
    const char *folder;     /* to run in */
    const char *line;       /* the command, for a POSIX shell */
    const char *id;         /* by which its processes are known over there */
    const char *const *env; /* "NAME=value": of these the ERM_* go along */
    unsigned grace;         /* seconds between TERM and KILL */
};

/*
 * Appends a line for any login shell. What runs over there reads names of
 * signals, a line each, from its standard input and sends them to the command
 * and what that started; when that input ends before the command does, TERM and
 * after the grace KILL.
 */
void app_remote_command(const struct app_remote *remote, struct strbuf *out);

#endif
