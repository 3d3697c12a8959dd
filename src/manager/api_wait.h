/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clients that wait for jobs to end: GET /v1/jobs/wait, a long poll.
 *
 * An end counts once it is durable, so a client never hears of one that a
 * crash could take back.
 */
#ifndef ERM_MANAGER_API_WAIT_H
#define ERM_MANAGER_API_WAIT_H

#include "manager/api_request.h"

/* The job's end is committed. */
void api_waits_ended(struct api *api, int64_t id);
/* A turn is committed: answers those that have what they wait for. */
void api_waits_turn_done(struct api *api);
/* The API ends: answers all with what there is. */
void api_waits_end(struct api *api);

#endif
