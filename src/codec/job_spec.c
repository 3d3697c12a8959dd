/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A job's spec as a value, and to and from JSON by the table of fields.
 *
 * Reading one object stops at nothing and collects all problems; a caller of
 * these functions gets the first, because a client sends one job and corrects
 * it. jobs_file.c tells all of them.
 */
#include "codec/job_spec.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "codec/json_text.h"
#include "codec/spec_fields.h"

void job_spec_init(struct job_spec *spec)
{
    *spec = (struct job_spec){.warn_before = -1};
    job_request_init(&spec->request);
    spec->name = mem_strdup("");
    spec->command = mem_strdup("");
}

void job_spec_release(struct job_spec *spec)
{
    if (!spec)
        return;
    job_request_release(&spec->request);
    for (size_t i = 0; i < spec->n_after; i++)
        free(spec->after[i].on);
    for (char **line = spec->env; line && *line; line++)
        free(*line);
    free(spec->after);
    free(spec->env);
    free(spec->label);
    free(spec->name);
    free(spec->command);
    free(spec->worker);
    free(spec->hook);
    free(spec->cwd);
    free(spec->stdout_path);
    free(spec->stderr_path);
    free(spec->map_by);
    free(spec->bind_to);
    free(spec->identity);
    *spec = (struct job_spec){.warn_before = -1};
}

json_t *job_spec_to_json(const struct job_spec *spec)
{
    json_t *object = json_object();
    size_t n;
    const struct spec_field *fields = spec_fields(&n);

    for (size_t i = 0; i < n; i++) {
        json_t *value = fields[i].write(&fields[i], spec);
        if (value)
            json_object_set_new(object, fields[i].key, value);
    }
    return object;
}

char *job_spec_to_text(const struct job_spec *spec)
{
    json_t *object = job_spec_to_json(spec);
    char *text = json_dumps(object, JSON_COMPACT);

    assert(text);
    json_decref(object);
    return text;
}

/* The first error; warnings are for files, which people read again. */
static void report(const struct spec_problems *problems, struct err *err)
{
    char path[160];

    for (size_t i = 0; i < problems->n; i++) {
        const struct spec_problem *problem = &problems->items[i];
        if (problem->is_warning)
            continue;
        spec_problem_path(problem, path, sizeof(path));
        err_set(err, ERR_INPUT, "%s%s%s", path, *path ? ": " : "",
                problem->err.text);
        if (problem->err.hint[0])
            err_hint(err, "%s", problem->err.hint);
        return;
    }
}

int job_spec_from_json(const json_t *object, struct job_spec *out,
                       struct err *err)
{
    struct spec_problems problems = {.items = NULL};
    struct job_spec spec;
    int rc;

    job_spec_init(&spec);
    rc = job_spec_read(object, &spec, &problems);
    if (rc < 0) {
        report(&problems, err);
        job_spec_release(&spec);
    } else {
        *out = spec;
    }
    spec_problems_release(&problems);
    return rc;
}

int job_spec_from_text(const char *text, struct job_spec *out, struct err *err)
{
    json_t *object = json_text_load(text, strlen(text), err);
    int rc;

    if (!object)
        return -1;
    rc = job_spec_from_json(object, out, err);
    json_decref(object);
    return rc;
}
