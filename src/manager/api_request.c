/* SPDX-License-Identifier: BSD-2-Clause */
/* See api_request.h. The care about who frees libevent's request is needed
 * because libevent gives it to us when a connection fails while we hold it,
 * and frees it with the connection otherwise. */
#include "manager/api_request.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <utlist.h>

#include "base/alloc.h"
#include "codec/json_text.h"

struct api_request *api_request_create(struct api *api,
                                       struct evhttp_request *http)
{
    struct api_request *request = mem_alloc(sizeof(*request));
    request->api = api;
    request->http = http;
    TAILQ_INIT(&request->params);
    DL_APPEND(api->open, request);
    return request;
}

void api_request_release(struct api_request *request)
{
    if (request->api != NULL)
        DL_DELETE(request->api->open, request);
    if (request->hangup != NULL)
        event_free(request->hangup);
    evhttp_clear_headers(&request->params);
    json_decref(request->body);
    json_decref(request->answer);
    free(request);
}

static int read_query(struct api_request *request, struct err *err)
{
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request->http);
    const char *query = uri == NULL ? NULL : evhttp_uri_get_query(uri);
    if (query == NULL || query[0] == '\0')
        return 0;
    if (evhttp_parse_query_str(query, &request->params) != 0) {
        TAILQ_INIT(&request->params);
        return err_set(err, ERR_INPUT, "bad query '?%.200s'", query);
    }
    return 0;
}

static int read_body(struct api_request *request, struct err *err)
{
    struct evbuffer *input = evhttp_request_get_input_buffer(request->http);
    size_t n = evbuffer_get_length(input);
    if (n == 0)
        return 0;
    const char *text = (const char *)evbuffer_pullup(input, -1);
    struct err problem = {0};
    json_t *body = json_text_load(text, n, &problem);
    evbuffer_drain(input, n);
    if (body == NULL) {
        err_set(err, ERR_INPUT, "body:%s", problem.text);
        return problem.hint[0] ? err_hint(err, "%s", problem.hint) : -1;
    }
    if (!json_is_object(body)) {
        json_decref(body);
        return err_set(err, ERR_INPUT, "body:1:1: a JSON object expected");
    }
    request->body = body;
    return 0;
}

int api_request_read(struct api_request *request, struct err *err)
{
    return read_query(request, err) != 0 || read_body(request, err) != 0 ? -1
                                                                         : 0;
}

int api_request_fd(const struct api_request *request)
{
    struct evhttp_connection *connection =
        request->http == NULL ? NULL
                              : evhttp_request_get_connection(request->http);
    if (connection == NULL)
        return -1;
    return bufferevent_getfd(evhttp_connection_get_bufferevent(connection));
}

/* ---- answers ---- */

static void forget_connection(struct api_request *request)
{
    struct evhttp_connection *connection =
        evhttp_request_get_connection(request->http);
    if (connection != NULL)
        evhttp_connection_set_closecb(connection, NULL, NULL);
}

static const char *status_words(int status)
{
    static const struct {
        int status;
        const char *words;
    } table[] = {{200, "OK"},
                 {400, "Bad Request"},
                 {403, "Forbidden"},
                 {404, "Not Found"},
                 {405, "Method Not Allowed"},
                 {409, "Conflict"},
                 {500, "Internal Error"},
                 {503, "Service Unavailable"}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (table[i].status == status)
            return table[i].words;
    return "Error";
}

/* The loop will not run again when the manager ends: writes what is to be sent
 * to CONNECTION, for at most half a second. */
static void write_out(struct evhttp_connection *connection)
{
    struct bufferevent *bev = evhttp_connection_get_bufferevent(connection);
    struct evbuffer *output = bufferevent_get_output(bev);
    struct pollfd wait = {.fd = bufferevent_getfd(bev), .events = POLLOUT};
    evbuffer_unfreeze(output, 1);
    for (int i = 0; i < 50 && evbuffer_get_length(output) > 0; i++)
        if (evbuffer_write(output, wait.fd) < 0 && poll(&wait, 1, 10) < 0)
            break;
    evbuffer_freeze(output, 1);
}

/* Is this perhaps the last turn? That it was is found only after it. */
static bool may_end(const struct manager *manager)
{
    return manager->is_stopping || manager->is_draining ||
           manager->options.until_idle;
}

static int add_text(const char *data, size_t n, void *text)
{
    strbuf_add(text, data, n);
    return 0;
}

static void free_text(const void *data, size_t n, void *text)
{
    (void)data;
    (void)n;
    free(text);
}

/* ANSWER (taken) as one line; big ones are not copied again. */
static struct evbuffer *make_body(json_t *answer)
{
    struct evbuffer *body = evbuffer_new();
    struct strbuf line;
    strbuf_init(&line);
    json_object_set_new(answer, "schema", json_integer(1));
    json_dump_callback(answer, add_text, &line,
                       JSON_COMPACT | JSON_REAL_PRECISION(15));
    json_decref(answer);
    strbuf_add_char(&line, '\n');
    size_t n = line.len;
    char *text = strbuf_detach(&line);
    evbuffer_add_reference(body, text, n, free_text, text);
    return body;
}

/* Sends ANSWER (taken); the request's `http` is then libevent's again. */
static void send_answer(struct api_request *request, int status, json_t *answer)
{
    struct evhttp_connection *connection =
        evhttp_request_get_connection(request->http);
    struct evbuffer *output = make_body(answer);
    forget_connection(request);
    evhttp_add_header(evhttp_request_get_output_headers(request->http),
                      "Content-Type", "application/json");
    evhttp_send_reply(request->http, status, status_words(status), output);
    evbuffer_free(output);
    request->http = NULL;
    if (connection != NULL && may_end(request->api->manager))
        write_out(connection);
}

void api_request_answer_status(struct api_request *request, int status,
                               json_t *answer)
{
    send_answer(request, status, answer);
    api_request_release(request);
}

void api_request_answer(struct api_request *request, json_t *answer)
{
    api_request_answer_status(request, HTTP_OK, answer);
}

void api_request_end_stream(struct api_request *request)
{
    struct evhttp_connection *connection =
        evhttp_request_get_connection(request->http);
    forget_connection(request);
    evhttp_send_reply_end(request->http);
    request->http = NULL;
    if (connection != NULL && may_end(request->api->manager))
        write_out(connection);
    api_request_release(request);
}

static int status_of(enum err_code code)
{
    switch (code) {
    case ERR_NOT_FOUND:
        return 404;
    case ERR_CONFLICT:
        return 409;
    case ERR_DENIED:
        return 403;
    case ERR_FULL:
    case ERR_BUSY:
        return 503;
    case ERR_SYSTEM:
        return 500;
    default:
        return 400;
    }
}

static json_t *error_body(const struct err *err)
{
    json_t *error =
        json_pack("{s:s, s:s, s:s}", "code", err_code_name(err->code), "text",
                  err->text, "hint", err->hint);
    /* only text that is not UTF-8 cannot be packed */
    if (error == NULL)
        error = json_pack("{s:s, s:s, s:s}", "code", err_code_name(err->code),
                          "text", err_code_text(err->code), "hint", "");
    return json_pack("{s:o}", "error", error);
}

void api_request_fail_status(struct api_request *request, int status,
                             const struct err *err)
{
    api_request_answer_status(request, status, error_body(err));
}

void api_request_fail(struct api_request *request, const struct err *err)
{
    api_request_fail_status(request, status_of(err->code), err);
}

static void finish_committed(void *context, bool is_committed)
{
    struct api_request *request = context;
    json_t *answer = request->answer;
    request->answer = NULL;
    if (request->http == NULL) {
        json_decref(answer);
        api_request_release(request);
        return;
    }
    if (is_committed) {
        api_request_answer(request, answer);
        return;
    }
    json_decref(answer);
    struct err err;
    err_set(&err, ERR_FULL,
            "not written: the disk is full; it is kept in memory and will be "
            "done when there is space again");
    err_hint(&err, "free some space; do not send it again");
    api_request_fail(request, &err);
}

void api_request_answer_committed(struct api_request *request, json_t *answer)
{
    request->answer = answer;
    turn_after_commit(request->api->manager->turn, finish_committed, request);
}

void api_request_abandon(struct api_request *request)
{
    struct err err;
    if (request->answer == NULL) {
        api_request_drop(request);
        return;
    }
    err_set(&err, ERR_BUSY, "the manager stopped before this was written");
    send_answer(request, 503, error_body(&err));
    DL_DELETE(request->api->open, request);
    request->api = NULL;
}

/* ---- parked requests ---- */

static void tell_gone(struct api_request *request)
{
    request->gone(request, request->context);
}

/* libevent closed the connection (write timeout or error): it has put its
 * request aside for us to free. */
static void on_close(struct evhttp_connection *connection, void *context)
{
    (void)connection;
    struct api_request *request = context;
    tell_gone(request);
    evhttp_request_free(request->http);
    api_request_release(request);
}

void api_request_drop(struct api_request *request)
{
    struct evhttp_connection *connection =
        evhttp_request_get_connection(request->http);
    if (connection == NULL) {
        evhttp_request_free(request->http);
    } else {
        evhttp_connection_set_closecb(connection, NULL, NULL);
        evhttp_connection_free(connection); /* and its request */
    }
    api_request_release(request);
}

/* A client that has only closed its sending half still wants its answer. */
static void on_hangup(evutil_socket_t fd, short what, void *context)
{
    (void)what;
    struct api_request *request = context;
    struct pollfd look = {.fd = fd, .events = 0};
    if (poll(&look, 1, 0) == 1 && (look.revents & (POLLHUP | POLLERR)) != 0) {
        tell_gone(request);
        api_request_drop(request);
    }
}

void api_request_park(struct api_request *request, api_gone_f *gone,
                      void *context)
{
    request->gone = gone;
    request->context = context;
    struct evhttp_connection *connection =
        evhttp_request_get_connection(request->http);
    if (connection == NULL)
        return;
    evhttp_connection_set_closecb(connection, on_close, request);
    /* libevent does not read while a request is being answered, so it would
     * not see the client go; epoll can tell without reading */
    request->hangup =
        event_new(request->api->manager->loop, api_request_fd(request),
                  EV_CLOSED, on_hangup, request);
    event_add(request->hangup, NULL);
}

/* ---- parameters ---- */

const char *api_request_param(const struct api_request *request,
                              const char *name)
{
    return evhttp_find_header(&request->params, name);
}

bool api_request_flag(const struct api_request *request, const char *name)
{
    const char *value = api_request_param(request, name);
    return value != NULL && strcmp(value, "0") != 0 &&
           strcmp(value, "false") != 0;
}
