/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which handler serves which method and path: one table.
 */
#ifndef ERM_MANAGER_API_ROUTE_H
#define ERM_MANAGER_API_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct api_request;

/* Answers the request or parks it; REQUEST is the handler's. */
typedef void api_handler_f(struct api_request *request);

struct api_route {
    const char *method; /* "GET" or "POST" */
    const char *path;   /* '#' stands for a number */
    api_handler_f *handler;
    bool is_change; /* refused while the manager stops or cannot write */
};

/*
 * The route of METHOD and PATH, borrowed; *ID is the number in the path, 0
 * when there is none. NULL and ERR with a hint, *STATUS 404 or 405.
 */
const struct api_route *api_route_find(const char *method, const char *path,
                                       int64_t *id, int *status,
                                       struct err *err);

#endif
