/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jobrequests.json: wishes of jobs for another size. A pending one is marked
 * "arbitrating", put to the scheduler, and removed once that is durable; the
 * verdict is in the log. A part of the policy box.
 */
#ifndef ERM_MANAGER_REQUEST_BOX_H
#define ERM_MANAGER_REQUEST_BOX_H

#include "manager/context.h"

struct request_box;

/* Makes manager->options.requests_file when there is none and watches it.
 * Returns owned, or NULL and ERR. */
struct request_box *request_box_create(struct manager *manager,
                                       struct err *err);
void request_box_destroy(struct request_box *box);
const char *request_box_path(const struct request_box *box);

#endif
