/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "client/client.h"
#include "fake_server.h"

/* One request against a server that gives ANSWER once. */
struct exchange {
    struct fake_server server;
    struct client client;
    json_t *answer;
    struct err err;
    int rc;
};

static void begin(struct exchange *x, const char *answer)
{
    memset(x, 0, sizeof(*x));
    fake_server_start(&x->server, &answer, 1);
    client_init(&x->client, x->server.socket);
}

static void end(struct exchange *x)
{
    json_decref(x->answer);
    client_release(&x->client);
    fake_server_release(&x->server);
}

static void get(struct exchange *x, const char *answer)
{
    begin(x, answer);
    x->rc = client_request(&x->client, "GET", "/v1/status", NULL, &x->answer,
                           &x->err);
    fake_server_stop(&x->server);
}

static void test_an_answer_is_json(void **state)
{
    (void)state;
    struct exchange x;
    get(&x, FAKE_OK("{\"schema\":1,\"pid\":42}"));
    assert_int_equal(x.rc, 0);
    assert_int_equal(json_integer_value(json_object_get(x.answer, "pid")), 42);
    assert_non_null(strstr(x.server.requests, "GET /v1/status HTTP/1.0\r\n"));
    assert_non_null(strstr(x.server.requests, "Connection: close\r\n"));
    end(&x);
}

static void test_a_body_is_sent_with_its_length(void **state)
{
    (void)state;
    struct exchange x;
    json_t *body = json_pack("{s:[i,i]}", "ids", 1, 2);
    begin(&x, FAKE_OK("{}"));
    x.rc = client_request(&x.client, "POST", "/v1/jobs/hold", body, &x.answer,
                          &x.err);
    fake_server_stop(&x.server);
    assert_int_equal(x.rc, 0);
    assert_non_null(strstr(x.server.requests, "POST /v1/jobs/hold HTTP/1.0"));
    assert_non_null(
        strstr(x.server.requests, "Content-Length: 13\r\n\r\n{\"ids\":[1,2]}"));
    json_decref(body);
    end(&x);
}

static void test_errors_of_the_api_come_through(void **state)
{
    (void)state;
    struct exchange x;
    get(&x, "HTTP/1.0 404 Not Found\r\n\r\n"
            "{\"schema\":1,\"error\":{\"code\":\"ERR_NOT_FOUND\","
            "\"text\":\"no job 12\",\"hint\":\"see erm queue\"}}");
    assert_int_equal(x.rc, -1);
    assert_int_equal(x.err.code, ERR_NOT_FOUND);
    assert_string_equal(x.err.text, "no job 12");
    assert_string_equal(x.err.hint, "see erm queue");
    assert_int_equal(err_exit_status(x.err.code), 4);
    end(&x);
}

static void test_an_unknown_code_is_a_failed_request(void **state)
{
    (void)state;
    struct exchange x;
    get(&x, "HTTP/1.0 409 Conflict\r\n\r\n"
            "{\"error\":{\"code\":\"ERR_OF_TOMORROW\",\"text\":\"no\"}}");
    assert_int_equal(x.err.code, ERR_REQUEST);
    assert_string_equal(x.err.text, "no");
    end(&x);
}

static void test_an_error_without_words_tells_its_status(void **state)
{
    (void)state;
    struct exchange x;
    get(&x, "HTTP/1.0 503 Oops\r\n\r\n<html>");
    assert_int_equal(x.rc, -1);
    assert_non_null(strstr(x.err.text, "503"));
    end(&x);
}

static void test_a_broken_answer_is_told(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "HTTP/1.0 200 OK\r\n\r\n{\"schema\":",
        "HTTP/1.0 200 OK\r\nContent-Length: 500\r\n\r\n{}",
        "HTTP/1.0 200 OK\r\nConte",
        "hello\r\n",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct exchange x;
        get(&x, bad[i]);
        assert_int_equal(x.rc, -1);
        assert_int_equal(x.err.code, ERR_SYSTEM);
        end(&x);
    }
}

static void test_an_end_without_an_answer_is_no_manager(void **state)
{
    (void)state;
    struct exchange x;
    get(&x, "");
    assert_int_equal(x.rc, -1);
    assert_int_equal(x.err.code, ERR_NO_MANAGER);
    end(&x);
}

static void test_a_length_ends_the_answer(void **state)
{
    (void)state;
    struct exchange x;
    get(&x, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}rest");
    assert_int_equal(x.rc, 0);
    assert_true(json_is_object(x.answer));
    end(&x);
}

static void test_a_long_answer_comes_whole(void **state)
{
    (void)state;
    static const char head[] = "HTTP/1.0 200 OK\r\n\r\n[\"";
    size_t n = 3 << 20;
    char *answer = malloc(sizeof(head) + n + 3);
    struct exchange x;
    memcpy(answer, head, sizeof(head) - 1);
    memset(answer + sizeof(head) - 1, 'x', n);
    memcpy(answer + sizeof(head) - 1 + n, "\"]", 3);
    get(&x, answer);
    assert_int_equal(x.rc, 0);
    assert_int_equal(json_string_length(json_array_get(x.answer, 0)), n);
    end(&x);
    free(answer);
}

/* The server reads 64 KB of the request only, answers and closes. */
static void test_a_refusal_in_the_middle_of_a_request(void **state)
{
    (void)state;
    struct exchange x;
    size_t n = 3 << 20;
    char *text = malloc(n + 1);
    memset(text, 'x', n);
    text[n] = '\0';
    json_t *body = json_pack("{s:s}", "command", text);
    begin(&x, "HTTP/1.0 413 Too Large\r\n\r\n{\"error\":{\"code\":"
              "\"ERR_INPUT\",\"text\":\"too long\"}}");
    x.rc =
        client_request(&x.client, "POST", "/v1/jobs", body, &x.answer, &x.err);
    assert_int_equal(x.rc, -1);
    /* the kernel may throw the answer away with the rest of the request */
    assert_true(x.err.code == ERR_INPUT || x.err.code == ERR_NO_MANAGER);
    json_decref(body);
    free(text);
    end(&x);
}

static void test_nobody_there_is_no_manager(void **state)
{
    (void)state;
    struct client client;
    struct err err;
    json_t *answer;
    client_init(&client, "/nonexistent/erm/socket");
    assert_int_equal(
        client_request(&client, "GET", "/v1/status", NULL, &answer, &err), -1);
    assert_int_equal(err.code, ERR_NO_MANAGER);
    assert_int_equal(err_exit_status(err.code), 3);
    assert_false(client_is_answered(&client));
    client_release(&client);
}

static void test_a_stale_socket_is_no_manager(void **state)
{
    (void)state;
    struct exchange x;
    begin(&x, FAKE_OK("{}"));
    assert_true(client_is_answered(&x.client)); /* takes the only answer */
    fake_server_stop(&x.server);
    assert_int_equal(access(x.server.socket, F_OK), 0); /* still there */
    assert_false(client_is_answered(&x.client));
    assert_int_equal(
        client_request(&x.client, "GET", "/v1/status", NULL, &x.answer, &x.err),
        -1);
    assert_int_equal(x.err.code, ERR_NO_MANAGER);
    end(&x);
}

static void test_a_path_too_long_is_told(void **state)
{
    (void)state;
    char path[300];
    struct client client;
    struct err err;
    json_t *answer;
    memset(path, 'x', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    client_init(&client, path);
    assert_int_equal(
        client_request(&client, "GET", "/v1/status", NULL, &answer, &err), -1);
    assert_int_equal(err.code, ERR_INPUT);
    client_release(&client);
}

static void test_patience_ends(void **state)
{
    (void)state;
    /* a socket that listens but never answers */
    struct exchange x;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    fake_server_start(&x.server, NULL, 0);
    fake_server_stop(&x.server);
    unlink(x.server.socket);
    strcpy(address.sun_path, x.server.socket);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 1), 0);
    client_init(&x.client, x.server.socket);
    x.client.patience = 20 * USEC_PER_MSEC;
    x.answer = NULL;
    assert_int_equal(
        client_request(&x.client, "GET", "/v1/status", NULL, &x.answer, &x.err),
        -1);
    assert_int_equal(x.err.code, ERR_SYSTEM);
    assert_non_null(strstr(x.err.text, "does not answer"));
    close(fd);
    end(&x);
}

struct lines {
    char text[1000];
    int n, stop_after;
};

static bool take_line(void *context, const char *line, size_t len)
{
    struct lines *lines = context;
    assert_int_equal(strlen(line), len);
    strcat(strcat(lines->text, line), "|");
    return ++lines->n != lines->stop_after;
}

static void stream(struct exchange *x, const char *answer, struct lines *lines)
{
    begin(x, answer);
    x->rc = client_stream(&x->client, "/v1/events?follow=1", take_line, lines,
                          &x->err);
    fake_server_stop(&x->server);
}

static void test_a_stream_comes_in_lines(void **state)
{
    (void)state;
    struct exchange x;
    struct lines lines = {.stop_after = -1};
    stream(&x, FAKE_OK("{\"seq\":1}\n{\"seq\":2}\n\n{\"seq\":3}"), &lines);
    assert_int_equal(x.rc, 0);
    assert_string_equal(lines.text, "{\"seq\":1}|{\"seq\":2}||{\"seq\":3}|");
    end(&x);
}

static void test_a_reader_of_a_stream_can_stop(void **state)
{
    (void)state;
    struct exchange x;
    struct lines lines = {.stop_after = 2};
    stream(&x, FAKE_OK("a\nb\nc\nd\n"), &lines);
    assert_int_equal(x.rc, 0);
    assert_string_equal(lines.text, "a|b|");
    end(&x);
}

static void test_a_refused_stream_is_an_error(void **state)
{
    (void)state;
    struct exchange x;
    struct lines lines = {.stop_after = -1};
    stream(&x,
           "HTTP/1.0 400 Bad\r\n\r\n"
           "{\"error\":{\"code\":\"ERR_INPUT\",\"text\":\"since\"}}",
           &lines);
    assert_int_equal(x.rc, -1);
    assert_int_equal(x.err.code, ERR_INPUT);
    assert_int_equal(lines.n, 0);
    end(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_answer_is_json),
        cmocka_unit_test(test_a_body_is_sent_with_its_length),
        cmocka_unit_test(test_errors_of_the_api_come_through),
        cmocka_unit_test(test_an_unknown_code_is_a_failed_request),
        cmocka_unit_test(test_an_error_without_words_tells_its_status),
        cmocka_unit_test(test_a_broken_answer_is_told),
        cmocka_unit_test(test_an_end_without_an_answer_is_no_manager),
        cmocka_unit_test(test_a_length_ends_the_answer),
        cmocka_unit_test(test_a_long_answer_comes_whole),
        cmocka_unit_test(test_a_refusal_in_the_middle_of_a_request),
        cmocka_unit_test(test_nobody_there_is_no_manager),
        cmocka_unit_test(test_a_stale_socket_is_no_manager),
        cmocka_unit_test(test_a_path_too_long_is_told),
        cmocka_unit_test(test_patience_ends),
        cmocka_unit_test(test_a_stream_comes_in_lines),
        cmocka_unit_test(test_a_reader_of_a_stream_can_stop),
        cmocka_unit_test(test_a_refused_stream_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
