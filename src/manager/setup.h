/* SPDX-License-Identifier: BSD-2-Clause */
/* The manager's parts, made in order and taken down in reverse. */
#ifndef ERM_MANAGER_SETUP_H
#define ERM_MANAGER_SETUP_H

#include "manager/context.h"

/* Makes all parts in MANAGER (zeroed but for its options), recovers the state
 * and tells the core what is the case. Nothing is committed or started yet.
 * -1 and ERR; setup_release() in either case. */
int setup_make(struct manager *manager, struct err *err);
/* With a last snapshot when all that happened is durable. */
void setup_release(struct manager *manager);

#endif
