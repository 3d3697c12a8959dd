/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one table of a job entry's keys: it drives parsing, "did you mean",
 * writing, the schema's test and the documentation (doc/jobs.json.md).
 */
#ifndef ERM_CODEC_SPEC_FIELDS_H
#define ERM_CODEC_SPEC_FIELDS_H

#include "codec/spec_reader.h"
#include "codec/spec_value.h"

#define NODES_MAX 100000

struct spec_field {
    const char *key;
    const char *alias; /* another name that is read too, or NULL */
    const char *type;  /* for people: "string", "time", "number of nodes" */
    /* Reads VALUE (never null) into reader->spec, or adds problems. */
    void (*read)(struct spec_reader *reader, const json_t *value);
    /* Returns owned, or NULL when there is nothing to write. */
    json_t *(*write)(const struct spec_field *field,
                     const struct job_spec *spec);
    size_t offset;     /* in struct job_spec, where one value is kept */
    int64_t low, high; /* range of numbers and spans */
    int64_t absent;    /* the value that means "not given" */
    const struct spec_word *words;
    const char *doc;
};

/* The field of KEY (or alias), or NULL. */
const struct spec_field *spec_field_find(const char *key);
/* All fields in the order in which they are written. */
const struct spec_field *spec_fields(size_t *n);
/* The key that is meant by the unknown one KEY, or NULL. Borrowed. */
const char *spec_field_suggest(const char *key);

#endif
