/* SPDX-License-Identifier: BSD-2-Clause */
/* See api.h. The HTTP server is libevent's; here are its limits, who may talk
 * to it, and the way of a request to its handler. */
#include "manager/api.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <utlist.h>

#include "base/alloc.h"
#include "manager/api_events.h"
#include "manager/api_request.h"
#include "manager/api_route.h"
#include "manager/api_socket.h"
#include "manager/api_wait.h"
#include "manager/node_names.h"

#define BODY_MAX (64 << 20)
#define HEADERS_MAX (64 << 10)
#define SILENCE_MAX 30 /* seconds without a byte, in a request or an answer */

static const char *method_name(enum evhttp_cmd_type method)
{
    switch (method) {
    case EVHTTP_REQ_GET:
        return "GET";
    case EVHTTP_REQ_POST:
        return "POST";
    default:
        return "this method";
    }
}

/* May REQUEST change anything now? */
static int check_change(const struct manager *manager, struct err *err)
{
    if (manager->is_stopping || manager->is_draining) {
        err_set(err, ERR_BUSY, "the manager is stopping");
        return err_hint(err, "start it again by 'erm start'");
    }
    if (manager->is_read_only) {
        err_set(err, ERR_FULL,
                "the disk is full: running jobs go on, nothing new is taken");
        return err_hint(err, "free some space; it goes on by itself then");
    }
    return 0;
}

static void dispatch(struct api_request *request)
{
    struct err err = {0};
    uid_t uid = 0;
    if (!api_socket_is_allowed(api_request_fd(request), &uid)) {
        err_set(&err, ERR_DENIED, "user %u may not use this manager",
                (unsigned)uid);
        api_request_fail_status(request, 403, &err);
        return;
    }
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request->http);
    const char *path = uri == NULL ? NULL : evhttp_uri_get_path(uri);
    int status = 400;
    const struct api_route *route =
        api_route_find(method_name(evhttp_request_get_command(request->http)),
                       path == NULL ? "" : path, &request->id, &status, &err);
    if (route == NULL)
        api_request_fail_status(request, status, &err);
    else if (api_request_read(request, &err) != 0 ||
             (route->is_change &&
              check_change(request->api->manager, &err) != 0))
        api_request_fail(request, &err);
    else
        route->handler(request);
}

static void on_request(struct evhttp_request *http, void *context)
{
    struct api *api = context;
    struct api_request *request = api_request_create(api, http);
    api_peers_touch(&api->peers, api_request_fd(request));
    dispatch(request);
}

/* ---- connections ---- */

static void make_room(struct api *api)
{
    struct api_request *request;
    DL_FOREACH(api->open, request)
    api_peers_touch(&api->peers, api_request_fd(request));
    size_t n = api_peers_sweep(&api->peers);
    if (n > 0)
        log_warning(&api->manager->log,
                    "api: more than %zu connections, the %zu that were silent "
                    "the longest are closed",
                    api->peers.limit, n);
}

/* libevent asks for this for every connection that it accepts. */
static struct bufferevent *on_accept(struct event_base *loop, void *context)
{
    struct api *api = context;
    if (api_peers_add(&api->peers))
        make_room(api);
    return bufferevent_socket_new(loop, -1, BEV_OPT_CLOSE_ON_FREE);
}

static void accept_again(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct api *api = context;
    evconnlistener_enable(api->listener);
}

/* Without descriptors accept() fails at once, again and again: wait a little
 * after making room. */
static void on_accept_error(struct evconnlistener *listener, void *context)
{
    struct api *api = context;
    static const struct timeval soon = {.tv_usec = 100000};
    log_warning(&api->manager->log, "api: cannot accept a connection: %s",
                strerror(errno));
    evconnlistener_disable(listener);
    make_room(api);
    event_add(api->pause, &soon);
}

/* ---- news ---- */

void api_job_ended(struct api *api, int64_t id)
{
    api_waits_ended(api, id);
}

void api_turn_done(struct api *api)
{
    api_waits_turn_done(api);
    api_streams_wake(api);
}

/* Since when a node is idle or somebody's is told by what becomes of it here;
 * nothing else needs to know. */
static void note_nodes(const struct manager *manager,
                       const struct action *action)
{
    bool is_change =
        action->type == ACT_START || action->type == ACT_RELEASE ||
        (action->type == ACT_OFFER && action->op == DIRECTIVE_GROW);
    if (!is_change)
        return;
    IDSET_EACH (&action->nodes, node)
        if (node < manager->nodes->n)
            manager->nodes->entries[node].since = manager_now(manager);
}

static void on_news(void *context, const struct actions *actions)
{
    struct api *api = context;
    for (size_t i = 0; i < actions->n; i++) {
        note_nodes(api->manager, &actions->items[i]);
        if (actions->items[i].type == ACT_FINISHED)
            api_job_ended(api, actions->items[i].job);
    }
    api_turn_done(api);
}

/* ---- its life ---- */

static int serve(struct api *api, int fd, struct err *err)
{
    struct event_base *loop = api->manager->loop;
    api->pause = evtimer_new(loop, accept_again, api);
    api->http = evhttp_new(loop);
    api->listener = evconnlistener_new(
        loop, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
    if (api->pause == NULL || api->http == NULL || api->listener == NULL ||
        evhttp_bind_listener(api->http, api->listener) == NULL)
        return err_set(err, ERR_SYSTEM, "cannot serve HTTP on %s", api->path);
    evconnlistener_set_error_cb(api->listener, on_accept_error);
    evhttp_set_max_body_size(api->http, BODY_MAX);
    evhttp_set_max_headers_size(api->http, HEADERS_MAX);
    evhttp_set_timeout(api->http, SILENCE_MAX);
    /* all that it knows: those we do not serve get an answer in JSON too */
    evhttp_set_allowed_methods(api->http, 0xffff);
    evhttp_set_flags(api->http, EVHTTP_SERVER_LINGERING_CLOSE);
    evhttp_set_bevcb(api->http, on_accept, api);
    evhttp_set_gencb(api->http, on_request, api);
    return 0;
}

struct api *api_create(struct manager *manager, const char *socket_path,
                       struct err *err)
{
    int fd = api_socket_listen(socket_path, err);
    if (fd < 0)
        return NULL;
    struct api *api = mem_alloc(sizeof(*api));
    api->manager = manager;
    api->path = mem_strdup(socket_path);
    api_peers_init(&api->peers, api->path);
    if (serve(api, fd, err) != 0) {
        if (api->listener == NULL)
            close(fd);
        api_destroy(api);
        return NULL;
    }
    manager->api = api;
    turn_on_news(manager->turn, on_news, api);
    return api;
}

/* Everybody who still waits is told that it is over. */
static void end_requests(struct api *api)
{
    struct api_request *request, *next;
    api_waits_end(api);
    api_streams_end(api);
    DL_FOREACH_SAFE(api->open, request, next)
    api_request_abandon(request);
}

void api_destroy(struct api *api)
{
    if (api == NULL)
        return;
    if (api->manager->api == api) {
        turn_on_news(api->manager->turn, NULL, NULL);
        api->manager->api = NULL;
    }
    end_requests(api);
    if (api->http != NULL)
        evhttp_free(api->http);
    if (api->pause != NULL)
        event_free(api->pause);
    api_peers_release(&api->peers);
    unlink(api->path);
    free(api->path);
    free(api);
}

const char *api_socket_path(const struct api *api)
{
    return api->path;
}
