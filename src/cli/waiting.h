/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for the end of jobs: for wait, attach and submit --wait. */
#ifndef ERM_CLI_WAITING_H
#define ERM_CLI_WAITING_H

#include <stdbool.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/id_list.h"

/*
 * Waits until all jobs of IDS (resolved) have ended, or one of them (IS_ANY),
 * at most TIMEOUT (TIME_NEVER: as long as it takes). 0 and *ANSWER (owned, as
 * /v1/jobs/wait: "done" tells whether it came to that), or -1 and ERR.
 */
int waiting_for_jobs(struct cli *cli, const struct id_list *ids, bool is_any,
                     dur_us timeout, json_t **answer, struct err *err);
/* The exit status that an answer means: the highest of its jobs, 124 when it
 * is not done. */
int waiting_exit_status(const json_t *answer);

#endif
