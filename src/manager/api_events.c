/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nothing is kept per event: the journal is the queue. `is_writing` is true
 * from handing a piece to libevent until the socket has taken all of it, which
 * is how fast the client reads.
 */
#include "manager/api_events.h"

#include <stdlib.h>

#include <event2/buffer.h>
#include <utlist.h>

#include "base/alloc.h"
#include "codec/event_json.h"
#include "manager/api_args.h"
#include "manager/api_handlers.h"
#include "manager/views.h"
#include "store/journal.h"

#define PIECE 500 /* records that one write takes */
#define DEFAULT_LIMIT 1000

struct api_stream {
    struct api_request *request; /* parked */
    int64_t last;                /* the last record that was sent */
    int64_t left;                /* how many more; followers: no limit */
    bool is_following;
    bool is_writing; /* a piece is not yet read by the client */
    struct api_stream *prev, *next;
};

/* ---- a piece ---- */

struct piece {
    struct views views;
    struct evbuffer *lines;
    int64_t last, n;
};

/* RECORD's text is JSON already and goes in as it is. */
static int add_record(void *context, const struct record *record)
{
    struct piece *piece = context;
    struct strbuf nodes;
    struct event event;
    strbuf_init(&nodes);
    if (event_from_text(record->text, &event, NULL) == 0) {
        views_add_nodelist(&nodes, &piece->views, &event.nodes);
        event_release(&event);
    }
    json_t *time = views_time(record->time);
    evbuffer_add_printf(piece->lines,
                        "{\"schema\":1,\"seq\":%lld,\"time\":\"%s\","
                        "\"event\":\"%s\",\"job\":",
                        (long long)record->seq, json_string_value(time),
                        record->type);
    if (record->job > 0)
        evbuffer_add_printf(piece->lines, "%lld", (long long)record->job);
    else
        evbuffer_add_printf(piece->lines, "null");
    evbuffer_add_printf(piece->lines, ",\"nodelist\":\"%s\",\"record\":%s}\n",
                        nodes.text, record->text);
    json_decref(time);
    strbuf_release(&nodes);
    piece->last = record->seq;
    piece->n++;
    return 0;
}

/* Reads the next records into LINES; how many. */
static int64_t read_piece(struct api_stream *stream, struct evbuffer *lines)
{
    const struct manager *manager = stream->request->api->manager;
    struct piece piece = {.lines = lines, .last = stream->last};
    int64_t n = stream->left < PIECE ? stream->left : PIECE;
    struct err err = {0};
    /* 0 would mean all of them */
    if (n <= 0)
        return 0;
    views_init(&piece.views, manager);
    if (store_each_record(manager->store, stream->last + 1, n, add_record,
                          &piece, &err) != 0)
        log_warning(&manager->log, "api: events: %s", err.text);
    views_release(&piece.views);
    stream->last = piece.last;
    stream->left -= piece.n;
    return piece.n;
}

/* ---- a client ---- */

static void release_stream(struct api_stream *stream)
{
    DL_DELETE(stream->request->api->streams, stream);
    free(stream);
}

/* All was sent that was asked for. */
static void end_stream(struct api_stream *stream)
{
    struct api_request *request = stream->request;
    release_stream(stream);
    api_request_end_stream(request);
}

static void send_next(struct api_stream *stream);

/* The client has read the piece: the next one. */
static void on_written(struct evhttp_connection *connection, void *context)
{
    (void)connection;
    struct api_stream *stream = context;
    stream->is_writing = false;
    send_next(stream);
}

static void send_next(struct api_stream *stream)
{
    struct evbuffer *lines = evbuffer_new();
    if (read_piece(stream, lines) > 0) {
        stream->is_writing = true;
        evhttp_send_reply_chunk_with_cb(stream->request->http, lines,
                                        on_written, stream);
    } else if (!stream->is_following) {
        end_stream(stream);
    }
    evbuffer_free(lines);
}

void api_streams_wake(struct api *api)
{
    struct api_stream *stream, *next;
    DL_FOREACH_SAFE(api->streams, stream, next)
    if (!stream->is_writing)
        send_next(stream);
}

void api_streams_end(struct api *api)
{
    while (api->streams != NULL)
        end_stream(api->streams);
}

static void on_gone(struct api_request *request, void *context)
{
    (void)request;
    release_stream(context);
}

static void start_stream(struct api_request *request, int64_t last,
                         int64_t left, bool is_following)
{
    struct api_stream *stream = mem_alloc(sizeof(*stream));
    stream->request = request;
    stream->last = last;
    stream->left = is_following ? INT64_MAX : left;
    stream->is_following = is_following;
    DL_APPEND(request->api->streams, stream);
    evhttp_add_header(evhttp_request_get_output_headers(request->http),
                      "Content-Type", "application/jsonl");
    evhttp_send_reply_start(request->http, HTTP_OK, "OK");
    api_request_park(request, on_gone, stream);
    send_next(stream);
}

void api_get_events(struct api_request *request)
{
    struct err err = {0};
    const struct store *store = request->api->manager->store;
    int64_t since = -1, limit = -1, newest = store_last_seq(store);
    if (args_param_int(request, "since", 0, INT64_MAX - 1, &since, &err) != 0 ||
        args_param_int(request, "limit", 0, INT64_MAX, &limit, &err) != 0) {
        api_request_fail(request, &err);
        return;
    }
    if (since >= 0) {
        start_stream(request, since, limit < 0 ? INT64_MAX : limit,
                     api_request_flag(request, "follow"));
        return;
    }
    if (limit < 0)
        limit = DEFAULT_LIMIT;
    since = newest > limit ? newest - limit : 0;
    start_stream(request, since, limit, api_request_flag(request, "follow"));
}
