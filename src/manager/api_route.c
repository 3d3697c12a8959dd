/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Routes are few and looked at one by one. A path that is right under another
 * method is told apart from a wrong one, because the hints differ.
 */
#include "manager/api_route.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "base/suggest.h"
#include "core/job.h"
#include "manager/api_handlers.h"

static const struct api_route routes[] = {
    {"GET", "/v1/status", api_get_status, false},
    {"GET", "/v1/jobs", api_get_jobs, false},
    {"POST", "/v1/jobs", api_post_jobs, true},
    {"GET", "/v1/jobs/wait", api_get_wait, false},
    {"POST", "/v1/jobs/cancel", api_post_cancel, true},
    {"POST", "/v1/jobs/hold", api_post_hold, true},
    {"POST", "/v1/jobs/release", api_post_release, true},
    {"POST", "/v1/jobs/requeue", api_post_requeue, true},
    {"POST", "/v1/jobs/update", api_post_update, true},
    {"POST", "/v1/jobs/resize", api_post_resize, true},
    {"GET", "/v1/jobs/#", api_get_job, false},
    {"GET", "/v1/jobs/#/why", api_get_why, false},
    {"GET", "/v1/nodes", api_get_nodes, false},
    {"POST", "/v1/nodes/drain", api_post_drain, true},
    {"POST", "/v1/nodes/resume", api_post_resume, true},
    {"POST", "/v1/nodes/add", api_post_add, true},
    {"POST", "/v1/nodes/remove", api_post_remove, true},
    {"GET", "/v1/events", api_get_events, false},
    {"GET", "/v1/history", api_get_history, false},
    {"GET", "/v1/learned", api_get_learned, false},
    {"GET", "/v1/state", api_get_state, false},
    {"POST", "/v1/reload", api_post_reload, true},
    /* stopping must be possible when nothing can be written */
    {"POST", "/v1/stop", api_post_stop, false},
};
#define N_ROUTES (sizeof(routes) / sizeof(routes[0]))

/* Reads digits at *PATH as a job id; false when there is none. A number that
 * is too long stays one that no job has. */
static bool match_number(const char **path, int64_t *id)
{
    int64_t value = 0;
    const char *c = *path;
    for (; isdigit((unsigned char)*c) && value <= JOB_ID_MAX; c++)
        value = value * 10 + (*c - '0');
    if (c == *path)
        return false;
    while (isdigit((unsigned char)*c))
        c++;
    *path = c;
    *id = value;
    return true;
}

static bool match_path(const char *pattern, const char *path, int64_t *id)
{
    *id = 0;
    for (; *pattern != '\0'; pattern++) {
        if (*pattern == '#') {
            if (!match_number(&path, id))
                return false;
        } else if (*pattern != *path++) {
            return false;
        }
    }
    return *path == '\0';
}

static void fail_path(const char *path, struct err *err)
{
    const char *words[N_ROUTES];
    for (size_t i = 0; i < N_ROUTES; i++)
        words[i] = routes[i].path;
    const char *near = suggest(path, words, N_ROUTES);
    err_set(err, ERR_NOT_FOUND, "no such path %.200s", path);
    if (near != NULL)
        err_hint(err, "did you mean %s?", near);
    else
        err_hint(err, "the paths are listed in doc/api.md");
}

const struct api_route *api_route_find(const char *method, const char *path,
                                       int64_t *id, int *status,
                                       struct err *err)
{
    const struct api_route *other = NULL;
    for (size_t i = 0; i < N_ROUTES; i++) {
        if (!match_path(routes[i].path, path, id))
            continue;
        if (strcmp(routes[i].method, method) == 0)
            return &routes[i];
        other = &routes[i];
    }
    if (other == NULL) {
        *status = 404;
        fail_path(path, err);
        return NULL;
    }
    *status = 405;
    err_set(err, ERR_INPUT, "%s is not for %s", method, path);
    err_hint(err, "use %s", other->method);
    return NULL;
}
