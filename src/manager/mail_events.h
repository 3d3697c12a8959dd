/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A mailbox's events.jsonl: what happened, one line each (doc/protocol.md).
 */
#ifndef ERM_MANAGER_MAIL_EVENTS_H
#define ERM_MANAGER_MAIL_EVENTS_H

#include <jansson.h>

#include "manager/context.h"

/* A new line's object, with the present time and EVENT. */
json_t *mail_event(const struct manager *manager, const char *event);
/* The names of NODES as the member "nodes". */
void mail_event_add_nodes(const struct manager *manager, json_t *object,
                          const struct idset *nodes);
/* Appends OBJECT, which it takes, to that of JOB. What cannot be written is
 * lost: it is for people. */
void mail_event_tell(const struct manager *manager, int64_t job,
                     json_t *object);
/* Instants of erm's clock as clients have them, by the wall clock. TIME_NEVER
 * stays that. */
time_us mail_wall_time(const struct manager *manager, time_us when);

#endif
