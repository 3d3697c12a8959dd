/* SPDX-License-Identifier: BSD-2-Clause */
/* Stands in for lib_manager, so that commands can be tested without one. */
#include "manager_stub.h"

#include <string.h>

struct manager_stub manager_stub;

void manager_options_init(struct manager_options *options)
{
    memset(options, 0, sizeof(*options));
    sched_settings_init(&options->sched);
    options->ready_fd = -1;
    options->log_level = LOG_INFO;
}

int manager_run(const struct manager_options *options,
                struct manager_summary *summary, struct err *err)
{
    manager_stub.n_runs++;
    manager_stub.options = *options;
    if (options->jobs_file != NULL)
        strncpy(manager_stub.jobs_file, options->jobs_file,
                sizeof(manager_stub.jobs_file) - 1);
    *summary = manager_stub.summary;
    if (manager_stub.error != NULL)
        return err_set(err, ERR_BUSY, "%s", manager_stub.error);
    return 0;
}
