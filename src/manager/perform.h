/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Doing: actions of the core -> effects. What comes of them returns as events,
 * those that fail at once too. Called only for what is committed.
 */
#ifndef ERM_MANAGER_PERFORM_H
#define ERM_MANAGER_PERFORM_H

#include "manager/context.h"

void perform_action(struct manager *manager, const struct action *action);

#endif
