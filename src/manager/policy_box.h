/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * policy.json and jobrequests.json: directives to jobs and wishes of jobs, the
 * seed's way. Rules: doc/elastic.md.
 *
 * Both files are shared with clients that flock(2) the file itself and edit it
 * in place, so erm does the same: never a rename, never an overwrite of what
 * it cannot read, valid JSON at every instant. The loop never waits for a
 * lock; what cannot be done now is tried again soon.
 */
#ifndef ERM_MANAGER_POLICY_BOX_H
#define ERM_MANAGER_POLICY_BOX_H

#include "manager/context.h"

/* Makes the policy file when there is none and watches both files. Returns
 * owned, or NULL and ERR. */
struct policy_box *policy_box_create(struct manager *manager, struct err *err);
void policy_box_destroy(struct policy_box *box);
/* Absolute paths for the jobs; the second is NULL when there is none. */
const char *policy_box_path(const struct policy_box *box);
const char *policy_box_requests_path(const struct policy_box *box);
/* Writes the entry of a directive (EV_SHOWN follows) and then waits for the
 * job to remove it (EV_DONE). */
void policy_box_offer(struct policy_box *box, int64_t job, uint64_t seq,
                      enum directive_op op, const struct idset *nodes);
/* After a restart: the entry of JOB's open directive was written before. */
void policy_box_adopt(struct policy_box *box, const struct job *job);
/* Removes the entry; EV_WITHDRAWN tells whether it was still there. */
void policy_box_withdraw(struct policy_box *box, int64_t job, uint64_t seq);
/* Is nothing left to be written or to be waited for, as far as can be? */
bool policy_box_is_quiet(const struct policy_box *box);

#endif
