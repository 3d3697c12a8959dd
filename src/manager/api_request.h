/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One request to the API, from its arrival to its answer.
 *
 * A handler answers at once, after the commit, or parks the request and
 * answers it later. Every way to answer ends the request and frees it. A
 * client that is gone by then does no harm: the answer goes nowhere.
 */
#ifndef ERM_MANAGER_API_REQUEST_H
#define ERM_MANAGER_API_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <jansson.h>

#include "base/err.h"
#include "manager/api_peers.h"
#include "manager/context.h"

struct api_request;
struct api_wait;
struct api_stream;

/* The inside of the API; for src/manager/api_*.c alone. */
struct api {
    struct manager *manager; /* borrowed */
    char *path;              /* owned; of the socket */
    struct evhttp *http;
    struct evconnlistener *listener; /* owned by http */
    struct event *pause; /* accepts again, after descriptors were short */
    struct api_peers peers;
    struct api_request *open;   /* not answered yet, all of them */
    struct api_wait *waits;     /* GET /v1/jobs/wait; api_wait.h */
    struct api_stream *streams; /* GET /v1/events; api_events.h */
};

/* The client of a parked request is gone; REQUEST is freed after the call. */
typedef void api_gone_f(struct api_request *request, void *context);

struct api_request {
    struct api *api;             /* borrowed; NULL: the API is gone */
    struct evhttp_request *http; /* libevent's; NULL once it is answered */
    struct evkeyvalq params;     /* of the query; owned */
    json_t *body;                /* owned; an object; NULL without one */
    int64_t id;                  /* the number in the path; 0 none */
    json_t *answer;              /* owned; waits for the commit */
    struct event *hangup;        /* owned; while it is parked */
    api_gone_f *gone;
    void *context;
    struct api_request *prev, *next; /* in api->open */
};

/* Takes HTTP's request; reads the query and the body. -1 and ERR when one of
 * them is bad: then answer by api_request_fail. */
struct api_request *api_request_create(struct api *api,
                                       struct evhttp_request *http);
int api_request_read(struct api_request *request, struct err *err);
/* The descriptor of the connection, -1 when it is gone. */
int api_request_fd(const struct api_request *request);

/* Answers with ANSWER (taken); `"schema": 1` is put in. Frees REQUEST. */
void api_request_answer(struct api_request *request, json_t *answer);
void api_request_answer_status(struct api_request *request, int status,
                               json_t *answer);
/* Answers with ERR's code, text and hint, and the status that fits it. */
void api_request_fail(struct api_request *request, const struct err *err);
void api_request_fail_status(struct api_request *request, int status,
                             const struct err *err);
/* Answers once this turn is durable; 503 when it could not be made so. */
void api_request_answer_committed(struct api_request *request, json_t *answer);

/* The API ends before REQUEST was answered. One that waits for a commit is
 * freed when that calls, or not at all. */
void api_request_abandon(struct api_request *request);

/* Keeps the request open and calls GONE with CONTEXT if its client goes. */
void api_request_park(struct api_request *request, api_gone_f *gone,
                      void *context);
/* Frees REQUEST and closes its connection at once. */
void api_request_drop(struct api_request *request);
/* Ends the chunks of an answer that was begun by evhttp_send_reply_start and
 * frees REQUEST. */
void api_request_end_stream(struct api_request *request);
/* Frees REQUEST; its `http` was answered in another way. */
void api_request_release(struct api_request *request);

/* A parameter of the query, NULL when it was not given. Borrowed. */
const char *api_request_param(const struct api_request *request,
                              const char *name);
/* Is it given and neither "0" nor "false"? */
bool api_request_flag(const struct api_request *request, const char *name);

#endif
