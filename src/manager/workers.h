/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Workers (`launch: workers`): one on each node of the job, and of the nodes
 * that it is offered with `resize: workers`. What should run and what does is
 * compared whenever either has changed, and after a restart of the manager;
 * nothing of it is journaled.
 *
 * A worker that ends with 0, or at its walltime, has done its work. One that
 * ends otherwise while its node stays is started again, a little later each
 * time; when none of them stays up, the job fails. Workers without a command
 * beside them (`worker` not given) are the job: it starts with the first and
 * ends with the last.
 */
#ifndef ERM_MANAGER_WORKERS_H
#define ERM_MANAGER_WORKERS_H

#include "manager/resizing.h"

struct workers; /* manager->workers */

/* How patient erm is with them. */
struct workers_spans {
    dur_us first_pause; /* before the first time again; doubled, up to: */
    dur_us last_pause;
    dur_us settled; /* one that has run so long is as new */
};

struct workers *workers_create(struct manager *manager);
void workers_destroy(struct workers *workers);
void workers_set_spans(struct workers *workers,
                       const struct workers_spans *spans);

/* The attempt of JOB is being started: its SPEC may ask for workers. */
void workers_expect(struct manager *manager, int64_t job, uint32_t attempt,
                    const struct job_spec *spec);
/* Its command runs (or there is none): starts them. */
void workers_begin(struct manager *manager, int64_t job, uint32_t attempt);
/* After a restart: as both. CLAIM_NONE: it was never started, and has no
 * command by which that could be told otherwise. */
enum claim_state workers_adopt(struct manager *manager, const struct job *job,
                               const struct job_spec *spec);
/* Are JOB's workers all of it? */
bool workers_are_alone(const struct manager *manager, int64_t job);
/* Workers of JOB that run on NODES. */
uint32_t workers_count(const struct manager *manager, const struct job *job,
                       const struct idset *nodes);

/* A report about the worker on NODE. */
void workers_take(struct manager *manager, uint32_t node,
                  const struct launch_report *report);
/* JOB's nodes, its directive, or its state have changed. */
void workers_look(struct manager *manager, int64_t job);
/* What becomes of the last report of JOB's command: the time that its workers
 * have used, and their failure when that has ended it. */
void workers_amend(const struct manager *manager, struct launch_report *report);
/* The attempt is accounted. */
void workers_forget(struct manager *manager, int64_t job, uint32_t attempt);

extern const struct resize_way workers_way;

#endif
