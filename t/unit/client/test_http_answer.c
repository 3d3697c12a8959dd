/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/http_answer.h"

static int parse(const char *text, struct http_answer *out, struct err *err)
{
    return http_answer_parse(text, strlen(text), out, err);
}

static void test_a_head_gives_status_and_length(void **state)
{
    (void)state;
    struct http_answer answer;
    static const char text[] = "HTTP/1.0 200 OK\r\nServer: x\r\n"
                               "Content-Length: 12\r\n\r\n{\"schema\":1}";
    assert_int_equal(parse(text, &answer, NULL), 1);
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.body_len, 12);
    assert_string_equal(text + answer.head_len, "{\"schema\":1}");
}

static void test_names_of_fields_have_no_case(void **state)
{
    (void)state;
    struct http_answer answer;
    assert_int_equal(
        parse("HTTP/1.1 404 No\r\ncontent-LENGTH:\t7\r\n\r\n", &answer, NULL),
        1);
    assert_int_equal(answer.status, 404);
    assert_int_equal(answer.body_len, 7);
}

static void test_without_a_length_the_end_tells(void **state)
{
    (void)state;
    struct http_answer answer;
    assert_int_equal(parse("HTTP/1.1 200 OK\n\n", &answer, NULL), 1);
    assert_true(answer.body_len == HTTP_LENGTH_UNKNOWN);
    /* a senseless length is none */
    assert_int_equal(
        parse("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", &answer, NULL),
        1);
    assert_true(answer.body_len == HTTP_LENGTH_UNKNOWN);
    assert_int_equal(parse("HTTP/1.1 200 OK\r\n"
                           "Content-Length: 99999999999999999999\r\n\r\n",
                           &answer, NULL),
                     1);
    assert_true(answer.body_len == HTTP_LENGTH_UNKNOWN);
}

static void test_every_part_of_a_head_asks_for_more(void **state)
{
    (void)state;
    static const char text[] =
        "HTTP/1.0 200 OK\r\nContent-Length: 12\r\nA: b\r\n\r\n";
    struct http_answer answer;
    for (size_t n = 0; n < sizeof(text) - 1; n++) {
        char *part = malloc(n + 1);
        memcpy(part, text, n);
        assert_int_equal(http_answer_parse(part, n, &answer, NULL), 0);
        free(part);
    }
}

static void test_what_is_not_http_is_an_error(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "SSH-2.0-OpenSSH\r\n", "HTTP/2 200\r\n",      "HTTP/1.0 2x0 OK\r\n",
        "HTTP/1.0 999 OK\r\n", "HTTP/1.0 099 OK\r\n", "\r\n",
        "HTTP/1.0\r\n"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct http_answer answer;
        struct err err;
        assert_int_equal(parse(bad[i], &answer, &err), -1);
        assert_int_equal(err.code, ERR_SYSTEM);
    }
}

static void test_an_endless_head_is_an_error(void **state)
{
    (void)state;
    struct http_answer answer;
    size_t n = HTTP_HEAD_MAX + 100;
    char *text = malloc(n);
    memset(text, 'a', n);
    memcpy(text, "HTTP/1.0 200 OK\r\n", 17);
    assert_int_equal(http_answer_parse(text, n, &answer, NULL), -1);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_head_gives_status_and_length),
        cmocka_unit_test(test_names_of_fields_have_no_case),
        cmocka_unit_test(test_without_a_length_the_end_tells),
        cmocka_unit_test(test_every_part_of_a_head_asks_for_more),
        cmocka_unit_test(test_what_is_not_http_is_an_error),
        cmocka_unit_test(test_an_endless_head_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
