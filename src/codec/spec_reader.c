/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See spec_reader.h. What a key means is in spec_fields.c.
 *
 * Order: every member by its row of the table, then what concerns several
 * (sizes, kind), and that only when each value alone is good, so that one
 * mistake gives one message.
 */
#include "codec/spec_reader.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "codec/identity.h"
#include "codec/json_text.h"
#include "codec/spec_fields.h"
#include "codec/spec_modes.h"

void spec_problems_release(struct spec_problems *problems)
{
    if (!problems)
        return;
    free(problems->items);
    *problems = (struct spec_problems){.items = NULL};
}

static struct spec_problem *add(struct spec_reader *reader, bool is_warning,
                                const char *format, va_list ap)
{
    struct spec_problems *problems = reader->problems;
    struct spec_problem *problem;
    char text[sizeof(problem->err.text)];

    problems->n_errors += !is_warning;
    if (problems->n == SPEC_PROBLEMS_MAX)
        return NULL;
    problems->items =
        mem_resize(problems->items, problems->n + 1, sizeof(*problems->items));
    problem = &problems->items[problems->n++];
    *problem = (struct spec_problem){
        .is_warning = is_warning, .key = reader->key, .sub = reader->sub};
    vsnprintf(text, sizeof(text), format, ap);
    err_set(&problem->err, ERR_INPUT, "%s", text);
    return problem;
}

struct spec_problem *spec_error(struct spec_reader *reader, const char *format,
                                ...)
{
    struct spec_problem *problem;
    va_list ap;

    va_start(ap, format);
    problem = add(reader, false, format, ap);
    va_end(ap);
    return problem;
}

struct spec_problem *spec_warning(struct spec_reader *reader,
                                  const char *format, ...)
{
    struct spec_problem *problem;
    va_list ap;

    va_start(ap, format);
    problem = add(reader, true, format, ap);
    va_end(ap);
    return problem;
}

void spec_hint(struct spec_problem *problem, const char *format, ...)
{
    char hint[sizeof(problem->err.hint)];
    va_list ap;

    if (!problem)
        return;
    va_start(ap, format);
    vsnprintf(hint, sizeof(hint), format, ap);
    va_end(ap);
    err_hint(&problem->err, "%s", hint);
}

char *spec_problem_path(const struct spec_problem *problem, char *buf,
                        size_t size)
{
    char key[64] = "", sub[64];
    const struct step *step = &problem->sub;

    if (problem->key)
        json_text_quote(problem->key, strlen(problem->key), key, sizeof(key));
    if (step->key)
        snprintf(
            buf, size, "%s.%s", key,
            json_text_quote(step->key, strlen(step->key), sub, sizeof(sub)));
    else if (step->index != STEP_NONE.index)
        snprintf(buf, size, "%s[%zu]", key, step->index);
    else
        snprintf(buf, size, "%s", key);
    return buf;
}

static void report_unknown(struct spec_reader *reader)
{
    /* looking for near keys is slow: not for problems nobody will see */
    const char *near = reader->problems->n == SPEC_PROBLEMS_MAX
                           ? NULL
                           : spec_field_suggest(reader->key);

    if (near)
        spec_error(reader, "unknown key; did you mean \"%s\"?", near);
    else
        spec_hint(spec_error(reader, "unknown key"),
                  "keys beginning with \"_\" or \"x-\" are yours to use");
}

/* Members in the order of the file, so that messages come in that order. */
static void read_members(struct spec_reader *reader)
{
    /* jansson has no iterator for const objects; nothing is changed */
    json_t *object = (json_t *)(uintptr_t)reader->object;
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value)
    {
        if (json_key_is_ignored(key))
            continue;
        reader->key = key;
        reader->field = spec_field_find(key);
        if (!reader->field)
            report_unknown(reader);
        else if (reader->field->alias &&
                 strcmp(key, reader->field->alias) == 0 &&
                 json_object_get(object, reader->field->key))
            spec_error(reader, "the same as \"%s\", which is given too",
                       reader->field->key);
        else if (!json_is_null(value))
            reader->field->read(reader, value);
        reader->sub = STEP_NONE;
    }
    reader->key = NULL;
    reader->field = NULL;
}

const char *spec_given(const struct spec_reader *reader, const char *key)
{
    const struct spec_field *field = spec_field_find(key);
    const json_t *value = json_object_get(reader->object, field->key);

    if (value && !json_is_null(value))
        return field->key;
    value = field->alias ? json_object_get(reader->object, field->alias) : NULL;
    return value && !json_is_null(value) ? field->alias : NULL;
}

/* min <= pref <= max, with what was not given derived from what was. */
static void finish_sizes(struct spec_reader *reader)
{
    struct job_request *request = &reader->spec->request;
    const char *pref = spec_given(reader, "pref_nodes");

    if (!spec_given(reader, "max_nodes"))
        request->max_nodes = request->min_nodes > request->pref_nodes
                                 ? request->min_nodes
                                 : request->pref_nodes;
    /* without a min_nodes it is 1 and cannot be too large */
    reader->key = "min_nodes";
    if (request->min_nodes > request->max_nodes)
        spec_error(reader, "%u is more than max_nodes %u", request->min_nodes,
                   request->max_nodes);
    reader->key = pref;
    if (pref && request->pref_nodes < request->min_nodes)
        spec_error(reader, "%u is less than min_nodes %u", request->pref_nodes,
                   request->min_nodes);
    if (pref && request->pref_nodes > request->max_nodes)
        spec_error(reader, "%u is more than max_nodes %u", request->pref_nodes,
                   request->max_nodes);
    reader->key = NULL;
}

/* An explicit type wins over `elastic`, which wins over what the sizes say. */
static void finish_kind(struct spec_reader *reader)
{
    struct job_request *request = &reader->spec->request;

    reader->key = spec_given(reader, "type");
    if (!reader->key) {
        if (json_is_true(json_object_get(reader->object, "elastic")))
            request->kind = JOB_ELASTIC;
        else if (request->min_nodes < request->max_nodes)
            request->kind = JOB_MOLDABLE;
        else
            request->kind = JOB_RIGID;
    } else if (request->kind == JOB_RIGID &&
               request->min_nodes < request->max_nodes) {
        spec_hint(spec_error(reader,
                             "a rigid job has one size, not %u to %u nodes",
                             request->min_nodes, request->max_nodes),
                  "make max_nodes = min_nodes, or the type \"moldable\"");
    }
    reader->key = NULL;
}

int job_spec_read(const json_t *object, struct job_spec *spec,
                  struct spec_problems *problems)
{
    struct spec_reader reader = {
        .object = object, .spec = spec, .sub = STEP_NONE, .problems = problems};

    if (!json_is_object(object)) {
        spec_error(&reader, "a job is an object {...}, found %s",
                   json_text_kind(object));
        return -1;
    }
    read_members(&reader);
    if (!spec_given(&reader, "command"))
        spec_error(&reader, "the job has no \"command\"");
    /* relations between values only make sense when each is good */
    if (problems->n_errors == 0)
        finish_sizes(&reader);
    if (problems->n_errors == 0)
        finish_kind(&reader);
    if (problems->n_errors == 0)
        spec_modes_finish(&reader);
    return problems->n_errors ? -1 : 0;
}

const char *job_spec_status(const json_t *object)
{
    const char *status = json_string_value(json_object_get(object, "status"));

    if (!status || !*status || strcmp(status, "pending") == 0)
        return NULL;
    return status;
}
