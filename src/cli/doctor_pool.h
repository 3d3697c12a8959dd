/* SPDX-License-Identifier: BSD-2-Clause */
/* Which hosts erm doctor looks at, and how it reaches them. */
#ifndef ERM_CLI_DOCTOR_POOL_H
#define ERM_CLI_DOCTOR_POOL_H

#include <limits.h>

#include "cli/cli.h"
#include "codec/hostfile.h"
#include "doctor/calls.h"
#include "doctor/home.h"

struct doctor_pool {
    struct hostfile hosts; /* with their slots; may be none */
    bool is_remote;        /* other machines, else slices of this one */
    bool is_unknown;       /* slices because their names do not resolve */
    struct calls_how how;
    char rsh[PATH_MAX]; /* of erm-rsh */
    char *state_dir;    /* owned; NULL: there is none */
};

/*
 * The hosts of HOSTFILE, else of a manager that runs, and of them those that
 * OPERANDS (NULL-ended) name, if any; RSH is the option. -1 and ERR.
 */
int doctor_pool_find(struct doctor_pool *pool, struct cli *cli,
                     const char *hostfile, char **operands, const char *rsh,
                     struct err *err);
void doctor_pool_release(struct doctor_pool *pool);
/* Adds to HOME what a manager that runs says is alive. */
void doctor_pool_ask_live(struct cli *cli, struct home *home);

#endif
