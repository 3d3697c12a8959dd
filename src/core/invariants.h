/* SPDX-License-Identifier: BSD-2-Clause */
/* What must hold after every event, whatever happened (doc/invariants.md). For
 * tests. */
#ifndef ERM_CORE_INVARIANTS_H
#define ERM_CORE_INVARIANTS_H

#include "core/sched.h"

/* True, or false and ERR says which is broken and by whom. AFTER_PASS: the
 * event ended with a scheduling pass (not in the middle of a replay). */
bool invariants_hold(const struct sched *sched, bool after_pass,
                     struct err *err);

#endif
