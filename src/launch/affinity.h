/* SPDX-License-Identifier: BSD-2-Clause */
/* The processors that processes of this machine may use. */
#ifndef ERM_LAUNCH_AFFINITY_H
#define ERM_LAUNCH_AFFINITY_H

#include <sys/types.h>

#include "base/idset.h"

/* Those of thread THREAD into OUT. 0, or -1 with errno. */
int affinity_get(pid_t thread, struct idset *out);
/*
 * Gives what runs below ROOT the PROCESSORS (not empty), and ROOT too. Threads
 * that may use just what ROOT could get all of them; of those that have chosen
 * their own each keeps what it has of them, or gets all when that is nothing.
 * So a choice of the program's own is kept, and nothing runs elsewhere
 * afterwards. May be repeated.
 */
void affinity_move(pid_t root, const struct idset *processors);

#endif
