/* SPDX-License-Identifier: BSD-2-Clause */
/* Does anybody still need a DVM that serves? */
#ifndef ERM_DVM_IN_USE_H
#define ERM_DVM_IN_USE_H

#include <stdbool.h>

/* CLAIM_DIR is STATE/jobs/0.N. True while a manager holds the state directory,
 * or the shepherd of any job but 0 its claim, and when that cannot be told. A
 * state directory that is gone is nobody's. */
bool in_use(const char *claim_dir);

#endif
