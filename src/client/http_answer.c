/* SPDX-License-Identifier: BSD-2-Clause */
/* See http_answer.h. */
#include "client/http_answer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* -1 when LINE is no status line of HTTP/1. */
static int parse_status(const char *line, size_t n)
{
    /* "HTTP/1.x NNN": the digits stand at 9..11 */
    if (n < 12 || strncmp(line, "HTTP/1.", 7) != 0 || line[8] != ' ')
        return -1;
    int status = 0;
    for (int i = 9; i < 12; i++) {
        if (line[i] < '0' || line[i] > '9')
            return -1;
        status = status * 10 + (line[i] - '0');
    }
    return status >= 100 && status < 600 ? status : -1;
}

/* The value of a Content-Length line, or HTTP_LENGTH_UNKNOWN. */
static size_t parse_length(const char *line, size_t n)
{
    static const char name[] = "content-length:";
    size_t len = sizeof(name) - 1;
    if (n <= len || strncasecmp(line, name, len) != 0)
        return HTTP_LENGTH_UNKNOWN;
    while (len < n && (line[len] == ' ' || line[len] == '\t'))
        len++;
    size_t value = 0, digits = 0;
    for (; len < n && line[len] >= '0' && line[len] <= '9'; len++, digits++)
        value = value * 10 + (size_t)(line[len] - '0');
    return digits == 0 || digits > 15 ? HTTP_LENGTH_UNKNOWN : value;
}

int http_answer_parse(const char *data, size_t n, struct http_answer *out,
                      struct err *err)
{
    struct http_answer answer = {.body_len = HTTP_LENGTH_UNKNOWN};
    size_t at = 0;
    for (;;) {
        const char *line = data + at;
        const char *end = memchr(line, '\n', n - at);
        if (end == NULL)
            break;
        size_t len = (size_t)(end - line);
        at += len + 1;
        if (len > 0 && line[len - 1] == '\r')
            len--;
        if (answer.status == 0) {
            answer.status = parse_status(line, len);
            if (answer.status < 0)
                return err_set(err, ERR_SYSTEM, "the answer is not HTTP");
        } else if (len == 0) {
            answer.head_len = at;
            *out = answer;
            return 1;
        } else if (answer.body_len == HTTP_LENGTH_UNKNOWN) {
            answer.body_len = parse_length(line, len);
        }
    }
    if (n > HTTP_HEAD_MAX)
        return err_set(err, ERR_SYSTEM, "the answer's head is too long");
    return 0;
}
