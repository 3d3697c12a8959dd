/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Structs of the core <-> JSON objects, by tables of their members. For the
 * journal and the snapshot: exact, strict, one line, the same bytes for the
 * same values. doc/journal.md describes the result.
 */
#ifndef ERM_CODEC_RECORD_H
#define ERM_CODEC_RECORD_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "core/job.h"

enum record_kind {
    RECORD_INT,    /* int */
    RECORD_UINT32, /* uint32_t */
    RECORD_INT64,  /* int64_t or uint64_t */
    RECORD_TIME,   /* time_us or dur_us; TIME_NEVER is null */
    RECORD_REAL,   /* double from 0 to 1 */
    RECORD_BOOL,   /* bool */
    RECORD_WORD,   /* an enum without negative values */
    RECORD_SET,    /* struct idset, initialised */
};

struct record_field {
    const char *key;
    enum record_kind kind;
    size_t offset;
    int64_t low, high;        /* range of numbers and times */
    const char *const *words; /* of RECORD_WORD */
};

#define RECORD_ALL UINT32_MAX

/* Appends the fields of BASE whose bits are set in MASK: "key":value,... with
 * a comma before the first when OUT does not end in an opening bracket. */
void record_write(struct strbuf *out, const struct record_field *fields,
                  size_t n, uint32_t mask, const void *base);
/* Reads them back into BASE; each one in MASK must be there. Other keys are
 * not looked at. -1 and ERR (ERR_INPUT), BASE perhaps partly filled. */
int record_read(const json_t *object, const struct record_field *fields,
                size_t n, uint32_t mask, void *base, struct err *err);
/* As record_read(), but takes those that are there and leaves the others as
 * they are: keys that older records and snapshots do not have. */
int record_read_later(const json_t *object, const struct record_field *fields,
                      size_t n, uint32_t mask, void *base, struct err *err);
/* Appends "key": for a value that the caller writes next. */
void record_add_key(struct strbuf *out, const char *key);

/* A job_request as an object. record_read_request() fills OUT, initialised by
 * job_request_init(), which the caller releases in any case. */
void record_write_request(struct strbuf *out,
                          const struct job_request *request);
int record_read_request(const json_t *object, struct job_request *out,
                        struct err *err);

#endif
