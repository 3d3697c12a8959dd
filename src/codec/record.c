/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See record.h. Written straight into the text: a record is made for every
 * event, and building a tree first would cost more than all the rest. Reading
 * is rarer (a start of the manager) and goes by jansson.
 *
 * A value out of range is damage: the core asserts what it is promised, so it
 * must never get further than here.
 */
#include "codec/record.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "codec/idset_text.h"
#include "codec/words.h"

/* ---- writing ---- */

void record_add_key(struct strbuf *out, const char *key)
{
    char last = out->len > 0 ? out->text[out->len - 1] : '{';

    if (last != '{' && last != '[')
        strbuf_add_char(out, ',');
    strbuf_add_char(out, '"');
    strbuf_add_str(out, key);
    strbuf_add_str(out, "\":");
}

static void add_integer(struct strbuf *out, int64_t n)
{
    strbuf_add_fmt(out, "%" PRId64, n);
}

static void add_time(struct strbuf *out, time_us t)
{
    if (t == TIME_NEVER)
        strbuf_add_str(out, "null");
    else
        add_integer(out, t);
}

/* 17 digits give every double back exactly. */
static void add_real(struct strbuf *out, double real)
{
    char text[40];
    char *comma;

    snprintf(text, sizeof(text), "%.17g", real);
    comma = strchr(text, ','); /* some locales */
    if (comma)
        *comma = '.';
    strbuf_add_str(out, text);
}

static void add_set(struct strbuf *out, const struct idset *set)
{
    strbuf_add_char(out, '"');
    idset_format(set, out);
    strbuf_add_char(out, '"');
}

static void write_field(struct strbuf *out, const struct record_field *field,
                        const void *value)
{
    switch (field->kind) {
    case RECORD_INT:
        add_integer(out, *(const int *)value);
        break;
    case RECORD_UINT32:
        add_integer(out, *(const uint32_t *)value);
        break;
    case RECORD_INT64:
        add_integer(out, *(const int64_t *)value);
        break;
    case RECORD_TIME:
        add_time(out, *(const time_us *)value);
        break;
    case RECORD_REAL:
        add_real(out, *(const double *)value);
        break;
    case RECORD_BOOL:
        strbuf_add_str(out, *(const bool *)value ? "true" : "false");
        break;
    case RECORD_WORD:
        strbuf_add_fmt(out, "\"%s\"", field->words[*(const unsigned *)value]);
        break;
    case RECORD_SET:
        add_set(out, value);
        break;
    }
}

void record_write(struct strbuf *out, const struct record_field *fields,
                  size_t n, uint32_t mask, const void *base)
{
    for (size_t i = 0; i < n; i++) {
        if (mask & (uint32_t)1 << i) {
            record_add_key(out, fields[i].key);
            write_field(out, &fields[i], (const char *)base + fields[i].offset);
        }
    }
}

/* ---- reading ---- */

static bool read_integer(const json_t *json, const struct record_field *field,
                         int64_t *out)
{
    if (!json_is_integer(json) || json_integer_value(json) < field->low ||
        json_integer_value(json) > field->high)
        return false;
    *out = json_integer_value(json);
    return true;
}

static bool read_number(const json_t *json, const struct record_field *field,
                        void *value)
{
    int64_t n;

    if (!read_integer(json, field, &n))
        return false;
    if (field->kind == RECORD_INT)
        *(int *)value = (int)n;
    else if (field->kind == RECORD_UINT32)
        *(uint32_t *)value = (uint32_t)n;
    else
        *(int64_t *)value = n;
    return true;
}

static bool read_time(const json_t *json, const struct record_field *field,
                      time_us *value)
{
    if (!json_is_null(json))
        return read_integer(json, field, value);
    *value = TIME_NEVER;
    return true;
}

static bool read_real(const json_t *json, double *value)
{
    double real = json_number_value(json);

    if (!json_is_number(json) || !(real >= 0 && real <= 1))
        return false;
    *value = real;
    return true;
}

static bool read_bool(const json_t *json, bool *value)
{
    *value = json_is_true(json);
    return json_is_boolean(json);
}

static bool read_word(const json_t *json, const char *const *words,
                      unsigned *value)
{
    int i = word_index(words, json_string_value(json));

    if (i >= 0)
        *value = (unsigned)i;
    return i >= 0;
}

static bool read_field(const json_t *json, const struct record_field *field,
                       void *value)
{
    switch (field->kind) {
    case RECORD_INT:
    case RECORD_UINT32:
    case RECORD_INT64:
        return read_number(json, field, value);
    case RECORD_TIME:
        return read_time(json, field, value);
    case RECORD_REAL:
        return read_real(json, value);
    case RECORD_BOOL:
        return read_bool(json, value);
    case RECORD_WORD:
        return read_word(json, field->words, value);
    case RECORD_SET:
        return json_is_string(json) &&
               idset_parse(json_string_value(json), value, NULL) == 0;
    }
    return false;
}

static int read_fields(const json_t *object, const struct record_field *fields,
                       size_t n, uint32_t mask, bool is_needed, void *base,
                       struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        const json_t *json = json_object_get(object, fields[i].key);
        if (!(mask & (uint32_t)1 << i) || (!json && !is_needed))
            continue;
        if (!json)
            return err_set(err, ERR_INPUT, "the record has no \"%s\"",
                           fields[i].key);
        if (!read_field(json, &fields[i], (char *)base + fields[i].offset))
            return err_set(err, ERR_INPUT, "bad \"%s\" in the record",
                           fields[i].key);
    }
    return 0;
}

int record_read(const json_t *object, const struct record_field *fields,
                size_t n, uint32_t mask, void *base, struct err *err)
{
    return read_fields(object, fields, n, mask, true, base, err);
}

int record_read_later(const json_t *object, const struct record_field *fields,
                      size_t n, uint32_t mask, void *base, struct err *err)
{
    return read_fields(object, fields, n, mask, false, base, err);
}

/* ---- requests ---- */

#define REQUEST(member) offsetof(struct job_request, member)

static const struct record_field request_fields[] = {
    {"id", RECORD_INT64, REQUEST(id), 1, JOB_ID_MAX, NULL},
    {"kind", RECORD_WORD, REQUEST(kind), 0, 0, words_kind},
    {"resize", RECORD_WORD, REQUEST(resize), 0, 0, words_resize},
    {"on_deadline", RECORD_WORD, REQUEST(on_deadline), 0, 0, words_deadline},
    {"hold", RECORD_BOOL, REQUEST(hold), 0, 0, NULL},
    {"requeue", RECORD_BOOL, REQUEST(requeue), 0, 0, NULL},
    {"min_nodes", RECORD_UINT32, REQUEST(min_nodes), 1, UINT32_MAX, NULL},
    {"max_nodes", RECORD_UINT32, REQUEST(max_nodes), 1, UINT32_MAX, NULL},
    {"pref_nodes", RECORD_UINT32, REQUEST(pref_nodes), 0, UINT32_MAX, NULL},
    {"priority", RECORD_INT, REQUEST(priority), INT32_MIN, INT32_MAX, NULL},
    {"walltime", RECORD_TIME, REQUEST(walltime), 1, INT64_MAX, NULL},
    {"begin", RECORD_TIME, REQUEST(begin), 0, INT64_MAX, NULL},
    {"serial_fraction", RECORD_REAL, REQUEST(serial_fraction), 0, 0, NULL},
    {"accept_within", RECORD_TIME, REQUEST(accept_within), 0, INT64_MAX, NULL},
    {"done_within", RECORD_TIME, REQUEST(done_within), 0, INT64_MAX, NULL},
    {"cooldown", RECORD_TIME, REQUEST(cooldown), -1, INT64_MAX, NULL},
};
#define N_REQUEST_FIELDS (sizeof(request_fields) / sizeof(*request_fields))

/* Not in requests of version 0.1. */
static const struct record_field later_fields[] = {
    {"on_node_loss", RECORD_WORD, REQUEST(loss), 0, 0, words_loss},
    {"resize_cost", RECORD_INT64, REQUEST(resize_cost), 0, INT64_MAX, NULL},
    {"walltime_scales", RECORD_BOOL, REQUEST(walltime_scales), 0, 0, NULL},
    {"expected", RECORD_INT64, REQUEST(expected), 0, INT64_MAX, NULL},
};
#define N_LATER_FIELDS (sizeof(later_fields) / sizeof(*later_fields))

void record_write_request(struct strbuf *out, const struct job_request *request)
{
    strbuf_add_char(out, '{');
    record_write(out, request_fields, N_REQUEST_FIELDS, RECORD_ALL, request);
    record_write(out, later_fields, N_LATER_FIELDS, RECORD_ALL, request);
    record_add_key(out, "after");
    strbuf_add_char(out, '[');
    for (uint32_t i = 0; i < request->n_after; i++)
        strbuf_add_fmt(out, "%s[%" PRId64 ",\"%s\"]", i ? "," : "",
                       request->after[i].id,
                       words_dependency[request->after[i].kind]);
    strbuf_add_char(out, ']');
    record_add_key(out, "runtimes");
    strbuf_add_char(out, '[');
    for (uint32_t i = 0; i < request->n_runtimes; i++)
        strbuf_add_fmt(out, "%s[%u,%" PRId64 "]", i ? "," : "",
                       request->runtimes[i].nodes,
                       request->runtimes[i].runtime);
    strbuf_add_str(out, "]}");
}

static int read_after(const json_t *list, struct job_request *out,
                      struct err *err)
{
    size_t n = json_array_size(list);

    out->after = mem_alloc_array(n, sizeof(*out->after));
    for (size_t i = 0; i < n; i++) {
        const json_t *pair = json_array_get(list, i);
        json_int_t id = json_integer_value(json_array_get(pair, 0));
        int kind = word_index(words_dependency,
                              json_string_value(json_array_get(pair, 1)));
        if (id < 1 || id > JOB_ID_MAX || kind < 0)
            return err_set(err, ERR_INPUT, "bad \"after\" in the record");
        out->after[out->n_after++] =
            (struct job_dependency){id, (enum dependency_kind)kind};
    }
    return 0;
}

/* Rising sizes, as core/job.h promises them. */
static int read_runtimes(const json_t *list, struct job_request *out,
                         struct err *err)
{
    size_t n = json_array_size(list);
    json_int_t last = 0;

    out->runtimes = mem_alloc_array(n, sizeof(*out->runtimes));
    for (size_t i = 0; i < n; i++) {
        const json_t *pair = json_array_get(list, i);
        json_int_t nodes = json_integer_value(json_array_get(pair, 0));
        json_int_t runtime = json_integer_value(json_array_get(pair, 1));
        if (nodes <= last || nodes > UINT32_MAX || runtime < 1)
            return err_set(err, ERR_INPUT, "bad \"runtimes\" in the record");
        out->runtimes[out->n_runtimes++] =
            (struct job_runtime){(uint32_t)nodes, runtime};
        last = nodes;
    }
    return 0;
}

int record_read_request(const json_t *object, struct job_request *out,
                        struct err *err)
{
    const json_t *after = json_object_get(object, "after");
    const json_t *runtimes = json_object_get(object, "runtimes");

    if (record_read(object, request_fields, N_REQUEST_FIELDS, RECORD_ALL, out,
                    err) < 0 ||
        record_read_later(object, later_fields, N_LATER_FIELDS, RECORD_ALL, out,
                          err) < 0)
        return -1;
    if (!json_is_array(after) || !json_is_array(runtimes))
        return err_set(err, ERR_INPUT,
                       "the record has no \"after\" or \"runtimes\"");
    if (out->min_nodes > out->max_nodes ||
        (out->pref_nodes && (out->pref_nodes < out->min_nodes ||
                             out->pref_nodes > out->max_nodes)))
        return err_set(err, ERR_INPUT, "bad sizes in the record");
    if (read_after(after, out, err) < 0)
        return -1;
    return read_runtimes(runtimes, out, err);
}
