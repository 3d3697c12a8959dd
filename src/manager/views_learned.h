/* SPDX-License-Identifier: BSD-2-Clause */
/* What jobs of a name have taught, as JSON (doc/api.md, LEARNED). */
#ifndef ERM_MANAGER_VIEWS_LEARNED_H
#define ERM_MANAGER_VIEWS_LEARNED_H

#include "manager/views.h"

/* A list, one for each name; NAME NULL: of all. Owned by the caller. */
json_t *view_learned(const struct views *views, const char *name);
/* Of one name; JSON null when nothing is known of it. */
json_t *view_learned_one(const struct views *views, const char *name);

#endif
