/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The launcher for PRRTE: the local launcher, whose shepherds then start
 * erm-dvm for jobs that want a DVM, and around it what other machines need:
 * their heartbeat, and a sweep of a job's hosts before its end is told.
 */
#ifndef ERM_LAUNCH_PRRTE_H
#define ERM_LAUNCH_PRRTE_H

#include "launch/engine.h"
#include "launch/hosts.h"
#include "launch/launcher.h"

struct prrte_config {
    struct launcher_config base;
    struct engine *engine; /* taken, also on failure */
    bool is_remote;        /* nodes are other machines; else slices of this one
                              and pretend hosts */
    const char *nodes_dir; /* for the node file of the pool's DVM; NULL: no
                              such DVM */
    const struct hosts_spans *hosts_spans; /* NULL = the usual ones */
};

struct launcher *launcher_prrte_create(const struct prrte_config *config,
                                       struct err *err);

#endif
