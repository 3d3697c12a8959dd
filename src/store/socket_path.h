/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the manager's socket lives: in a private folder on a local disk, under
 * a short name, because a socket's address has 108 bytes and a state directory
 * may be deep down on a network file system.
 */
#ifndef ERM_STORE_SOCKET_PATH_H
#define ERM_STORE_SOCKET_PATH_H

#include "base/err.h"

/*
 * Makes the folder and returns the owned path of the socket for the state
 * directory STATE_PATH (its real path), which decides the name:
 * XDG/erm/<hash>.sock when XDG (from XDG_RUNTIME_DIR; may be NULL) is an
 * absolute path of a folder of ours and the address fits, else
 * TMP/erm-<uid>/<hash>.sock. NULL with ERR_DENIED (the folder is not ours
 * alone), ERR_INPUT (too long), ERR_SYSTEM. Does not touch the socket.
 */
char *socket_path_prepare(const char *xdg, const char *tmp,
                          const char *state_path, struct err *err);

#endif
