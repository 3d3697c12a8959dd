/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See jobs_file.h. When jansson takes the whole text, its values are used.
 * When it does not, each element of the list is parsed on its own.
 */
#include "codec/jobs_file.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/suggest.h"
#include "codec/identity.h"
#include "codec/json_text.h"
#include "codec/locate.h"
#include "codec/spec_reader.h"

struct parser {
    const char *text;
    size_t len;
    struct jobs_file *out;
    struct diags *diags;
    bool is_bare; /* the text is the list itself */
    struct spans entries;
    struct place *places; /* owned; of each entry */
    struct identities identities;
};

void jobs_file_init(struct jobs_file *file)
{
    *file = (struct jobs_file){.items = NULL};
}

void jobs_file_release(struct jobs_file *file)
{
    if (!file)
        return;
    for (size_t i = 0; i < file->n; i++)
        job_spec_release(&file->items[i].spec);
    free(file->items);
    jobs_file_init(file);
}

/* ---- telling ---- */

/* KNOWN is the place of the byte FROM, before the problem: counting from the
 * start of the file each time would take hours for a million broken entries. */
static void report_json(struct parser *parser,
                        const struct json_problem *problem, size_t from,
                        struct place known)
{
    struct place place = place_from(parser->text, from, known, problem->offset);
    struct diag *diag = diags_error(parser->diags, place.line, place.column,
                                    "%s", problem->text);

    if (problem->is_empty)
        diag_set_hint(diag, "write {\"jobs\": []} for a file without jobs");
    else if (problem->hint[0])
        diag_set_hint(diag, "%s", problem->hint);
}

static struct place problem_place(const struct parser *parser, size_t index,
                                  const struct spec_problem *problem)
{
    struct span span = parser->entries.items[index];
    const char *entry = parser->text + span.start;
    struct step path[2] = {STEP_KEY(problem->key), problem->sub};
    bool has_sub = problem->sub.key || problem->sub.index != STEP_NONE.index;
    size_t offset = 0;

    if (problem->key && !(has_sub && locate_path(entry, span.end - span.start,
                                                 path, 2, &offset)))
        locate_path(entry, span.end - span.start, path, 1, &offset);
    return place_from(entry, 0, parser->places[index], offset);
}

static void report_spec(struct parser *parser, size_t index,
                        const struct spec_problem *problem)
{
    struct place place = problem_place(parser, index, problem);
    const char *list = parser->is_bare ? "" : "jobs";
    char path[160];
    struct diag *diag;

    spec_problem_path(problem, path, sizeof(path));
    diag = (problem->is_warning ? diags_warning : diags_error)(
        parser->diags, place.line, place.column, "%s[%zu]%s%s: %s", list, index,
        *path ? "." : "", path, problem->err.text);
    if (problem->err.hint[0])
        diag_set_hint(diag, "%s", problem->err.hint);
}

/* ---- entries ---- */

static void add_entry(struct parser *parser, size_t index,
                      const struct job_spec *spec)
{
    struct jobs_file *out = parser->out;

    if (out->n == out->size) {
        out->size = out->size ? 2 * out->size : 16;
        out->items = mem_resize(out->items, out->size, sizeof(*out->items));
    }
    out->items[out->n++] = (struct jobs_file_entry){
        .spec = *spec,
        .index = index,
        .line = parser->places[index].line,
        .column = parser->places[index].column,
    };
}

static void report_same_id(struct parser *parser, size_t index, size_t first,
                           const struct job_spec *spec)
{
    struct spec_problems problems = {.items = NULL};
    struct spec_reader reader = {
        .key = spec->request.id || !spec->label ? "id" : "label",
        .sub = STEP_NONE,
        .problems = &problems};
    const char *list = parser->is_bare ? "" : "jobs";
    unsigned line = parser->places[first].line;

    if (spec->request.id)
        spec_error(&reader, "id %lld is already used by %s[%zu] (line %u)",
                   (long long)spec->request.id, list, first, line);
    else
        spec_error(&reader, "id \"%s\" is already used by %s[%zu] (line %u)",
                   spec->label, list, first, line);
    report_spec(parser, index, &problems.items[0]);
    spec_problems_release(&problems);
}

/* Takes the content of SPEC. An entry that is not to be run keeps its id and
 * its turn among equal ones, so that the others' identities stay. */
static void take_entry(struct parser *parser, size_t index,
                       const json_t *object, struct job_spec *spec,
                       bool is_skipped)
{
    size_t first = 0;

    spec->identity = identities_add(&parser->identities, index, object,
                                    spec->request.id, spec->label, &first);
    if (is_skipped) {
        parser->out->n_skipped++;
        job_spec_release(spec);
    } else if (!spec->identity) {
        report_same_id(parser, index, first, spec);
        job_spec_release(spec);
    } else {
        add_entry(parser, index, spec);
    }
}

static void read_entry(struct parser *parser, size_t index,
                       const json_t *object)
{
    bool is_skipped = job_spec_status(object) != NULL;
    struct spec_problems problems = {.items = NULL};
    struct job_spec spec;
    int rc;

    job_spec_init(&spec);
    rc = job_spec_read(object, &spec, &problems);
    for (size_t i = 0; i < problems.n && !is_skipped; i++)
        report_spec(parser, index, &problems.items[i]);
    if (rc == 0 || is_skipped)
        take_entry(parser, index, object, &spec, is_skipped);
    else
        job_spec_release(&spec);
    spec_problems_release(&problems);
}

static void find_entries(struct parser *parser)
{
    size_t first = scan_space(parser->text, parser->len, 0);
    struct place place = {1, 1};
    size_t at = 0;

    parser->is_bare = first < parser->len && parser->text[first] == '[';
    spans_find(&parser->entries, parser->text, parser->len, "jobs",
               JOBS_FILE_MAX);
    parser->out->n_entries = parser->entries.n;
    parser->places = mem_alloc_array(parser->entries.n, sizeof(place));
    for (size_t i = 0; i < parser->entries.n; i++) {
        size_t start = parser->entries.items[i].start;
        place = place_from(parser->text, at, place, start);
        parser->places[i] = place;
        at = start;
    }
}

/* ---- a text that is JSON ---- */

static bool is_known_at_top(const char *key)
{
    return strcmp(key, "jobs") == 0 || strcmp(key, "$schema") == 0 ||
           json_key_is_ignored(key);
}

static void report_top_key(struct parser *parser, const char *key,
                           bool has_jobs)
{
    static const char *const known[] = {"jobs"};
    struct step step = STEP_KEY(key);
    struct place place;
    size_t offset = 0;
    char shown[64];

    json_text_quote(key, strlen(key), shown, sizeof(shown));
    locate_path(parser->text, parser->len, &step, 1, &offset);
    place = place_at(parser->text, offset);
    if (!has_jobs && strlen(key) < 16 && suggest(key, known, 1))
        diags_error(parser->diags, place.line, place.column,
                    "%s: unknown key; did you mean \"jobs\"?", shown);
    else
        diags_warning(parser->diags, place.line, place.column,
                      "%s: unknown key, not used", shown);
}

static void check_top(struct parser *parser, const json_t *root)
{
    const json_t *jobs = json_object_get(root, "jobs");
    size_t n_errors = parser->diags->n_errors, n_told = 0;
    json_t *object = (json_t *)(uintptr_t)root;
    struct diag *diag;
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value)
    {
        if (!is_known_at_top(key) && n_told++ < SPEC_PROBLEMS_MAX)
            report_top_key(parser, key, jobs != NULL);
    }
    if (json_is_array(jobs) || parser->diags->n_errors > n_errors)
        return;
    diag = diags_error(parser->diags, 1, 1,
                       jobs ? "\"jobs\" must be a list"
                            : "the object has no \"jobs\"");
    diag_set_hint(diag, "write {\"jobs\": [{\"command\": \"...\"}]}");
}

static void read_values(struct parser *parser, const json_t *root)
{
    const json_t *list = root;

    if (!parser->is_bare) {
        check_top(parser, root);
        list = json_object_get(root, "jobs");
    }
    for (size_t i = 0; i < parser->entries.n; i++)
        read_entry(parser, i, json_array_get(list, i));
}

/* ---- a text that is not ---- */

static bool is_inside(size_t offset, struct span span)
{
    return offset >= span.start && offset < span.end;
}

static void report_no_object(struct parser *parser, size_t index)
{
    struct place place = parser->places[index];

    diags_error(parser->diags, place.line, place.column,
                "%s[%zu]: a job is an object {...}",
                parser->is_bare ? "" : "jobs", index);
}

/* Parses one element. Returns whether the problem of the WHOLE is in it and
 * so was told. */
static bool read_slice(struct parser *parser, size_t index,
                       const struct json_problem *whole)
{
    struct span span = parser->entries.items[index];
    struct json_problem problem;
    json_t *object;

    if (parser->text[span.start] != '{') {
        if (!is_inside(whole->offset, span))
            report_no_object(parser, index);
        return false;
    }
    /* up to the bracket that ends it too early, for the message */
    if (!span.is_closed && span.end < parser->len)
        span.end++;
    object = json_text_parse_part(parser->text, span, &problem);
    if (object) {
        read_entry(parser, index, object);
        json_decref(object);
        return false;
    }
    report_json(parser, &problem, span.start, parser->places[index]);
    return is_inside(whole->offset, span);
}

/* Are there only values in the list? Anything else may be a comment mark, and
 * then a whole `{...}` beside it may be one that is not meant to run. */
static bool has_only_values(const struct parser *parser)
{
    for (size_t i = 0; i < parser->entries.n; i++) {
        char c = parser->text[parser->entries.items[i].start];
        if (!isalnum((unsigned char)c) && !strchr("{[\"", c))
            return false;
    }
    return true;
}

static void read_slices(struct parser *parser, const struct json_problem *whole)
{
    bool is_told = false;

    parser->out->is_partial =
        parser->entries.is_found ? !parser->entries.is_closed : whole->is_end;
    if (parser->entries.is_closed && has_only_values(parser)) {
        for (size_t i = 0; i < parser->entries.n; i++)
            is_told |= read_slice(parser, i, whole);
    }
    if (!is_told)
        report_json(parser, whole, 0, (struct place){1, 1});
}

/* ---- both ---- */

static int compare_diags(const void *a, const void *b)
{
    const struct diag *left = a, *right = b;

    if (left->line != right->line)
        return left->line < right->line ? -1 : 1;
    if (left->column != right->column)
        return left->column < right->column ? -1 : 1;
    return strcmp(left->text, right->text);
}

static void parse(struct parser *parser)
{
    struct json_problem problem;
    json_t *root = NULL;

    if (parser->len <= JSON_TEXT_MAX)
        find_entries(parser);
    if (parser->entries.n > JOBS_FILE_MAX) {
        diags_error(parser->diags, 1, 1, "more than %d jobs", JOBS_FILE_MAX);
        return;
    }
    root = json_text_parse(parser->text, parser->len, &problem);
    if (root)
        read_values(parser, root);
    else
        read_slices(parser, &problem);
    json_decref(root);
}

int jobs_file_parse(const char *text, size_t len, struct jobs_file *out,
                    struct diags *diags)
{
    struct parser parser = {
        .text = text, .len = len, .out = out, .diags = diags};
    size_t n_before = diags->n, n_errors = diags->n_errors;

    identities_init(&parser.identities);
    spans_init(&parser.entries);
    parse(&parser);
    if (diags->n > n_before)
        qsort(diags->items + n_before, diags->n - n_before,
              sizeof(*diags->items), compare_diags);
    identities_release(&parser.identities);
    spans_release(&parser.entries);
    free(parser.places);
    return diags->n_errors > n_errors ? -1 : 0;
}
