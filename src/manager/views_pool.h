/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * NODE, and the numbers that sum up nodes, jobs and the manager itself.
 */
#ifndef ERM_MANAGER_VIEWS_POOL_H
#define ERM_MANAGER_VIEWS_POOL_H

#include "manager/views.h"

/* One node. */
json_t *view_node(const struct views *views, uint32_t node);
/* All nodes of the pool, and those that leave it. */
json_t *view_all_nodes(const struct views *views);
/* "nodes" of the status. */
json_t *view_node_counts(const struct views *views);
/* "jobs" of the status. */
json_t *view_job_counts(const struct views *views);
/* The whole answer to GET /v1/status. */
json_t *view_status(const struct views *views);

#endif
