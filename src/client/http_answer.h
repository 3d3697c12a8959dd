/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The head of an HTTP answer: its status and how much body to expect.
 *
 * Only what a manager on this machine sends: no chunks (the client asks in
 * HTTP/1.0), no redirects, no encodings. Why there is no library:
 * doc/decisions/0002-client-http.md.
 */
#ifndef ERM_CLIENT_HTTP_ANSWER_H
#define ERM_CLIENT_HTTP_ANSWER_H

#include <stddef.h>

#include "base/err.h"

#define HTTP_HEAD_MAX 65536
#define HTTP_LENGTH_UNKNOWN ((size_t)-1)

struct http_answer {
    int status;      /* 100..599 */
    size_t head_len; /* bytes before the body */
    size_t body_len; /* HTTP_LENGTH_UNKNOWN: until the other side closes */
};

/* Reads the head at the start of DATA. 1 and *OUT when it is complete, 0 when
 * more bytes are needed, -1 and ERR (ERR_SYSTEM) when it is not HTTP. */
int http_answer_parse(const char *data, size_t n, struct http_answer *out,
                      struct err *err);

#endif
