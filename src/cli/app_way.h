/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a node of the job is: a slice of this machine, or another host. */
#ifndef ERM_CLI_APP_WAY_H
#define ERM_CLI_APP_WAY_H

#include <stdbool.h>

#include "base/err.h"
#include "base/idset.h"
#include "erm.h"

struct app_way {
    bool is_remote;
    struct idset cpus; /* a slice's processors; empty: not told */
};

/* NODE must be one of the job's, or one that it may grow by; else -1 and ERR
 * (ERR_NOT_FOUND). Release WAY also then. */
int app_way_find(erm_t *e, const char *node, struct app_way *way,
                 struct err *err);
void app_way_release(struct app_way *way);
/* From the text of a mailbox's file cpus ("n1 0-3,8" a line) the processors of
 * NODE. False when it has none there. */
bool app_way_cpus(const char *text, const char *node, struct idset *out);

#endif
