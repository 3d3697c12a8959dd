/* SPDX-License-Identifier: BSD-2-Clause */
/* The start of the job's command, with the error of a failed exec known. */
#ifndef ERM_SHEPHERD_COMMAND_H
#define ERM_SHEPHERD_COMMAND_H

#include <sys/types.h>

/* Starts ARGV (searched in PATH) in its own process group, no signal blocked.
 * Returns its pid, or -1 with errno. */
pid_t command_start(char *const argv[]);
/* What a shell says for that errno: 127 not found, 126 not executable. */
int command_exit_code(int error);

#endif
