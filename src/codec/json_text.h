/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON text from outside: parsed by jansson, strictly, within limits, and with
 * words for people when it is wrong. Knows nothing of what the JSON means.
 */
#ifndef ERM_CODEC_JSON_TEXT_H
#define ERM_CODEC_JSON_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "codec/json_scan.h"

#define JSON_TEXT_MAX ((size_t)64 * 1024 * 1024)
#define JSON_TEXT_DEPTH_MAX 32

/* What is wrong with a text, and where. */
struct json_problem {
    size_t offset;
    bool is_end; /* the text stops too early: perhaps half written */
    bool is_empty;
    char text[256];
    char hint[128]; /* "" when there is none */
};

/* The JSON of the part PART of TEXT (offsets are of TEXT). Duplicate keys,
 * more than JSON_TEXT_DEPTH_MAX levels and NUL are refused. Returns owned, or
 * NULL with PROBLEM filled. */
json_t *json_text_parse_part(const char *text, struct span part,
                             struct json_problem *problem);
/* The same for a whole text; more than JSON_TEXT_MAX bytes are refused. */
json_t *json_text_parse(const char *text, size_t len,
                        struct json_problem *problem);
/* The same with the problem told as "3:6: a key or '}' expected, ...". */
json_t *json_text_load(const char *text, size_t len, struct err *err);

/* Copies TEXT to BUF for a message: control characters as '?', cut to SIZE
 * bytes with "..." at the end. Returns BUF. */
char *json_text_quote(const char *text, size_t len, char *buf, size_t size);
/* What VALUE is, for "found ...": "a string", "a list"... Borrowed. */
const char *json_text_kind(const json_t *value);

#endif
