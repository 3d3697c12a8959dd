/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way of the mode restart: the job gets a signal, saves its state and exits
 * with 85; the core then starts it again on the nodes that it is to have. The
 * signal counts as accepted.
 *
 * A signal without a handler would end the job: it is sent when a process of
 * the job has one. Where that cannot be seen (MPI programs on other machines),
 * the job must have run for some seconds.
 */
#ifndef ERM_MANAGER_RESTARTING_H
#define ERM_MANAGER_RESTARTING_H

#include "manager/resizing.h"

extern const struct resize_way restart_way;

/* What waits to be told is forgotten; after a restart it is offered again. */
void restarting_release(struct manager *manager);

#endif
