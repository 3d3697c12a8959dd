/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The API of a running manager: HTTP and JSON over a unix socket that only its
 * owner can open. Contract: doc/api.md.
 *
 * Answers to what changes something are sent after the turn's commit, so a
 * client that has one can rely on it.
 */
#ifndef ERM_MANAGER_API_H
#define ERM_MANAGER_API_H

#include <stdint.h>

#include "base/err.h"

struct api;
struct manager;

/*
 * Listens on SOCKET_PATH (copied; see store/socket_path.h) and serves MANAGER
 * (borrowed; sets manager->api and listens to its turns' news). manager->turn
 * and ->store must be there. Returns owned, or NULL and ERR. The file `socket`
 * of the state directory is the caller's business.
 */
struct api *api_create(struct manager *manager, const char *socket_path,
                       struct err *err);
/* Ends every connection and removes the socket, while MANAGER's other parts are
 * still there and not from inside the loop. With manager->is_stopping set all
 * answers are written out before. NULL is fine. */
void api_destroy(struct api *api);
/* Borrowed. */
const char *api_socket_path(const struct api *api);

/* For waiting clients; after the commit. Both are called by api.c itself from
 * turn_on_news(): the job has ended and is in the history; a turn is done. */
void api_job_ended(struct api *api, int64_t id);
void api_turn_done(struct api *api);

#endif
