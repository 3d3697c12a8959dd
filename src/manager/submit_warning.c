/* SPDX-License-Identifier: BSD-2-Clause */
/* See submit_warning.h. */
#include "manager/submit_warning.h"

#include <stdio.h>

#include "core/walltime.h"
#include "manager/time_limit.h"

/* A job that comes too late to be started in this allocation. */
static void warn_of_end(const struct manager *manager, dur_us walltime,
                        char *out, size_t size)
{
    const struct sched_config *config = sched_config(manager->sched);
    dur_us needs = walltime == TIME_NEVER ? config->least_run : walltime;
    dur_us left = config->ends - manager_now(manager);
    struct strbuf text;

    if (config->ends == TIME_NEVER || needs <= left)
        return;
    strbuf_init(&text);
    time_limit_add_shortage(&text, walltime, left);
    snprintf(out, size, "%s: it will wait for another one", text.text);
    strbuf_release(&text);
}

void submit_warning(const struct manager *manager,
                    const struct job_request *request, char *out, size_t size)
{
    uint32_t n = idset_count(sched_nodes(manager->sched));

    out[0] = '\0';
    if (request->min_nodes > n)
        snprintf(out, size,
                 "needs %u nodes, the pool has %u: it will wait until nodes "
                 "are added",
                 request->min_nodes, n);
    else
        warn_of_end(manager, walltime_longest(request), out, size);
}
