/* SPDX-License-Identifier: BSD-2-Clause */
/* What erm simulate is to simulate: from traces, jobs files, a manager's
 * history, or a model. */
#ifndef ERM_CLI_SIMULATE_LOAD_H
#define ERM_CLI_SIMULATE_LOAD_H

#include "cli/cli.h"
#include "cli/simulate_options.h"
#include "codec/jobs_file.h"

struct simulate_load {
    struct workload workload;     /* owned */
    struct swf_filtered filtered; /* of all traces together */
    size_t n_malleable;           /* made so by the options */
    struct jobs_file *files;      /* owned: the workload borrows from them */
    size_t n_files;
};

/* Fills OUT, which is to be released, by OPTIONS. Problems of files are shown
 * on CLI's stderr. 0, or -1 and ERR. */
int simulate_load(struct cli *cli, const struct simulate_workload *options,
                  struct simulate_load *out, struct err *err);
void simulate_load_release(struct simulate_load *load);

#endif
