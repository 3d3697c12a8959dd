/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See spec_parts.h. Each part is read into the spec as far as it is good; the
 * entry is dropped as a whole when anything in it was an error.
 */
#include "codec/spec_parts.h"

#include <ctype.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/duration.h"
#include "base/strbuf.h"
#include "codec/json_text.h"
#include "codec/spec_fields.h"
#include "codec/spec_value.h"
#include "codec/words.h"

#define LABEL_MAX 64
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
#define ENV_MAX 10000
#define AFTER_MAX 10000
#define RUNTIMES_MAX 1000

/* ---- id ---- */

bool spec_label_is_valid(const char *text)
{
    size_t n = strspn(text, LETTERS DIGITS "._-");

    return n > 0 && n <= LABEL_MAX && text[n] == '\0';
}

/* A decimal number; false when TEXT is something else. Too large ones give
 * HIGH + 1. */
static bool parse_decimal(const char *text, int64_t high, int64_t *out)
{
    int64_t n = 0;

    if (!*text || text[strspn(text, DIGITS)] != '\0')
        return false;
    for (; *text && n <= high; text++)
        n = 10 * n + (*text - '0');
    *out = n > high ? high + 1 : n;
    return true;
}

static bool check_id(struct spec_reader *reader, int64_t id)
{
    if (id >= 1 && id <= JOB_ID_MAX)
        return true;
    spec_error(reader, "a job id is a number from 1 to %d", JOB_ID_MAX);
    return false;
}

/* A label comes by a string `id` or by `label`, but only once. */
static void set_label(struct spec_reader *reader, const char *text)
{
    if (!spec_label_is_valid(text)) {
        spec_hint(spec_error(reader, "bad label"),
                  "a label has up to %d letters, digits, '.', '_' and '-'",
                  LABEL_MAX);
    } else if (reader->spec->label) {
        spec_error(reader, "the job has a label already");
    } else {
        reader->spec->label = mem_strdup(text);
    }
}

void spec_read_id(struct spec_reader *reader, const json_t *value)
{
    const char *text;
    int64_t id;

    if (json_is_integer(value)) {
        if (check_id(reader, json_integer_value(value)))
            reader->spec->request.id = json_integer_value(value);
        return;
    }
    if (!json_is_string(value)) {
        spec_error(reader, "a number or a string is expected, found %s",
                   json_text_kind(value));
        return;
    }
    text = spec_value_string(reader, value);
    if (!text)
        return;
    if (!parse_decimal(text, JOB_ID_MAX, &id))
        set_label(reader, text);
    else if (check_id(reader, id))
        reader->spec->request.id = id;
}

void spec_read_label(struct spec_reader *reader, const json_t *value)
{
    const char *text = spec_value_string(reader, value);
    int64_t id;

    if (text && parse_decimal(text, JOB_ID_MAX, &id))
        spec_error(reader, "a label must not be a number");
    else if (text)
        set_label(reader, text);
}

json_t *spec_write_id(const struct spec_field *field,
                      const struct job_spec *spec)
{
    (void)field;
    return spec->request.id ? json_integer(spec->request.id) : NULL;
}

/* ---- kind ---- */

/* Only the type is checked: what it makes of the job depends on `type` and
 * on the sizes, so job_spec_read() decides at the end. */
void spec_read_elastic(struct spec_reader *reader, const json_t *value)
{
    if (!json_is_boolean(value))
        spec_error(reader, "true or false is expected, found %s",
                   json_text_kind(value));
}

void spec_read_status(struct spec_reader *reader, const json_t *value)
{
    const char *text = json_string_value(value);

    if (!text)
        spec_error(reader, "a string is expected, found %s",
                   json_text_kind(value));
    else if (*text && strcmp(text, "pending") != 0)
        spec_error(reader, "only a pending job can be run");
}

json_t *spec_write_nothing(const struct spec_field *field,
                           const struct job_spec *spec)
{
    (void)field;
    (void)spec;
    return NULL;
}

/* ---- serial_fraction, runtimes ---- */

void spec_read_fraction(struct spec_reader *reader, const json_t *value)
{
    double fraction = json_number_value(value);

    if (!json_is_number(value))
        spec_error(reader, "a number is expected, found %s",
                   json_text_kind(value));
    else if (!(fraction >= 0 && fraction <= 1))
        spec_error(reader, "must be from 0 to 1");
    else
        reader->spec->request.serial_fraction = fraction;
}

json_t *spec_write_fraction(const struct spec_field *field,
                            const struct job_spec *spec)
{
    struct job_request absent;

    (void)field;
    job_request_init(&absent);
    if (spec->request.serial_fraction == absent.serial_fraction)
        return NULL;
    return json_real(spec->request.serial_fraction);
}

static int compare_runtimes(const void *a, const void *b)
{
    const struct job_runtime *left = a, *right = b;

    return (left->nodes > right->nodes) - (left->nodes < right->nodes);
}

void spec_read_runtimes(struct spec_reader *reader, const json_t *value)
{
    struct job_request *request = &reader->spec->request;
    json_t *object = (json_t *)(uintptr_t)value;
    struct job_runtime runtime;
    const char *key;
    json_t *item;
    int64_t nodes;

    if (!json_is_object(value) || json_object_size(value) > RUNTIMES_MAX) {
        spec_hint(spec_error(reader,
                             "an object of at most %d sizes is "
                             "expected, found %s",
                             RUNTIMES_MAX, json_text_kind(value)),
                  "write {\"1\": 3600, \"2\": 2000}: nodes and seconds");
        return;
    }
    request->runtimes =
        mem_alloc_array(json_object_size(value), sizeof(*request->runtimes));
    json_object_foreach(object, key, item)
    {
        reader->sub = STEP_KEY(key);
        if (!parse_decimal(key, NODES_MAX, &nodes) || nodes < 1 ||
            nodes > NODES_MAX)
            spec_error(reader, "not a number of nodes (1 to %d)", NODES_MAX);
        else if (spec_value_duration(reader, item, 1, DURATION_MAX,
                                     &runtime.runtime)) {
            runtime.nodes = (uint32_t)nodes;
            request->runtimes[request->n_runtimes++] = runtime;
        }
    }
    reader->sub = STEP_NONE;
    qsort(request->runtimes, request->n_runtimes, sizeof(*request->runtimes),
          compare_runtimes);
    for (uint32_t i = 1; i < request->n_runtimes; i++) {
        if (request->runtimes[i].nodes == request->runtimes[i - 1].nodes)
            spec_error(reader, "%u nodes are given twice",
                       request->runtimes[i].nodes);
    }
}

json_t *spec_write_runtimes(const struct spec_field *field,
                            const struct job_spec *spec)
{
    const struct job_request *request = &spec->request;
    json_t *object;
    char key[16];

    (void)field;
    if (request->n_runtimes == 0)
        return NULL;
    object = json_object();
    for (uint32_t i = 0; i < request->n_runtimes; i++) {
        snprintf(key, sizeof(key), "%u", request->runtimes[i].nodes);
        json_object_set_new(object, key,
                            spec_duration_json(request->runtimes[i].runtime));
    }
    return object;
}

/* ---- after ---- */

/* Splits "name:any"; a name may have colons of its own before the last. */
static bool parse_after(struct spec_reader *reader, const char *text,
                        struct spec_dependency *out)
{
    const char *colon = strrchr(text, ':');
    size_t n = colon ? (size_t)(colon - text) : strlen(text);
    int kind = colon ? word_index(words_dependency, colon + 1) : AFTER_OK;
    int64_t id;

    if (kind < 0 || n == 0) {
        spec_hint(spec_error(reader, n ? "unknown condition after ':'"
                                       : "no job is named"),
                  "write an id or a name, then :ok, :any or :notok");
        return false;
    }
    out->on = mem_strndup(text, n);
    out->kind = (enum dependency_kind)kind;
    if (!parse_decimal(out->on, JOB_ID_MAX, &id) || check_id(reader, id))
        return true;
    free(out->on);
    return false;
}

/* Ids become text here: whether they exist is for the manager to find out, who
 * knows the jobs. */
static void add_after(struct spec_reader *reader, const json_t *value)
{
    struct job_spec *spec = reader->spec;
    char number[24];
    const char *text;

    if (json_is_integer(value)) {
        snprintf(number, sizeof(number), "%lld",
                 (long long)json_integer_value(value));
        if (!check_id(reader, json_integer_value(value)))
            return;
        text = number;
    } else if (json_is_string(value)) {
        text = spec_value_string(reader, value);
    } else {
        spec_error(reader, "a job id or a name is expected, found %s",
                   json_text_kind(value));
        return;
    }
    if (text && parse_after(reader, text, &spec->after[spec->n_after]))
        spec->n_after++;
}

void spec_read_after(struct spec_reader *reader, const json_t *value)
{
    size_t n = json_is_array(value) ? json_array_size(value) : 1;

    if (n > AFTER_MAX) {
        spec_error(reader, "more than %d jobs", AFTER_MAX);
        return;
    }
    reader->spec->after = mem_alloc_array(n, sizeof(*reader->spec->after));
    if (!json_is_array(value)) {
        add_after(reader, value);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        reader->sub = STEP_INDEX(i);
        add_after(reader, json_array_get(value, i));
    }
    reader->sub = STEP_NONE;
}

json_t *spec_write_after(const struct spec_field *field,
                         const struct job_spec *spec)
{
    json_t *list;

    (void)field;
    if (spec->n_after == 0)
        return NULL;
    list = json_array();
    for (size_t i = 0; i < spec->n_after; i++)
        json_array_append_new(
            list, json_sprintf("%s:%s", spec->after[i].on,
                               words_dependency[spec->after[i].kind]));
    return list;
}

/* ---- env ---- */

static bool is_env_name(const char *name)
{
    return *name && !isdigit((unsigned char)*name) &&
           name[strspn(name, LETTERS DIGITS "_")] == '\0';
}

/* NAME=VALUE, owned; NULL and an error when VALUE is no good. */
static char *env_line(struct spec_reader *reader, const char *name,
                      const json_t *value)
{
    struct strbuf line;

    if (!is_env_name(name)) {
        spec_error(reader, "not a name of a variable");
        return NULL;
    }
    if (!json_is_string(value) && !json_is_integer(value)) {
        spec_error(reader, "a string is expected, found %s",
                   json_text_kind(value));
        return NULL;
    }
    if (strlen(name) + json_string_length(value) > SPEC_STRING_MAX) {
        spec_error(reader, "longer than %d bytes", SPEC_STRING_MAX);
        return NULL;
    }
    strbuf_init(&line);
    if (json_is_string(value))
        strbuf_add_fmt(&line, "%s=%s", name, json_string_value(value));
    else
        strbuf_add_fmt(&line, "%s=%lld", name,
                       (long long)json_integer_value(value));
    return strbuf_detach(&line);
}

/* Order is kept; a null value is an error and not "unset". */
void spec_read_env(struct spec_reader *reader, const json_t *value)
{
    json_t *object = (json_t *)(uintptr_t)value;
    const char *name;
    json_t *item;
    size_t n = 0;

    if (!json_is_object(value) || json_object_size(value) > ENV_MAX) {
        spec_hint(spec_error(reader,
                             "an object of at most %d variables is "
                             "expected, found %s",
                             ENV_MAX, json_text_kind(value)),
                  "write {\"NAME\": \"value\"}");
        return;
    }
    reader->spec->env = mem_alloc_array(json_object_size(value) + 1,
                                        sizeof(*reader->spec->env));
    json_object_foreach(object, name, item)
    {
        reader->sub = STEP_KEY(name);
        reader->spec->env[n] = env_line(reader, name, item);
        n += reader->spec->env[n] != NULL;
    }
    reader->sub = STEP_NONE;
}

json_t *spec_write_env(const struct spec_field *field,
                       const struct job_spec *spec)
{
    json_t *object;

    (void)field;
    if (!spec->env)
        return NULL;
    object = json_object();
    for (char **line = spec->env; *line; line++) {
        const char *value = strchr(*line, '=');
        char *name = mem_strndup(*line, (size_t)(value - *line));
        json_object_set_new(object, name, json_string(value + 1));
        free(name);
    }
    return object;
}

/* ---- warn_signal, resize_signal ---- */

#define SIGNAL_MAX 64

/* Names as the C library abbreviates them ("USR1"), with or without SIG. */
static int signal_number(const char *name)
{
    if (strncasecmp(name, "SIG", 3) == 0)
        name += 3;
    for (int i = 1; i <= SIGNAL_MAX; i++) {
        const char *known = sigabbrev_np(i);
        if (known && strcasecmp(known, name) == 0)
            return i;
    }
    return 0;
}

static int *signal_of(const struct spec_field *field, struct job_spec *spec)
{
    return (int *)(void *)((char *)spec + field->offset);
}

void spec_read_signal(struct spec_reader *reader, const json_t *value)
{
    int64_t n = 0;

    if (json_is_integer(value)) {
        if (!spec_value_integer(reader, value, 1, SIGNAL_MAX, &n))
            return;
    } else {
        const char *text = spec_value_string(reader, value);
        if (!text)
            return;
        n = signal_number(text);
    }
    if (n == 0)
        spec_hint(spec_error(reader, "unknown signal"),
                  "write a name as \"USR1\" or a number");
    else if (n == SIGKILL || n == SIGSTOP)
        spec_error(reader, "a program cannot catch this signal");
    else
        *signal_of(reader->field, reader->spec) = (int)n;
}

json_t *spec_write_signal(const struct spec_field *field,
                          const struct job_spec *spec)
{
    int number =
        *(const int *)(const void *)((const char *)spec + field->offset);
    const char *name = number == 0 ? NULL : sigabbrev_np(number);

    if (number == 0)
        return NULL;
    return name ? json_string(name) : json_integer(number);
}

/* ---- map_by, bind_to ---- */

void spec_read_option(struct spec_reader *reader, const json_t *value)
{
    const char *text = json_string_value(value);

    if (text && (text[0] == '-' || text[0] == '\0' ||
                 text[strspn(text, LETTERS DIGITS ":;=,._-")] != '\0'))
        spec_hint(spec_error(reader, "not a value of this option"),
                  "write it as for prun, for example \"core\" or "
                  "\"ppr:2:node\"");
    else
        spec_read_string(reader, value);
}
