/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store: the database `erm.db` of a state directory, and its transactions.
 *
 * It keeps the journal (journal.h), jobs and their history (history.h,
 * history_view.h), the numbers of nodes (node_table.h) and settings. It keeps
 * texts and words as they are given and does not look into them. Tables:
 * doc/journal.md, "the database".
 *
 * Writes gather in one transaction until store_commit(), which makes them
 * durable all together, or none of them. A caller may leave the results of
 * single writes alone: after a failed one, the commit fails too. Only
 * ERR_CONFLICT (a row that is there already) changes nothing and fails nothing.
 */
#ifndef ERM_STORE_STORE_H
#define ERM_STORE_STORE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/log.h"
#include "store/state_dir.h"

struct store;

/*
 * Opens the database in DIR or makes a new one; the caller holds the lock
 * (state_lock.h). LOG is borrowed and may be NULL; it hears of a network file
 * system, an unclean end and a full disk. After an unclean end the database is
 * checked first. Returns owned store, or NULL: ERR_CONFLICT (written by a
 * newer erm), ERR_INPUT (not erm's), ERR_SYSTEM (damaged...), ERR_FULL.
 */
struct store *store_open(const struct state_dir *dir, const struct log *log,
                         struct err *err);
/* Drops what is not committed, marks a clean end. NULL is fine. */
void store_close(struct store *store);

/*
 * Makes all writes since the last commit durable; nothing to do is fine. On
 * -1 none of them is stored and the caller's state is ahead of the journal:
 *   ERR_FULL    the disk is full and the ballast is used up
 *   ERR_BUSY    another program keeps the database locked
 *   ERR_SYSTEM  the disk failed. Nobody knows what is on it (perhaps even
 *               these writes): all further writes fail, the manager must stop
 */
int store_commit(struct store *store, struct err *err);

/* Did the last manager end without store_close()? */
bool store_was_unclean(const struct store *store);
/* Is the disk full, so that commits live on the ballast? Then take no new
 * jobs: what is left is for the ends of those that run. */
bool store_is_full(const struct store *store);
/* Call now and then while it is full: makes the ballast again when there is
 * room. True when the disk is not full any more. */
bool store_refill(struct store *store);

/* Returns the setting's owned text; NULL when not set (ERR_NOT_FOUND) or on
 * an error. Keys that begin with "store." are the store's own. */
char *store_get_setting(struct store *store, const char *key, struct err *err);
/* Copies VALUE; NULL removes the setting. */
int store_set_setting(struct store *store, const char *key, const char *value,
                      struct err *err);

#endif
