/* SPDX-License-Identifier: BSD-2-Clause */
/* Children: a list of words, and how one is started. */
#ifndef ERM_DVM_CHILD_H
#define ERM_DVM_CHILD_H

#include <stddef.h>
#include <sys/types.h>

struct argv {
    char **words; /* owned, NULL at the end */
    size_t n;
};

void argv_add(struct argv *argv, const char *word);
void argv_add_pair(struct argv *argv, const char *name, const char *value);
void argv_release(struct argv *argv);

/* Starts ARGV (searched in PATH) as leader of its own session, no signal
 * blocked, with INPUT (NULL: as inherited) to read and OUT_FD and ERR_FD as its
 * outputs. INPUT is shorter than a pipe holds, 64 KiB. ENV holds NAME=VALUE
 * that are added to the environment, NULL at the end. Its pid, or -1 with
 * errno. */
pid_t child_start(const struct argv *argv, const char *const *env,
                  const char *input, int out_fd, int err_fd);

#endif
