/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the manager is: --state-dir, ERM_STATE_DIR, ERM_SOCKET, else `.erm`
 * in the working folder or above, as git finds .git (DESIGN 7).
 */
#ifndef ERM_CLI_LOCATE_H
#define ERM_CLI_LOCATE_H

#include "base/err.h"

/* Returns the owned path of the socket; NULL and ERR (ERR_NO_MANAGER, with a
 * hint) when there is none. STATE_DIR (may be NULL) is the option. Whether
 * somebody listens there is not asked. */
char *locate_socket(const char *state_dir, struct err *err);
/* Adds to an ERR_NO_MANAGER how one is started. */
void locate_hint(struct err *err);

#endif
