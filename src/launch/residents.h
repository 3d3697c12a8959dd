/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes of a job that run on some of its nodes, where nodes are slices of
 * this machine or pretend hosts: those that have ERM_NODE=<one of the nodes>
 * in their environment, and of those without any ERM_NODE the ones that are
 * pinned to processors that only these nodes have. PRRTE's daemons and erm's
 * own programs are no residents.
 */
#ifndef ERM_LAUNCH_RESIDENTS_H
#define ERM_LAUNCH_RESIDENTS_H

#include <sys/types.h>

#include "base/hostlist.h"
#include "base/idset.h"

struct residents { /* what is looked for; all borrowed */
    const struct hostlist *nodes;
    const struct idset *processors; /* empty: being pinned tells nothing */
};

/* Looks for them among the descendants of ROOT, adds their pids to SEEN and
 * sends SIGNAL (0: none) to them, with ONLY_NEW only to those that SEEN did
 * not have. A TERM is followed by a CONT. Returns how many there are. */
uint32_t residents_signal(pid_t root, const struct residents *residents,
                          int signal, bool only_new, struct idset *seen);

/* Has any process below ROOT, of those that are the job's own, a handler for
 * SIGNAL? */
bool residents_handle(pid_t root, int signal);

#endif
