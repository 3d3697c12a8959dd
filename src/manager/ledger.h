/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a turn writes to the store: the journal's records and the history of
 * jobs, nodes and directives. Only writes; the commit is the turn's.
 */
#ifndef ERM_MANAGER_LEDGER_H
#define ERM_MANAGER_LEDGER_H

#include "manager/context.h"
#include "manager/turn.h"

/* A job's row. What fails here fails the commit (store.h). */
void ledger_write_spec(struct manager *manager, const struct turn_spec *spec);
/* Of a directive that is stored already, or by this turn's actions. */
void ledger_write_note(struct manager *manager, const struct turn_note *note);
/* All that ACTIONS say. Ends are looked up in the turn. */
void ledger_write_actions(struct manager *manager,
                          const struct actions *actions);

#endif
