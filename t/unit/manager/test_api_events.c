/* SPDX-License-Identifier: BSD-2-Clause */
/* GET /v1/events. */
#include "api_scene.h"

#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>

#include "manager/api_events.h"
#include "store/journal.h"

#define ONE "{\"command\":\"a\",\"min_nodes\":1}"

/* The body of a whole answer in HTTP/1.0, which has no chunks. */
static char *get_lines(struct scene *scene, const char *path)
{
    struct peer peer;
    struct strbuf text;
    strbuf_init(&text);
    strbuf_add_fmt(&text, "GET %s HTTP/1.0\r\n\r\n", path);
    peer_connect(&peer, scene);
    peer_send(&peer, text.text);
    assert_true(peer_is_closed(&peer, scene, 10000));
    const char *body = strstr(peer.got.text, "\r\n\r\n");
    assert_non_null(body);
    char *copy = strdup(body + 4);
    peer_close(&peer);
    strbuf_release(&text);
    return copy;
}

/* Every line is an object, numbered without a gap from FIRST; how many. */
static int64_t check_lines(const char *lines, int64_t first)
{
    int64_t seq = first;
    while (*lines != '\0') {
        json_error_t error;
        json_t *line = json_loads(lines, JSON_DISABLE_EOF_CHECK, &error);
        if (line == NULL)
            fail_msg("%s: %s", error.text, lines);
        assert_int_equal(int_at(line, "seq"), seq);
        assert_int_equal(int_at(line, "schema"), 1);
        assert_true(json_is_object(at(line, "record")));
        json_decref(line);
        lines = strchr(lines, '\n') + 1;
        seq++;
    }
    return seq - first;
}

static void the_journal_is_told_line_by_line(void **state)
{
    struct scene *scene = *state;
    submit(scene, "{\"command\":\"a\",\"min_nodes\":2}");
    job_started(scene, 1);
    job_exited(scene, 1, 3);
    char *lines = get_lines(scene, "/v1/events?since=0");
    int64_t n = check_lines(lines, 1);
    assert_int_equal(n, store_last_seq(scene->manager.store));
    assert_contains(lines, "\"event\":\"submit\",\"job\":1,");
    assert_contains(lines,
                    "\"event\":\"start\",\"job\":1,\"nodelist\":\"n[1-2]\"");
    assert_contains(lines, "\"event\":\"exited\",\"job\":1,\"nodelist\":\"\"");
    free(lines);
}

static void since_and_limit_choose(void **state)
{
    struct scene *scene = *state;
    for (int i = 0; i < 10; i++)
        submit(scene, ONE);
    int64_t last = store_last_seq(scene->manager.store);
    char *lines = get_lines(scene, "/v1/events?limit=3");
    assert_int_equal(check_lines(lines, last - 2), 3);
    free(lines);
    lines = get_lines(scene, "/v1/events?since=2&limit=3");
    assert_int_equal(check_lines(lines, 3), 3);
    free(lines);
    lines = get_lines(scene, "/v1/events?limit=0");
    assert_string_equal(lines, "");
    free(lines);
    lines = get_lines(scene, "/v1/events?since=999999");
    assert_string_equal(lines, "");
    free(lines);
    json_decref(ask_json(scene, 400, "GET", "/v1/events?since=x", NULL));
    json_decref(ask_json(scene, 400, "GET", "/v1/events?limit=-1", NULL));
}

static void a_follower_gets_what_comes(void **state)
{
    struct scene *scene = *state;
    struct peer peer;
    peer_connect(&peer, scene);
    peer_ask(&peer, "GET", "/v1/events?follow=1", NULL);
    assert_true(peer_expect(&peer, scene, "Transfer-Encoding: chunked", 5000));
    submit(scene, ONE);
    assert_true(peer_expect(&peer, scene, "\"event\":\"start\"", 5000));
    job_started(scene, 1);
    assert_true(peer_expect(&peer, scene, "\"event\":\"started\"", 5000));
    job_exited(scene, 1, 0);
    assert_true(peer_expect(&peer, scene, "\"event\":\"exited\"", 5000));
    assert_false(peer_is_closed(&peer, scene, 20));
    peer_close(&peer);
    for (int i = 0; i < 5; i++)
        scene_turn(scene);
    assert_null(scene->manager.api->streams);
    submit(scene, ONE);
}

static void a_follower_can_go_on_where_it_was(void **state)
{
    struct scene *scene = *state;
    struct peer peer;
    submit(scene, ONE);
    int64_t last = store_last_seq(scene->manager.store);
    struct strbuf text;
    strbuf_init(&text);
    strbuf_add_fmt(&text, "/v1/events?follow=1&since=%lld",
                   (long long)last - 1);
    peer_connect(&peer, scene);
    peer_ask(&peer, "GET", text.text, NULL);
    strbuf_reset(&text);
    strbuf_add_fmt(&text, "{\"schema\":1,\"seq\":%lld,", (long long)last);
    assert_true(peer_expect(&peer, scene, text.text, 5000));
    assert_null(strstr(peer.got.text, "\"event\":\"submit\""));
    peer_close(&peer);
    strbuf_release(&text);
}

/* Bytes that wait in our memory for the only client. */
static size_t waiting_bytes(const struct scene *scene)
{
    const struct api_request *request = scene->manager.api->open;
    assert_non_null(request);
    struct bufferevent *bev = evhttp_connection_get_bufferevent(
        evhttp_request_get_connection(request->http));
    return evbuffer_get_length(bufferevent_get_output(bev));
}

static void add_records(struct scene *scene, int n)
{
    char text[1200];
    snprintf(text, sizeof(text), "{\"event\":\"timer\",\"pad\":\"%01000d\"}",
             0);
    for (int i = 0; i < n; i++)
        assert_true(store_add_record(scene->manager.store,
                                     manager_now(&scene->manager), 0, "timer",
                                     text, NULL) > 0);
    assert_int_equal(store_commit(scene->manager.store, NULL), 0);
}

static void a_slow_reader_costs_little_and_loses_nothing(void **state)
{
    struct scene *scene = *state;
    struct peer peer;
    peer_connect(&peer, scene);
    peer_send(&peer, "GET /v1/events?follow=1&since=0 HTTP/1.0\r\n\r\n");
    assert_true(peer_expect(&peer, scene, "200 OK", 5000));
    size_t most = 0;
    for (int i = 0; i < 100; i++) {
        add_records(scene, 200);
        submit(scene, "{\"command\":\"a\",\"min_nodes\":5}");
        scene_turn(scene);
        size_t now = waiting_bytes(scene);
        most = now > most ? now : most;
    }
    /* 20 MB were written to the journal */
    assert_true(most < 2 << 20);
    struct strbuf end;
    strbuf_init(&end);
    strbuf_add_fmt(&end, "{\"schema\":1,\"seq\":%lld,",
                   (long long)store_last_seq(scene->manager.store));
    assert_true(peer_expect(&peer, scene, end.text, 60000));
    check_lines(strstr(peer.got.text, "\r\n\r\n") + 4, 1);
    strbuf_release(&end);
    peer_close(&peer);
}

static void the_end_of_the_manager_ends_the_stream(void **state)
{
    struct scene *scene = *state;
    struct peer peer;
    peer_connect(&peer, scene);
    peer_ask(&peer, "GET", "/v1/events?follow=1", NULL);
    assert_true(peer_expect(&peer, scene, "200 OK", 5000));
    scene->manager.is_stopping = true;
    api_streams_end(scene->manager.api);
    /* written at once: the loop would not come round again */
    char end[64] = "";
    assert_true(read(peer.fd, end, sizeof(end) - 1) > 0);
    assert_string_equal(end, "0\r\n\r\n");
    peer_close(&peer);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, scene_enter, scene_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_journal_is_told_line_by_line),
        TEST(since_and_limit_choose),
        TEST(a_follower_gets_what_comes),
        TEST(a_follower_can_go_on_where_it_was),
        TEST(a_slow_reader_costs_little_and_loses_nothing),
        TEST(the_end_of_the_manager_ends_the_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
