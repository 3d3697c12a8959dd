/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which process exactly: "1 PID STARTTIME BOOT_ID". A number alone is given
 * out again within seconds, and on a shared file system it may belong to
 * another machine; start time and boot id settle both.
 */
#ifndef ERM_SHEPHERD_IDENTITY_H
#define ERM_SHEPHERD_IDENTITY_H

#include <stdbool.h>
#include <sys/types.h>

#define IDENTITY_MAX 128

/* This process's line in BUF; returns its length. */
int identity_own(char buf[IDENTITY_MAX]);
/* Is PID, on this machine and now, the process of that line? */
bool identity_is_of(const char *line, pid_t pid);

#endif
