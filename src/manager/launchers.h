/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which launcher runs the jobs: as asked for, or by what the pool's hosts are
 * and whether PRRTE is there. What was chosen and why is said in
 * manager->launcher_note.
 */
#ifndef ERM_MANAGER_LAUNCHERS_H
#define ERM_MANAGER_LAUNCHERS_H

#include "manager/context.h"

/* The pool's names must be known. Fills launcher, engine and launcher_note.
 * -1 and ERR: what was asked for is not there. */
int launchers_choose(struct manager *manager, struct err *err);

#endif
