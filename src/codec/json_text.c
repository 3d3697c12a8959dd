/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See json_text.h. jansson tells where it stopped and what it wanted; the
 * rest (what was found, what to do about it) is worked out from the text.
 */
#include "codec/json_text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "codec/locate.h"

#define FOUND_MAX 28

/* The place of an error with what is around it. */
struct context {
    const char *text;
    struct span part;
    size_t start, end; /* the token that was not wanted */
    char before;       /* the nearest byte before it, not a space; 0 none */
    char found[FOUND_MAX];
};

static bool is_utf8_tail(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

char *json_text_quote(const char *text, size_t len, char *buf, size_t size)
{
    size_t n = len < size ? len : size - 1;

    for (size_t i = 0; i < n; i++)
        buf[i] = iscntrl((unsigned char)text[i]) ? '?' : text[i];
    if (len > n && n > 3) {
        n -= 3;
        /* never cut inside a UTF-8 sequence */
        while (n > 0 && is_utf8_tail(buf[n]))
            n--;
        memcpy(buf + n, "...", 3);
        n += 3;
    }
    buf[n] = '\0';
    return buf;
}

const char *json_text_kind(const json_t *value)
{
    if (!value)
        return "nothing";
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "a list";
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
    case JSON_REAL:
        return "a number";
    case JSON_TRUE:
        return "true";
    case JSON_FALSE:
        return "false";
    case JSON_NULL:
        break;
    }
    return "null";
}

static bool is_word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '+' ||
           c == '.';
}

static size_t token_end(const char *text, size_t len, size_t at)
{
    if (text[at] == '"')
        return scan_string(text, len, at);
    if (!is_word_char(text[at])) {
        do
            at++;
        while (at < len && is_utf8_tail(text[at]));
        return at;
    }
    while (at < len && is_word_char(text[at]))
        at++;
    return at;
}

/* Finds the token that ends at, or holds, the byte before POSITION: tokens
 * never cross a line, so it is looked for from the start of its line. */
static void find_token(struct context *ctx, size_t position)
{
    const char *text = ctx->text;
    size_t end = ctx->part.end;
    size_t at = position < end ? position : end;

    if (at > ctx->part.start)
        at--;
    while (at > ctx->part.start && text[at - 1] != '\n')
        at--;
    ctx->start = ctx->end = scan_space(text, end, at);
    while (ctx->start < end) {
        ctx->end = token_end(text, end, ctx->start);
        if (ctx->end >= position)
            break;
        ctx->start = scan_space(text, end, ctx->end);
        ctx->end = ctx->start;
    }
}

static void context_init(struct context *ctx, const char *text,
                         struct span part, size_t position)
{
    size_t before;

    *ctx = (struct context){.text = text, .part = part};
    find_token(ctx, position);
    before = ctx->start;
    while (before > part.start && isspace((unsigned char)text[before - 1]))
        before--;
    ctx->before = before > part.start ? text[before - 1] : '\0';
    if (ctx->end == ctx->start) {
        snprintf(ctx->found, sizeof(ctx->found), "the end");
    } else if (text[ctx->start] == '"') {
        json_text_quote(text + ctx->start, ctx->end - ctx->start, ctx->found,
                        sizeof(ctx->found));
    } else {
        char token[FOUND_MAX - 2];
        json_text_quote(text + ctx->start, ctx->end - ctx->start, token,
                        sizeof(token));
        snprintf(ctx->found, sizeof(ctx->found), "'%s'", token);
    }
}

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static bool found_is(const struct context *ctx, const char *word)
{
    size_t n = strlen(word);

    return ctx->end - ctx->start == n &&
           strncasecmp(ctx->text + ctx->start, word, n) == 0;
}

/* Hints that hold wherever the token stands; NULL when there is none. */
static const char *token_hint(const struct context *ctx)
{
    char c = ctx->start < ctx->end ? ctx->text[ctx->start] : '\0';

    if (c == '\'')
        return "JSON wants double quotes";
    if (c == '/' || c == '#')
        return "JSON has no comments; use a \"comment\" key";
    if (c == '\xef')
        return "save the file as UTF-8 without a byte order mark";
    if (found_is(ctx, "true") || found_is(ctx, "false"))
        return "write true and false in small letters";
    if (found_is(ctx, "none") || found_is(ctx, "null"))
        return "write null, or leave the key out";
    if (isdigit((unsigned char)c) || c == '+' || c == '.' || c == '-')
        return "numbers look like 12, -3 or 0.5";
    return NULL;
}

/* The token found is a comma too many, or what follows one. */
static void set_comma_hint(const struct context *ctx,
                           struct json_problem *problem)
{
    char c = ctx->text[ctx->start];

    if (ctx->before == ',' && c == ',')
        snprintf(problem->hint, sizeof(problem->hint),
                 "remove one of the two commas");
    else if (ctx->before == ',')
        snprintf(problem->hint, sizeof(problem->hint),
                 "remove the comma before '%c'", c);
    else
        snprintf(problem->hint, sizeof(problem->hint),
                 "remove the comma after '%c'", ctx->before);
}

/* Inside an object where a member may begin. */
static void explain_key(const struct context *ctx, struct json_problem *problem)
{
    char c = ctx->text[ctx->start];
    const char *hint = token_hint(ctx);

    snprintf(problem->text, sizeof(problem->text), "a key%s expected, found %s",
             ctx->before == ',' ? "" : " or '}'", ctx->found);
    if (c == ',' || c == '}')
        set_comma_hint(ctx, problem);
    else if (hint)
        snprintf(problem->hint, sizeof(problem->hint), "%s", hint);
    else if (is_word_char(c))
        snprintf(problem->hint, sizeof(problem->hint),
                 "put the key in double quotes");
}

/* Where a value must be. */
static void explain_value(const struct context *ctx,
                          struct json_problem *problem)
{
    char c = ctx->text[ctx->start];
    const char *hint = token_hint(ctx);

    snprintf(problem->text, sizeof(problem->text), "a value expected, found %s",
             ctx->found);
    if (ctx->before == ':' && (c == ',' || c == '}'))
        snprintf(problem->hint, sizeof(problem->hint),
                 "write a value after ':', or remove the key");
    else if ((c == ',' && ctx->before) || (c == ']' && ctx->before == ','))
        set_comma_hint(ctx, problem);
    else if (hint)
        snprintf(problem->hint, sizeof(problem->hint), "%s", hint);
    else if (is_word_char(c))
        snprintf(problem->hint, sizeof(problem->hint),
                 "put text in double quotes");
}

/* After a complete value, inside the object or the list that CLOSE ends. */
static void explain_next(const struct context *ctx, char close,
                         struct json_problem *problem)
{
    char c = ctx->text[ctx->start];
    const char *hint = token_hint(ctx);

    snprintf(problem->text, sizeof(problem->text),
             "',' or '%c' expected, found %s", close, ctx->found);
    if (c == ']' || c == '}')
        snprintf(problem->hint, sizeof(problem->hint), "put a '%c' before it",
                 close);
    else if (c == '"' || c == '{' || c == '[' || isdigit((unsigned char)c))
        snprintf(problem->hint, sizeof(problem->hint), "put a comma before it");
    else if (hint)
        snprintf(problem->hint, sizeof(problem->hint), "%s", hint);
}

static void explain_colon(const struct context *ctx,
                          struct json_problem *problem)
{
    snprintf(problem->text, sizeof(problem->text),
             "':' expected after the key, found %s", ctx->found);
}

static void explain_start(const struct context *ctx,
                          struct json_problem *problem)
{
    const char *hint = token_hint(ctx);

    snprintf(problem->text, sizeof(problem->text),
             "'{' or '[' expected, found %s", ctx->found);
    if (hint && !isdigit((unsigned char)ctx->text[ctx->start]))
        snprintf(problem->hint, sizeof(problem->hint), "%s", hint);
}

/* WORDS are jansson's; what it says that is not known here is passed on. */
static void explain_syntax(const struct context *ctx, const char *words,
                           struct json_problem *problem)
{
    const char *near = strstr(words, " near ");

    if (starts_with(words, "string or '}'"))
        explain_key(ctx, problem);
    else if (starts_with(words, "':'"))
        explain_colon(ctx, problem);
    else if (starts_with(words, "'}'"))
        explain_next(ctx, '}', problem);
    else if (starts_with(words, "']'"))
        explain_next(ctx, ']', problem);
    else if (starts_with(words, "end of file"))
        snprintf(problem->text, sizeof(problem->text),
                 "nothing more expected after the end of the JSON, found %s",
                 ctx->found);
    else if (starts_with(words, "'[' or '{'"))
        explain_start(ctx, problem);
    else if (starts_with(words, "unexpected newline"))
        snprintf(problem->text, sizeof(problem->text),
                 "the string %s has no closing '\"'", ctx->found);
    else if (starts_with(words, "invalid token") ||
             starts_with(words, "unexpected token"))
        explain_value(ctx, problem);
    else
        snprintf(problem->text, sizeof(problem->text), "%.*s",
                 (int)(near ? near - words : (long)strlen(words)), words);
}

/* The end of the text has no token: the bracket that is still open is named. */
static void explain_end(const char *text, struct span part,
                        struct json_problem *problem)
{
    size_t open = scan_last_open(text + part.start, part.end - part.start);

    problem->is_end = true;
    problem->offset = part.end;
    while (problem->offset > part.start &&
           isspace((unsigned char)text[problem->offset - 1]))
        problem->offset--;
    if (open == SCAN_NONE) {
        snprintf(problem->text, sizeof(problem->text),
                 "the file ends inside a string");
        return;
    }
    open += part.start;
    snprintf(problem->text, sizeof(problem->text),
             "the file ends inside the %s that begins in line %u",
             text[open] == '{' ? "object" : "list", place_at(text, open).line);
    snprintf(problem->hint, sizeof(problem->hint), "close it with '%c'",
             text[open] == '{' ? '}' : ']');
}

static void explain_other(const struct context *ctx, const json_error_t *error,
                          struct json_problem *problem)
{
    switch (json_error_code(error)) {
    case json_error_duplicate_key:
        snprintf(problem->text, sizeof(problem->text),
                 "the key %s is there twice", ctx->found);
        snprintf(problem->hint, sizeof(problem->hint), "remove one of them");
        break;
    case json_error_numeric_overflow:
        snprintf(problem->text, sizeof(problem->text),
                 "the number %s is too large", ctx->found);
        break;
    case json_error_null_character:
    case json_error_null_byte_in_key:
        snprintf(problem->text, sizeof(problem->text),
                 "a string must not contain \\u0000");
        break;
    case json_error_invalid_utf8:
        snprintf(problem->text, sizeof(problem->text), "not valid UTF-8 text");
        break;
    default:
        explain_syntax(ctx, error->text, problem);
        break;
    }
}

/* jansson counts the bytes it has taken, so its position is behind the token.
 */
static void explain(const char *text, struct span part,
                    const json_error_t *error, struct json_problem *problem)
{
    size_t position = part.start + (size_t)error->position;
    struct context ctx;

    if (json_error_code(error) == json_error_premature_end_of_input) {
        explain_end(text, part, problem);
        return;
    }
    if (json_error_code(error) == json_error_invalid_utf8) {
        /* jansson stops before the bad byte: the token is not known */
        ctx = (struct context){.start = position};
    } else {
        context_init(&ctx, text, part, position);
    }
    problem->offset = ctx.start < part.end ? ctx.start : part.end;
    explain_other(&ctx, error, problem);
}

/* What jansson does not check, or would explain badly. */
static bool is_refused(const char *text, struct span part,
                       struct json_problem *problem)
{
    size_t deep = scan_too_deep(text, part, JSON_TEXT_DEPTH_MAX);
    const char *nul = memchr(text + part.start, '\0', part.end - part.start);

    if (scan_space(text, part.end, part.start) == part.end) {
        problem->is_end = problem->is_empty = true;
        problem->offset = part.start;
        snprintf(problem->text, sizeof(problem->text), "the file is empty");
    } else if (nul) {
        problem->offset = (size_t)(nul - text);
        snprintf(problem->text, sizeof(problem->text),
                 "a NUL byte: this is not a text file");
    } else if (deep != SCAN_NONE) {
        problem->offset = deep;
        snprintf(problem->text, sizeof(problem->text),
                 "more than %d lists and objects inside each other",
                 JSON_TEXT_DEPTH_MAX);
    } else {
        return false;
    }
    return true;
}

json_t *json_text_parse_part(const char *text, struct span part,
                             struct json_problem *problem)
{
    json_error_t error;
    json_t *json;

    *problem = (struct json_problem){.offset = 0};
    if (is_refused(text, part, problem))
        return NULL;
    json = json_loadb(text + part.start, part.end - part.start,
                      JSON_REJECT_DUPLICATES, &error);
    if (!json)
        explain(text, part, &error, problem);
    return json;
}

json_t *json_text_parse(const char *text, size_t len,
                        struct json_problem *problem)
{
    if (len > JSON_TEXT_MAX) {
        *problem = (struct json_problem){.offset = 0};
        snprintf(problem->text, sizeof(problem->text),
                 "the file has more than %zu MiB", JSON_TEXT_MAX >> 20);
        return NULL;
    }
    return json_text_parse_part(text, (struct span){0, len, true}, problem);
}

json_t *json_text_load(const char *text, size_t len, struct err *err)
{
    struct json_problem problem;
    json_t *json = json_text_parse(text, len, &problem);

    if (!json) {
        struct place place = place_at(text, problem.offset);
        err_set(err, ERR_INPUT, "%u:%u: %s", place.line, place.column,
                problem.text);
        if (problem.hint[0])
            err_hint(err, "%s", problem.hint);
    }
    return json;
}
