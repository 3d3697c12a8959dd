/* SPDX-License-Identifier: BSD-2-Clause */
/* What the verbs of `erm app` share: they speak for the job that they run in,
 * through its mailbox (erm.h). */
#ifndef ERM_CLI_APP_H
#define ERM_CLI_APP_H

#include <jansson.h>

#include "base/err.h"
#include "cli/cli.h"
#include "erm.h"

/* Within a job; else -1 and ERR (ERR_NO_MANAGER). Close it with erm_close(). */
int app_open(erm_t **e, struct err *err);
/* Fills ERR with what E says about its error RC; -1. */
int app_fail(erm_t *e, int rc, struct err *err);
/* The names joined by commas, as a list. */
void app_print_names(FILE *out, const char *const *names, int n,
                     const char *separator);
json_t *app_names_json(const char *const *names, int n);
/* A point in time, null when there is none. */
json_t *app_time_json(double time);

extern const struct command command_app_wait, command_app_poll,
    command_app_accept, command_app_refuse, command_app_busy, command_app_done,
    command_app_fail, command_app_grow, command_app_release, command_app_offers,
    command_app_nodes, command_app_hostfile, command_app_time_left,
    command_app_progress, command_app_run, command_app_exec, command_app_pool;

#endif
