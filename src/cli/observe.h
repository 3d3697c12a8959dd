/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading what was, when no manager runs: a short-lived one that changes
 * nothing answers, so there is one reader of the state directory only.
 */
#ifndef ERM_CLI_OBSERVE_H
#define ERM_CLI_OBSERVE_H

#include "cli/cli.h"

/* As cli_request() for a GET; when nobody listens, an observer is started for
 * this one answer. ERR stays ERR_NO_MANAGER where there is no state either. */
int observe_get(struct cli *cli, const char *path, json_t **answer,
                struct err *err);

#endif
