/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The unix socket that the API is served on: private to its owner.
 *
 * Knows nothing of HTTP. That there is one manager per state directory is the
 * lock's business (store/state_dir.h), not the socket's.
 */
#ifndef ERM_MANAGER_API_SOCKET_H
#define ERM_MANAGER_API_SOCKET_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

/*
 * Binds and listens on PATH (mode 0600), non-blocking and close-on-exec. Its
 * folder is made with 0700 when it is missing; one that others can enter is
 * refused. The socket of a dead manager is removed. Returns the descriptor, or
 * -1 and ERR: ERR_BUSY when somebody answers there, ERR_DENIED for a folder
 * that is not private.
 */
int api_socket_listen(const char *path, struct err *err);
/* May the process at the other end of FD use the API: is it of our user, or
 * root? *UID (may be NULL) tells whose it is. */
bool api_socket_is_allowed(int fd, uid_t *uid);

#endif
