/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One request, by a handler of the test's own: every way to answer it, and
 * every moment at which its client can go.
 */
#include "api_scene.h"

#include <sys/socket.h>

#include <event2/http.h>

#include "manager/api_request.h"
#include "manager/turn.h"

struct probe {
    struct scene *scene;
    struct api_request *request; /* the last one that came */
    struct err read_error;
    int n_gone;
};

static void on_probe(struct evhttp_request *http, void *context)
{
    struct probe *probe = context;
    probe->request = api_request_create(probe->scene->manager.api, http);
    probe->read_error = (struct err){0};
    api_request_read(probe->request, &probe->read_error);
}

static struct probe *enter_probe(void **state)
{
    static struct probe probe; /* outlives the scene's loop */
    probe = (struct probe){.scene = *state};
    evhttp_set_cb(probe.scene->manager.api->http, "/probe", on_probe, &probe);
    return &probe;
}

/* Sends a request to the probe and waits until it has come. */
static void come(struct probe *probe, struct peer *peer, const char *query,
                 const char *body)
{
    char path[200];
    snprintf(path, sizeof(path), "/probe%s", query);
    peer_connect(peer, probe->scene);
    peer_ask(peer, body == NULL ? "GET" : "POST", path, body);
    for (int i = 0; i < 100 && probe->request == NULL; i++)
        event_base_loop(probe->scene->manager.loop, EVLOOP_NONBLOCK);
    assert_non_null(probe->request);
}

static void query_and_body_are_read(void **state)
{
    struct probe *probe = enter_probe(state);
    struct peer peer;
    come(probe, &peer, "?a=1%2C2&b=&c=x%20y&d=0&e=false", "{\"k\":[1]}");
    assert_int_equal(probe->read_error.code, ERR_NONE);
    assert_string_equal(api_request_param(probe->request, "a"), "1,2");
    assert_string_equal(api_request_param(probe->request, "b"), "");
    assert_string_equal(api_request_param(probe->request, "c"), "x y");
    assert_true(api_request_flag(probe->request, "a"));
    assert_false(api_request_flag(probe->request, "d"));
    assert_false(api_request_flag(probe->request, "e"));
    assert_int_equal(json_array_size(at(probe->request->body, "k")), 1);
    assert_true(api_request_fd(probe->request) >= 0);
    api_request_answer(probe->request, json_pack("{s:s}", "got", "it"));
    struct reply reply = peer_reply(&peer, probe->scene);
    assert_int_equal(reply.status, 200);
    assert_string_equal(text_at(reply.json, "got"), "it");
    assert_int_equal(int_at(reply.json, "schema"), 1);
    reply_release(&reply);
    peer_close(&peer);
}

static void numbers_are_printed_as_people_expect(void **state)
{
    struct probe *probe = enter_probe(state);
    struct peer peer;
    come(probe, &peer, "", NULL);
    api_request_answer(probe->request, json_pack("{s:f}", "left", 1799.367977));
    struct reply reply = peer_reply(&peer, probe->scene);
    assert_contains(reply.body, ":1799.367977,");
    reply_release(&reply);
    peer_close(&peer);
}

static void bad_bodies_have_line_and_column(void **state)
{
    struct probe *probe = enter_probe(state);
    static const struct {
        const char *body, *place;
    } table[] = {{"{\"a\": 1,}", "body:1:9"},
                 {"{\n \"a\": nan}", "body:2:7"},
                 {"{\"a\": 1} x", "body:1:10"},
                 {"\"text\"", "body:1:1"}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct peer peer;
        probe->request = NULL;
        come(probe, &peer, "", table[i].body);
        assert_int_equal(probe->read_error.code, ERR_INPUT);
        assert_contains(probe->read_error.text, table[i].place);
        api_request_fail(probe->request, &probe->read_error);
        struct reply reply = peer_reply(&peer, probe->scene);
        assert_int_equal(reply.status, 400);
        reply_release(&reply);
        peer_close(&peer);
    }
}

static void errors_have_the_status_that_fits(void **state)
{
    struct probe *probe = enter_probe(state);
    static const struct {
        enum err_code code;
        int status;
    } table[] = {{ERR_INPUT, 400},    {ERR_USAGE, 400},  {ERR_NOT_FOUND, 404},
                 {ERR_CONFLICT, 409}, {ERR_DENIED, 403}, {ERR_SYSTEM, 500},
                 {ERR_FULL, 503},     {ERR_BUSY, 503}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct peer peer;
        struct err err = {0};
        probe->request = NULL;
        come(probe, &peer, "", NULL);
        err_set(&err, table[i].code, "because");
        err_hint(&err, "try this");
        api_request_fail(probe->request, &err);
        struct reply reply = peer_reply(&peer, probe->scene);
        assert_int_equal(reply.status, table[i].status);
        assert_string_equal(text_at(reply.json, "error.code"),
                            err_code_name(table[i].code));
        assert_string_equal(text_at(reply.json, "error.text"), "because");
        assert_string_equal(text_at(reply.json, "error.hint"), "try this");
        reply_release(&reply);
        peer_close(&peer);
    }
}

static void an_error_that_is_not_utf8_is_still_json(void **state)
{
    struct probe *probe = enter_probe(state);
    struct peer peer;
    struct err err = {0};
    come(probe, &peer, "", NULL);
    err_set(&err, ERR_INPUT, "no file \xff\xfe");
    api_request_fail(probe->request, &err);
    struct reply reply = peer_reply(&peer, probe->scene);
    assert_string_equal(text_at(reply.json, "error.code"), "ERR_INPUT");
    reply_release(&reply);
    peer_close(&peer);
}

/* ---- waiting for the commit ---- */

static void make_a_change(struct scene *scene)
{
    struct event event;
    event_init(&event, EV_DRAIN, manager_now(&scene->manager));
    idset_add(&event.nodes, 0);
    assert_int_equal(manager_event(&scene->manager, &event, NULL), 0);
}

static void without_a_change_there_is_no_wait(void **state)
{
    struct probe *probe = enter_probe(state);
    struct peer peer;
    come(probe, &peer, "", NULL);
    api_request_answer_committed(probe->request, json_object());
    assert_null(probe->scene->manager.api->open);
    struct reply reply = peer_reply(&peer, probe->scene);
    assert_int_equal(reply.status, 200);
    reply_release(&reply);
    peer_close(&peer);
}

static void with_one_it_is_sent_after_the_commit(void **state)
{
    struct probe *probe = enter_probe(state);
    struct peer peer;
    come(probe, &peer, "", NULL);
    make_a_change(probe->scene);
    api_request_answer_committed(probe->request, json_object());
    assert_non_null(probe->scene->manager.api->open);
    turn_run(probe->scene->manager.turn);
    assert_null(probe->scene->manager.api->open);
    struct reply reply = peer_reply(&peer, probe->scene);
    assert_int_equal(reply.status, 200);
    reply_release(&reply);
    peer_close(&peer);
}

static void one_that_never_comes_is_told_at_the_end(void **state)
{
    struct probe *probe = enter_probe(state);
    struct peer peer;
    come(probe, &peer, "", NULL);
    make_a_change(probe->scene);
    api_request_answer_committed(probe->request, json_object());
    api_request_abandon(probe->request);
    assert_null(probe->scene->manager.api->open);
    struct reply reply = peer_reply(&peer, probe->scene); /* commits, too */
    assert_int_equal(reply.status, 503);
    assert_string_equal(text_at(reply.json, "error.code"), "ERR_BUSY");
    reply_release(&reply);
    peer_close(&peer);
}

/* ---- parked ---- */

static void count_gone(struct api_request *request, void *context)
{
    struct probe *probe = context;
    assert_ptr_equal(request, probe->request);
    probe->n_gone++;
}

static void a_parked_request_is_answered_later(void **state)
{
    struct probe *probe = enter_probe(state);
    struct peer peer;
    come(probe, &peer, "", NULL);
    api_request_park(probe->request, count_gone, probe);
    assert_false(peer_expect(&peer, probe->scene, "HTTP", 20));
    api_request_answer(probe->request, json_object());
    struct reply reply = peer_reply(&peer, probe->scene);
    assert_int_equal(reply.status, 200);
    reply_release(&reply);
    /* the connection goes on, and its end is nobody's business any more */
    peer_ask(&peer, "GET", "/v1/status", NULL);
    reply = peer_reply(&peer, probe->scene);
    assert_int_equal(reply.status, 200);
    reply_release(&reply);
    peer_close(&peer);
    scene_turn(probe->scene);
    scene_turn(probe->scene);
    assert_int_equal(probe->n_gone, 0);
}

static void its_owner_hears_when_the_client_goes(void **state)
{
    struct probe *probe = enter_probe(state);
    struct peer peer;
    come(probe, &peer, "", NULL);
    api_request_park(probe->request, count_gone, probe);
    peer_close(&peer);
    scene_turn(probe->scene);
    scene_turn(probe->scene);
    assert_int_equal(probe->n_gone, 1);
    assert_null(probe->scene->manager.api->open);
}

static void but_not_when_it_only_sends_no_more(void **state)
{
    struct probe *probe = enter_probe(state);
    struct peer peer;
    come(probe, &peer, "", NULL);
    api_request_park(probe->request, count_gone, probe);
    shutdown(peer.fd, SHUT_WR);
    scene_turn(probe->scene);
    scene_turn(probe->scene);
    assert_int_equal(probe->n_gone, 0);
    api_request_answer(probe->request, json_object());
    struct reply reply = peer_reply(&peer, probe->scene);
    assert_int_equal(reply.status, 200);
    reply_release(&reply);
    peer_close(&peer);
}

static void one_can_be_dropped(void **state)
{
    struct probe *probe = enter_probe(state);
    struct peer peer;
    come(probe, &peer, "", NULL);
    api_request_park(probe->request, count_gone, probe);
    api_request_drop(probe->request);
    assert_int_equal(probe->n_gone, 0);
    assert_null(probe->scene->manager.api->open);
    assert_true(peer_is_closed(&peer, probe->scene, 5000));
    peer_close(&peer);
}

static void when_the_manager_ends_answers_are_written_at_once(void **state)
{
    struct probe *probe = enter_probe(state);
    struct peer peer;
    char answer[4096] = "";
    come(probe, &peer, "", NULL);
    probe->scene->manager.is_stopping = true;
    api_request_answer(probe->request, json_pack("{s:b}", "bye", 1));
    /* without another round of the loop */
    assert_true(recv(peer.fd, answer, sizeof(answer) - 1, 0) > 0);
    assert_contains(answer, "{\"bye\":true,\"schema\":1}");
    peer_close(&peer);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, scene_enter, scene_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(query_and_body_are_read),
        TEST(numbers_are_printed_as_people_expect),
        TEST(bad_bodies_have_line_and_column),
        TEST(errors_have_the_status_that_fits),
        TEST(an_error_that_is_not_utf8_is_still_json),
        TEST(without_a_change_there_is_no_wait),
        TEST(with_one_it_is_sent_after_the_commit),
        TEST(one_that_never_comes_is_told_at_the_end),
        TEST(a_parked_request_is_answered_later),
        TEST(its_owner_hears_when_the_client_goes),
        TEST(but_not_when_it_only_sends_no_more),
        TEST(one_can_be_dropped),
        TEST(when_the_manager_ends_answers_are_written_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
