/* SPDX-License-Identifier: BSD-2-Clause */
/* Lost nodes: the job ends, goes on without them, or starts again. */
#include "core/loss.h"

#include "core/attempt.h"
#include "core/directive.h"
#include "core/index.h"
#include "core/restart.h"

/* JOB goes on with what is left; a directive that was open is over. */
static void shrink(struct sched *sched, struct job *job, struct actions *out)
{
    struct idset gone = {.count = 0};

    idset_copy(&gone, &job->nodes);
    idset_intersect(&gone, &sched->pool.down);
    index_remove(sched, job);
    directive_abandon(sched, job, out);
    directive_lose(sched, job, &gone, out);
    index_add(sched, job);
    index_timers(sched, job);
    idset_release(&gone);
}

/* What is being ended anyway has its end; a job that is only starting has no
 * program yet that could go on. */
static void lose_nodes(struct sched *sched, struct job *job,
                       struct actions *out)
{
    enum loss_rule rule = job->request.loss;
    uint32_t n_left = idset_count(&job->nodes) -
                      idset_count_common(&job->nodes, &sched->pool.down);
    bool is_enough = n_left >= job->request.min_nodes;

    if (rule == LOSS_ENDS || !is_enough) {
        if (job->ending < ENDING_NODE_FAIL)
            attempt_kill(sched, job, ENDING_NODE_FAIL, 0, out);
    } else if (job->state == JOB_RUNNING && rule == LOSS_SHRINKS) {
        shrink(sched, job, out);
    } else if (job->state != JOB_COMPLETING) {
        attempt_kill(sched, job, ENDING_RESTART, 0, out);
    }
}

void loss_apply(struct sched *sched, const struct idset *nodes,
                struct actions *out)
{
    IDSET_EACH (nodes, node) {
        struct job *job =
            job_table_get(&sched->jobs, pool_owner(&sched->pool, node));

        if (job == NULL)
            continue;
        if (idset_has(&job->nodes, node)) {
            lose_nodes(sched, job, out);
        } else {
            index_remove(sched, job);
            directive_abandon(sched, job, out);
            index_add(sched, job);
            index_timers(sched, job);
        }
    }
}
