/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading one job entry: the object, the spec being filled, and every problem
 * on the way, each with the key it is about. Inside of the codec only.
 */
#ifndef ERM_CODEC_SPEC_READER_H
#define ERM_CODEC_SPEC_READER_H

#include "codec/job_spec.h"
#include "codec/locate.h"

/* An object with more problems than this is not worth more lines. */
#define SPEC_PROBLEMS_MAX 20
#define SPEC_STRING_MAX 65536

struct spec_problem {
    bool is_warning;
    const char *key; /* borrowed from the object; NULL: the whole entry */
    struct step sub; /* inside the value; STEP_NONE: the value itself */
    struct err err;  /* text without the key, and hint */
};

struct spec_problems {
    struct spec_problem *items; /* owned */
    size_t n, n_errors;
};

struct spec_field;

struct spec_reader {
    const json_t *object; /* borrowed, as all but the spec's content */
    struct job_spec *spec;
    const struct spec_field *field; /* being read */
    const char *key;                /* as the object calls it */
    struct step sub;
    struct spec_problems *problems;
};

void spec_problems_release(struct spec_problems *problems);
/* Adds an error or a warning about what READER is reading. Returns it,
 * borrowed until the next; NULL when there are too many already. */
struct spec_problem *spec_error(struct spec_reader *reader, const char *format,
                                ...) __attribute__((format(printf, 2, 3)));
struct spec_problem *spec_warning(struct spec_reader *reader,
                                  const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* PROBLEM may be NULL. */
void spec_hint(struct spec_problem *problem, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The path of a problem, "min_nodes" or "after[1]", or "", into BUF. */
char *spec_problem_path(const struct spec_problem *problem, char *buf,
                        size_t size);

/* The key or alias under which the field KEY stands in the object, borrowed;
 * NULL when it was not given. */
const char *spec_given(const struct spec_reader *reader, const char *key);

/* Reads OBJECT into SPEC (initialised by the caller), collecting all
 * problems. -1 when there is an error; the spec is then of no use. */
int job_spec_read(const json_t *object, struct job_spec *spec,
                  struct spec_problems *problems);
/* The `status` of an entry that is not to be run ("completed"), borrowed;
 * NULL when it is to be run. */
const char *job_spec_status(const json_t *object);

#endif
