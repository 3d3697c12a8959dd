/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Directives and the jobs' answers to them: the one place that knows by which
 * way (`resize`) a job learns of a directive. A way shows it and takes it
 * back, and tells here what the job answers; the core hears of it from here.
 *
 * Answers may come more than once and late: those to a directive that is over
 * are ignored.
 */
#ifndef ERM_MANAGER_RESIZING_H
#define ERM_MANAGER_RESIZING_H

#include "manager/context.h"

/* One way. What is done through it is repeated after a crash. */
struct resize_way {
    /* Shows the directive of ACTION (job, seq, op, nodes) to its job, which
     * lives. resizing_shown() follows once the job can have seen it. */
    void (*offer)(struct manager *manager, const struct action *action);
    /* Takes it back; resizing_withdrawn() follows. The job may be gone, and
     * the directive be unknown. */
    void (*withdraw)(struct manager *manager, const struct action *action);
    /* It was carried out by force, or that could not be done: it is over, and
     * to be seen no more. May be NULL. */
    void (*forced)(struct manager *manager, const struct action *action);
    /* After a restart: the open directive of JOB was shown before. May be
     * NULL: nothing is to be done. */
    void (*adopt)(struct manager *manager, const struct job *job);
};

/* ---- orders of the core ---- */

void resizing_offer(struct manager *manager, const struct action *action);
void resizing_withdraw(struct manager *manager, const struct action *action);
void resizing_force(struct manager *manager, const struct action *action);
/* An ACT_DIRECTIVE: once it is over, nothing is under way for it, and what was
 * started on nodes that do not come is ended. */
void resizing_changed(struct manager *manager, const struct action *action);
/* An ACT_PHASE of PHASE_LOST: the job goes on on what is left of its nodes. */
void resizing_lost_nodes(struct manager *manager, const struct action *action);
/* After a restart, for every active job. */
void resizing_adopt(struct manager *manager, const struct job *job);

/* ---- answers of a job, from its way ---- */

void resizing_shown(struct manager *manager, int64_t job, uint64_t seq);
void resizing_accepted(struct manager *manager, int64_t job, uint64_t seq);
/* RETRY: leave the job alone for so long (0: as by its cool-down). */
void resizing_refused(struct manager *manager, int64_t job, uint64_t seq,
                      dur_us retry);
void resizing_progressed(struct manager *manager, int64_t job, uint64_t seq);
/* WHY (may be NULL) is logged. */
void resizing_failed(struct manager *manager, int64_t job, uint64_t seq,
                     const char *why);
/* The job has acted. A growth: it may use the new processors. A shrink: the
 * nodes change hands when nothing of the job is left on them; what is there
 * gets the job's grace. GIVEN (may be NULL: as asked; borrowed): the nodes that
 * it gives up instead, as many. */
void resizing_done(struct manager *manager, int64_t job, uint64_t seq,
                   const struct idset *given);
/* WAS_THERE: the job had not taken it; else it has acted. */
void resizing_withdrawn(struct manager *manager, int64_t job, uint64_t seq,
                        bool was_there);

#endif
