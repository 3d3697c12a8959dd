/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See hostfile.h and doc/hostfile.md. A line at a time, each on its own: a bad
 * line costs its own hosts only. jansson's hash finds repeated names, so that a
 * PBS node file of 100000 lines is read in one pass.
 */
#include "codec/hostfile.h"

#include <ctype.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hostlist.h"
#include "base/suggest.h"
#include "codec/json_text.h"

struct parser {
    struct hostfile *out;
    struct diags *diags;
    json_t *index;    /* owned; name -> its number in OUT */
    const char *line; /* being read, up to END */
    const char *at, *end;
    unsigned number;
};

void hostfile_init(struct hostfile *file)
{
    *file = (struct hostfile){.nodes = NULL};
}

void hostfile_release(struct hostfile *file)
{
    if (!file)
        return;
    for (size_t i = 0; i < file->n; i++)
        free(file->nodes[i].name);
    free(file->nodes);
    hostfile_init(file);
}

void hostfile_add(struct hostfile *file, const char *name, uint32_t slots)
{
    if (file->n == file->size) {
        file->size = file->size ? 2 * file->size : 16;
        file->nodes = mem_resize(file->nodes, file->size, sizeof(*file->nodes));
    }
    file->nodes[file->n++] = (struct hostfile_node){mem_strdup(name), slots};
}

static struct diag *error_at(struct parser *parser, const char *at,
                             const char *text)
{
    unsigned column = (unsigned)(at - parser->line) + 1;

    return diags_error(parser->diags, parser->number, column, "%s", text);
}

static void skip_space(struct parser *parser)
{
    while (parser->at < parser->end && isspace((unsigned char)*parser->at))
        parser->at++;
}

/* The next word, up to a space or '='; owned. "" at the end of the line. */
static char *next_word(struct parser *parser)
{
    const char *start = parser->at;

    while (parser->at < parser->end && *parser->at != '=' &&
           !isspace((unsigned char)*parser->at))
        parser->at++;
    return mem_strndup(start, (size_t)(parser->at - start));
}

/* No sign, no spaces, no more digits than the largest has. */
static bool parse_slots(const char *text, uint32_t *out)
{
    size_t n = strspn(text, "0123456789");
    unsigned long slots;

    if (n == 0 || n > 6 || text[n] != '\0')
        return false;
    slots = strtoul(text, NULL, 10);
    if (slots < 1 || slots > HOSTFILE_SLOTS_MAX)
        return false;
    *out = (uint32_t)slots;
    return true;
}

static void report_option(struct parser *parser, const char *at,
                          const char *name)
{
    static const char *const known[] = {"slots", "max_slots"};
    const char *near = strlen(name) > 32 ? NULL : suggest(name, known, 2);
    char shown[64], text[100];

    json_text_quote(name, strlen(name), shown, sizeof(shown));
    snprintf(text, sizeof(text), "unknown word \"%s\"", shown);
    diag_set_hint(error_at(parser, at, text),
                  near ? "did you mean \"%s\"?"
                       : "%s=N is all that may "
                         "follow the host",
                  near ? near : "slots");
}

/* Reads one "name = N"; sets *SLOTS for `slots`. False after an error. */
static bool read_option(struct parser *parser, uint32_t *slots)
{
    const char *start = parser->at;
    char *name = next_word(parser);
    char *value = NULL;
    bool is_slots = strcmp(name, "slots") == 0;
    uint32_t n = 0;
    bool is_good = false;

    if (!is_slots && strcmp(name, "max_slots") != 0 &&
        strcmp(name, "max-slots") != 0) {
        report_option(parser, start, name);
        goto done;
    }
    skip_space(parser);
    if (parser->at == parser->end || *parser->at != '=') {
        error_at(parser, parser->at, "'=' and a number are expected");
        goto done;
    }
    parser->at++;
    skip_space(parser);
    start = parser->at;
    value = next_word(parser);
    is_good = parse_slots(value, &n);
    if (!is_good)
        error_at(parser, start,
                 "a number of slots from 1 to 100000 is "
                 "expected");
    else if (is_slots)
        *slots = n;
done:
    free(name);
    free(value);
    return is_good;
}

/* Repeats add up; a bare line counts one slot once it is repeated. */
static bool add_host(struct parser *parser, const char *name, uint32_t slots)
{
    const json_t *known = json_object_get(parser->index, name);
    struct hostfile_node *node;

    if (!known) {
        if (parser->out->n == HOSTFILE_NODES_MAX)
            return false;
        json_object_set_new(parser->index, name,
                            json_integer((json_int_t)parser->out->n));
        hostfile_add(parser->out, name, slots);
        return true;
    }
    node = &parser->out->nodes[json_integer_value(known)];
    node->slots = (node->slots ? node->slots : 1) + (slots ? slots : 1);
    if (node->slots > HOSTFILE_SLOTS_MAX)
        node->slots = HOSTFILE_SLOTS_MAX;
    return true;
}

static void report_host(struct parser *parser, const char *at, const char *word,
                        const struct err *err)
{
    struct diag *diag = error_at(parser, at, err->text);

    if (strchr(word, ':'))
        diag_set_hint(diag, "write \"name slots=4\" for \"name:4\"");
    else if (err->hint[0])
        diag_set_hint(diag, "%s", err->hint);
}

static void read_line(struct parser *parser)
{
    struct hostlist hosts;
    const char *start;
    uint32_t slots = 0;
    struct err err;
    char *word;

    hostlist_init(&hosts);
    skip_space(parser);
    start = parser->at;
    word = next_word(parser);
    if (parser->at == parser->end && !*word)
        goto done;
    if (strchr(word, '@')) {
        diag_set_hint(error_at(parser, start, "user@host is not supported"),
                      "set the user in ~/.ssh/config and write the host "
                      "alone");
        goto done;
    }
    if (hostlist_parse(&hosts, word, &err) < 0) {
        report_host(parser, start, word, &err);
        goto done;
    }
    skip_space(parser);
    while (parser->at < parser->end) {
        if (!read_option(parser, &slots))
            goto done;
        skip_space(parser);
    }
    for (size_t i = 0; i < hosts.n; i++) {
        if (!add_host(parser, hosts.names[i], slots)) {
            error_at(parser, start, "more than 100000 hosts");
            break;
        }
    }
done:
    hostlist_release(&hosts);
    free(word);
}

/* The end of a line without its comment and its CR. */
static const char *content_end(const char *line, const char *newline)
{
    const char *comment = memchr(line, '#', (size_t)(newline - line));

    return comment ? comment : newline;
}

int hostfile_parse(const char *text, size_t len, struct hostfile *out,
                   struct diags *diags)
{
    struct parser parser = {.out = out, .diags = diags, .index = json_object()};
    const char *end = text + len;
    size_t n_errors = diags->n_errors;

    for (const char *line = text; line < end; parser.line = line) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        if (!newline)
            newline = end;
        parser.number++;
        parser.line = parser.at = line;
        parser.end = content_end(line, newline);
        if (memchr(line, '\0', (size_t)(parser.end - line)))
            error_at(&parser, line, "a NUL byte: this is not a text file");
        else
            read_line(&parser);
        line = newline + 1;
    }
    if (out->n == 0 && diags->n_errors == n_errors)
        diag_set_hint(diags_error(diags, 1, 1, "no host in it"),
                      "write one host name per line");
    json_decref(parser.index);
    return diags->n_errors > n_errors ? -1 : 0;
}

void hostfile_format(const struct hostfile *file, struct strbuf *out)
{
    for (size_t i = 0; i < file->n; i++) {
        strbuf_add_str(out, file->nodes[i].name);
        if (file->nodes[i].slots)
            strbuf_add_fmt(out, " slots=%u", file->nodes[i].slots);
        strbuf_add_char(out, '\n');
    }
}
