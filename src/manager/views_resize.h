/* SPDX-License-Identifier: BSD-2-Clause */
/* How a job was resized, as JSON (doc/api.md, RESIZE): from the history, so
 * also of jobs that have ended. */
#ifndef ERM_MANAGER_VIEWS_RESIZE_H
#define ERM_MANAGER_VIEWS_RESIZE_H

#include "manager/views.h"

/* A list, oldest first; owned by the caller. */
json_t *view_resizes(const struct views *views, int64_t id);

#endif
