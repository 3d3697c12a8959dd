/* SPDX-License-Identifier: BSD-2-Clause */
/* This machine, as a head of a pool. */
#ifndef ERM_DOCTOR_HERE_H
#define ERM_DOCTOR_HERE_H

#include <stdbool.h>
#include <stdint.h>

#include "doctor/findings.h"

struct here {
    bool has_prrte;   /* prte and prun are in PATH */
    char version[32]; /* of PRRTE; "" unknown */
    bool has_ssh;
    bool has_namespaces; /* can pretend to be several hosts */
    uint64_t files;      /* the limit on open files */
    struct findings findings;
};

/* Looks at this machine as the head of N_HOSTS hosts, which are other machines
 * (IS_REMOTE), reached by RSH_HOW, or slices of this one. */
void here_look(struct here *here, size_t n_hosts, bool is_remote,
               const char *rsh_how);
void here_release(struct here *here);

#endif
