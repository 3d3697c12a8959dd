/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ERM_T_CLI_MANAGER_STUB_H
#define ERM_T_CLI_MANAGER_STUB_H

#include "manager/manager.h"

struct manager_stub {
    int n_runs;
    struct manager_options options; /* of the last run; strings are gone */
    char jobs_file[100];
    struct manager_summary summary; /* what a run returns */
    const char *error;              /* or why it fails */
};
extern struct manager_stub manager_stub;

#endif
