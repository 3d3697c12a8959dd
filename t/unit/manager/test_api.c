/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The HTTP server itself: who is served, what is refused and how, and what
 * slow, greedy and dying clients can do (nothing).
 */
#include "api_scene.h"

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "manager/api.h"
#include "manager/api_request.h"

static void errors_are_json_with_code_text_and_hint(void **state)
{
    struct scene *scene = *state;
    json_t *error = ask_json(scene, 404, "GET", "/v1/statsu", NULL);
    assert_string_equal(text_at(error, "error.code"), "ERR_NOT_FOUND");
    assert_string_equal(text_at(error, "error.text"),
                        "no such path /v1/statsu");
    assert_string_equal(text_at(error, "error.hint"),
                        "did you mean /v1/status?");
    json_decref(error);
    error = ask_json(scene, 405, "DELETE", "/v1/jobs", NULL);
    assert_string_equal(text_at(error, "error.hint"), "use POST");
    json_decref(error);
    error = ask_json(scene, 404, "GET", "/v1/jobs/12", NULL);
    assert_string_equal(text_at(error, "error.text"), "no job 12");
    json_decref(error);
}

static void bad_json_is_told_its_line_and_column(void **state)
{
    struct scene *scene = *state;
    json_t *error =
        ask_json(scene, 400, "POST", "/v1/jobs", "{\"jobs\": [\n  {,\n]}");
    assert_string_equal(text_at(error, "error.code"), "ERR_INPUT");
    assert_contains(text_at(error, "error.text"), "body:2:4");
    json_decref(error);
    error = ask_json(scene, 400, "POST", "/v1/jobs/hold", "[1]");
    assert_contains(text_at(error, "error.text"), "a JSON object expected");
    json_decref(error);
    error = ask_json(scene, 400, "POST", "/v1/jobs/hold",
                     "{\"all\": true, \"all\": true}");
    assert_contains(text_at(error, "error.text"), "body:1:");
    json_decref(error);
    error = ask_json(scene, 400, "POST", "/v1/jobs/hold", NULL);
    assert_contains(text_at(error, "error.text"), "needs a JSON body");
    json_decref(error);
}

static void one_connection_serves_many_requests(void **state)
{
    struct scene *scene = *state;
    struct peer peer;
    peer_connect(&peer, scene);
    for (int i = 0; i < 50; i++) {
        peer_ask(&peer, "GET", i % 2 ? "/v1/status" : "/v1/nope", NULL);
        struct reply reply = peer_reply(&peer, scene);
        assert_int_equal(reply.status, i % 2 ? 200 : 404);
        reply_release(&reply);
    }
    peer_close(&peer);
}

static void old_http_is_served_too(void **state)
{
    struct scene *scene = *state;
    struct peer peer;
    peer_connect(&peer, scene);
    peer_send(&peer, "GET /v1/status HTTP/1.0\r\n\r\n");
    assert_true(peer_expect(&peer, scene, "\"schema\":1", 5000));
    assert_true(peer_is_closed(&peer, scene, 5000));
    peer_close(&peer);
}

static void what_is_no_http_ends_the_connection(void **state)
{
    struct scene *scene = *state;
    struct peer peer;
    peer_connect(&peer, scene);
    peer_send(&peer, "\x16\x03\x01 hello\r\n\r\n");
    assert_true(peer_is_closed(&peer, scene, 5000));
    peer_close(&peer);
    struct reply reply = ask(scene, "GET", "/v1/status", NULL);
    assert_int_equal(reply.status, 200);
    reply_release(&reply);
}

static void a_body_that_is_too_large_is_refused(void **state)
{
    struct scene *scene = *state;
    struct peer peer;
    static char block[1 << 20];
    size_t n = 65 * sizeof(block);
    memset(block, 'x', sizeof(block) - 1);
    peer_connect(&peer, scene);
    struct strbuf head;
    strbuf_init(&head);
    strbuf_add_fmt(&head,
                   "POST /v1/jobs HTTP/1.1\r\nContent-Length: %zu\r\n\r\n", n);
    peer_send(&peer, head.text);
    strbuf_release(&head);
    for (size_t sent = 0; sent < n;) {
        size_t part = n - sent < sizeof(block) ? n - sent : sizeof(block);
        ssize_t done = send(peer.fd, block, part, MSG_NOSIGNAL);
        sent += done > 0 ? (size_t)done : 0;
        scene_turn(scene);
    }
    assert_true(peer_expect(&peer, scene, " 413 ", 10000));
    peer_close(&peer);
}

static void headers_that_are_too_long_are_refused(void **state)
{
    struct scene *scene = *state;
    struct peer peer;
    peer_connect(&peer, scene);
    peer_send(&peer, "GET /v1/status HTTP/1.1\r\n");
    char line[1024];
    memset(line, 'x', sizeof(line));
    memcpy(line, "X: ", 3);
    strcpy(line + sizeof(line) - 3, "\r\n");
    for (int i = 0; i < 100; i++) {
        send(peer.fd, line, sizeof(line) - 1, MSG_NOSIGNAL);
        scene_turn(scene);
    }
    send(peer.fd, "\r\n", 2, MSG_NOSIGNAL);
    assert_true(peer_is_closed(&peer, scene, 5000));
    assert_null(strstr(peer.got.text, " 200 "));
    peer_close(&peer);
}

static void nothing_is_changed_while_it_stops_or_cannot_write(void **state)
{
    struct scene *scene = *state;
    scene->manager.is_read_only = true;
    json_t *error =
        ask_json(scene, 503, "POST", "/v1/jobs/hold", "{\"all\": true}");
    assert_string_equal(text_at(error, "error.code"), "ERR_FULL");
    json_decref(error);
    json_decref(ask_json(scene, 200, "GET", "/v1/jobs", NULL));
    scene->manager.is_read_only = false;
    scene->manager.is_draining = true;
    error = ask_json(scene, 503, "POST", "/v1/jobs/hold", "{\"all\": true}");
    assert_string_equal(text_at(error, "error.code"), "ERR_BUSY");
    json_decref(error);
    json_decref(ask_json(scene, 200, "GET", "/v1/status", NULL));
}

/* ---- other users ---- */

/* What a process of another user gets, in a child of its own. */
static int ask_as_nobody(const struct scene *scene)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char answer[4096] = "";
    strcpy(address.sun_path, scene->socket);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (setresuid(65534, 65534, 65534) != 0)
        return 2;
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
        return 3;
    if (write(fd, "GET /v1/status HTTP/1.0\r\n\r\n", 27) != 27)
        return 4;
    size_t n = 0;
    for (ssize_t got = 1; got > 0 && n < sizeof(answer) - 1; n += (size_t)got)
        if ((got = read(fd, answer + n, sizeof(answer) - 1 - n)) < 0)
            break;
    return strstr(answer, " 403 ") != NULL &&
                   strstr(answer, "ERR_DENIED") != NULL
               ? 0
               : 5;
}

static void another_user_is_refused(void **state)
{
    struct scene *scene = *state;
    if (geteuid() != 0) {
        print_message("SKIPPED: another user needs root to be tried\n");
        skip();
    }
    /* open what the file modes would keep shut: the peer check comes next */
    assert_int_equal(chmod(scene->path, 0755), 0);
    assert_int_equal(chmod("erm", 0755), 0);
    assert_int_equal(chmod(scene->socket, 0666), 0);
    pid_t child = fork();
    if (child == 0)
        _exit(ask_as_nobody(scene));
    int status = 0;
    int64_t deadline = clock_boot_us() + 10 * USEC_PER_SEC;
    while (waitpid(child, &status, WNOHANG) == 0) {
        assert_true(clock_boot_us() < deadline);
        scene_turn(scene);
        usleep(1000);
    }
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- clients that behave badly ---- */

static void raise_descriptor_limit(void)
{
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max < 8192 ? files.rlim_max : 8192;
    setrlimit(RLIMIT_NOFILE, &files);
}

static void a_thousand_half_requests_keep_nobody_waiting(void **state)
{
    struct scene *scene = *state;
    enum { N = 1000 };
    static struct peer crowd[N];
    for (int i = 0; i < N; i++) {
        peer_connect(&crowd[i], scene);
        peer_send(&crowd[i], "POST /v1/jobs HTTP/1.1\r\nContent-Le");
        scene_turn(scene);
    }
    int n_slow = 0; /* the machine may be busy with other things */
    for (int i = 0; i < 20; i++) {
        int64_t start = clock_boot_us();
        json_decref(ask_json(scene, 200, "GET", "/v1/status", NULL));
        n_slow += clock_boot_us() - start >= 100 * USEC_PER_MSEC;
    }
    assert_true(n_slow <= 5);
    assert_true(scene->manager.api->peers.n <= API_PEERS_MAX);
    for (int i = 0; i < N; i++)
        peer_close(&crowd[i]);
    for (int i = 0; i < 20; i++)
        scene_turn(scene);
}

static void a_client_killed_in_its_request_does_no_harm(void **state)
{
    struct scene *scene = *state;
    static const char *const pieces[] = {
        "G",
        "GET /v1/status HTTP/1.1\r\n",
        "GET /v1/status HTTP/1.1\r\n\r\n",
        "GET /v1/events?follow=1 HTTP/1.1\r\n\r\n",
        "POST /v1/jobs HTTP/1.1\r\nContent-Length: 100\r\n\r\n{\"jobs\"",
        "POST /v1/jobs/hold HTTP/1.1\r\nContent-Length: 12\r\n\r\n"
        "{\"all\":true}",
    };
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        for (int turns = 0; turns < 4; turns++) {
            struct peer peer;
            peer_connect(&peer, scene);
            peer_send(&peer, pieces[i]);
            for (int j = 0; j < turns; j++)
                event_base_loop(scene->manager.loop, EVLOOP_NONBLOCK);
            peer_close(&peer);
            for (int j = 0; j < 3; j++)
                scene_turn(scene);
        }
    }
    json_decref(ask_json(scene, 200, "GET", "/v1/status", NULL));
    assert_null(scene->manager.api->open);
}

static void a_client_gone_before_the_commit_does_no_harm(void **state)
{
    struct scene *scene = *state;
    struct peer peer;
    const char *body = "{\"jobs\":[{\"command\":\"true\",\"min_nodes\":1}]}";
    peer_connect(&peer, scene);
    peer_ask(&peer, "POST", "/v1/jobs", body);
    for (int i = 0; i < 5 && scene->manager.api->open == NULL; i++)
        event_base_loop(scene->manager.loop, EVLOOP_NONBLOCK);
    assert_non_null(scene->manager.api->open);
    peer_close(&peer);
    event_base_loop(scene->manager.loop, EVLOOP_NONBLOCK);
    scene_turn(scene);
    scene_turn(scene);
    assert_null(scene->manager.api->open);
    /* what was asked for is done all the same */
    assert_int_equal(job_state_of(scene, 1), JOB_STARTING);
}

static void the_end_of_the_api_frees_all_requests(void **state)
{
    struct scene *scene = *state;
    struct peer wait, follow, half, change;
    int64_t id = submit(scene, "{\"command\":\"true\",\"min_nodes\":1}");
    struct strbuf path;
    strbuf_init(&path);
    strbuf_add_fmt(&path, "/v1/jobs/wait?ids=%lld", (long long)id);
    peer_connect(&wait, scene);
    peer_ask(&wait, "GET", path.text, NULL);
    strbuf_release(&path);
    peer_connect(&follow, scene);
    peer_ask(&follow, "GET", "/v1/events?follow=1", NULL);
    peer_connect(&half, scene);
    peer_send(&half, "GET /v1/sta");
    for (int i = 0; i < 5; i++)
        scene_turn(scene);
    peer_connect(&change, scene);
    peer_ask(&change, "POST", "/v1/jobs/cancel", "{\"all\":true}");
    event_base_loop(scene->manager.loop, EVLOOP_NONBLOCK);
    event_base_loop(scene->manager.loop, EVLOOP_NONBLOCK);
    scene->manager.is_stopping = true;
    api_destroy(scene->manager.api);
    assert_null(scene->manager.api);
    assert_int_not_equal(access(scene->socket, F_OK), 0);
    /* those that waited were answered before the end */
    struct reply reply = peer_reply(&wait, scene);
    assert_int_equal(reply.status, 200);
    assert_true(json_is_false(at(reply.json, "done")));
    reply_release(&reply);
    reply = peer_reply(&change, scene);
    assert_int_equal(reply.status, 503);
    reply_release(&reply);
    peer_close(&wait);
    peer_close(&follow);
    peer_close(&half);
    peer_close(&change);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, scene_enter, scene_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(errors_are_json_with_code_text_and_hint),
        TEST(bad_json_is_told_its_line_and_column),
        TEST(one_connection_serves_many_requests),
        TEST(old_http_is_served_too),
        TEST(what_is_no_http_ends_the_connection),
        TEST(a_body_that_is_too_large_is_refused),
        TEST(headers_that_are_too_long_are_refused),
        TEST(nothing_is_changed_while_it_stops_or_cannot_write),
        TEST(another_user_is_refused),
        TEST(a_thousand_half_requests_keep_nobody_waiting),
        TEST(a_client_killed_in_its_request_does_no_harm),
        TEST(a_client_gone_before_the_commit_does_no_harm),
        TEST(the_end_of_the_api_frees_all_requests),
    };
    signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
