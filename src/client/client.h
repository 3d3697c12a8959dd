/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asks a running manager over its unix socket: blocking, one connection per
 * request. The requests and answers themselves: doc/api.md.
 *
 * Where the socket is, is not decided here but in cli/locate.h.
 */
#ifndef ERM_CLIENT_CLIENT_H
#define ERM_CLIENT_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/err.h"

struct client {
    char *socket_path; /* owned */
    dur_us patience;   /* longest silence in a request; TIME_NEVER = none */
};

/* Copies SOCKET_PATH; nothing is opened yet. */
void client_init(struct client *client, const char *socket_path);
void client_release(struct client *client);

/*
 * One request. METHOD is "GET" or "POST", PATH begins with "/v1/", BODY may
 * be NULL. 0 and *ANSWER (owned, json_decref it), or -1 and ERR: the code and
 * text of the API's error body, ERR_NO_MANAGER when nobody listens on the
 * socket or the manager ends before it answers, ERR_SYSTEM when the answer
 * breaks off.
 */
int client_request(struct client *client, const char *method, const char *path,
                   const json_t *body, json_t **answer, struct err *err);

/* Gets one line without its end; true to go on. LINE is NUL-terminated. */
typedef bool client_line_f(void *context, const char *line, size_t len);

/*
 * A GET whose answer is lines (/v1/events): calls TAKE for each as it comes,
 * without a time limit, until the manager closes or TAKE returns false (both
 * are 0). -1 and ERR as client_request.
 */
int client_stream(struct client *client, const char *path, client_line_f *take,
                  void *context, struct err *err);

/* Does somebody accept connections on the socket? */
bool client_is_answered(const struct client *client);

#endif
