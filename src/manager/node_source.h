/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the nodes come from and how long they are ours (doc/allocation.md):
 * a hostfile, the allocation of a batch system, or slices of this machine.
 */
#ifndef ERM_MANAGER_NODE_SOURCE_H
#define ERM_MANAGER_NODE_SOURCE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "codec/hostfile.h"
#include "manager/context.h"

/*
 * Makes manager->source from the options and the environment; ERM_HOSTFILE
 * becomes the option. -1 and ERR when the options contradict each other or a
 * variable of the allocation that is to be used makes no sense.
 */
int node_source_find(struct manager *manager, struct err *err);
void node_source_destroy(struct node_source *source);
/* Tells the core, once there is one, when the allocation ends. */
void node_source_set_end(const struct manager *manager);

/* In the following a manager without a source has slices of this machine. */

bool node_source_is_local(const struct manager *manager);
/* Fills OUT (initialised) with all hosts, N names for N slices. -1 and ERR. */
int node_source_read(const struct manager *manager, uint32_t n_slices,
                     struct hostfile *out, struct err *err);
/* "slurm", "pbs", "lsf", "cobalt", "hostfile" or "local". */
const char *node_source_kind(const struct manager *manager);
/* The id of the allocation that erm runs in; NULL none. */
const char *node_source_id(const struct manager *manager);
/* "Slurm allocation 4711", "hosts.txt", "this machine". */
void node_source_add_name(const struct manager *manager, struct strbuf *out);
/* "Slurm allocation 4711: n[01-04], 16 slots each" for the pool NODES. */
void node_source_describe(const struct manager *manager,
                          const struct idset *nodes, struct strbuf *out);
/* The statement at the start: the above with the end, "ends 14:05:00 (in 59
 * min)". Nothing when all there is to say is in the launcher's note. */
void node_source_log(const struct manager *manager, const struct idset *nodes);

#endif
