/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clients that read the journal: GET /v1/events.
 *
 * Each client is a cursor into the journal and takes the next piece when it
 * has read the last one, so a slow client costs one piece of memory and no
 * event is lost. One that reads nothing for half a minute is dropped (by
 * libevent's write timeout).
 */
#ifndef ERM_MANAGER_API_EVENTS_H
#define ERM_MANAGER_API_EVENTS_H

#include "manager/api_request.h"

/* A turn is committed: followers that have read all so far get more. */
void api_streams_wake(struct api *api);
/* The API ends: closes all. */
void api_streams_end(struct api *api);

#endif
