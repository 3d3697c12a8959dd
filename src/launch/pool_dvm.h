/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The DVM over the pool (--dvm pool): one erm-dvm that serves, run by the inner
 * launcher as attempts of job 0. A new generation is started when nodes come
 * or go, when the old one ended, or when that has grown too large; jobs find
 * the newest that is ready behind one file (engine->pool_uri). An old one ends
 * when the jobs that may use it have ended.
 */
#ifndef ERM_LAUNCH_POOL_DVM_H
#define ERM_LAUNCH_POOL_DVM_H

#include "launch/prrte.h"

struct pool_dvm;

/* INNER and what CONFIG points to are borrowed. Takes over what an earlier
 * manager left running. Returns owned. */
struct pool_dvm *pool_dvm_create(const struct prrte_config *config,
                                 struct launcher *inner);
/* The DVM goes on while jobs use it, else it is told to end. NULL is fine. */
void pool_dvm_destroy(struct pool_dvm *pool);
/* As the launcher's set_nodes; UNREADY are not to be used yet. */
void pool_dvm_set_nodes(struct pool_dvm *pool, const struct launch_node *nodes,
                        uint32_t n, const struct idset *unready);
void pool_dvm_set_node(struct pool_dvm *pool, uint32_t node, bool is_up);
/* A report of the inner launcher about job 0. */
void pool_dvm_report(struct pool_dvm *pool, const struct launch_report *report);
void pool_dvm_job_started(struct pool_dvm *pool, int64_t job_id);
void pool_dvm_job_ended(struct pool_dvm *pool, int64_t job_id);

#endif
