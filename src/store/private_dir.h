/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A folder that is ours alone: it belongs to us, nobody else can write to it,
 * and its last component is no symbolic link that somebody planted.
 */
#ifndef ERM_STORE_PRIVATE_DIR_H
#define ERM_STORE_PRIVATE_DIR_H

#include <stdbool.h>

#include "base/err.h"

/*
 * Opens NAME below AT_FD (AT_FDCWD: as a path), first makes it (mode 0700)
 * when IS_NEW_FINE and it is missing. SHOWN is its name in error messages.
 * NAME must not end in a slash: that would follow a link.
 * Returns a descriptor that the caller closes, or -1: ERR_NOT_FOUND (missing),
 * ERR_DENIED (foreign, loose mode or a link), ERR_SYSTEM, ERR_FULL.
 */
int private_dir_open(int at_fd, const char *name, const char *shown,
                     bool is_new_fine, struct err *err);

#endif
