/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jobrequests.json: how a job of the seed's kind asks for another size.
 *
 *     {"job_requests": [{"job_id": "2", "scale": "expand", "num_nodes": 2,
 *                        "status": "pending"}]}
 *
 * erm marks a pending one "arbitrating" and removes it once it is decided.
 * Text only: the caller locks, reads and writes the file in place.
 */
#ifndef ERM_CODEC_REQUESTS_FILE_H
#define ERM_CODEC_REQUESTS_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "codec/list_doc.h"
#include "core/job.h"

struct requests_file {
    struct list_doc doc; /* owned */
};

struct size_request {
    int64_t job;
    enum directive_op op;
    uint32_t n_nodes;
    bool is_pending; /* not yet marked */
};

/* As policy_file_parse(). */
enum list_doc_state requests_file_parse(const char *text, size_t len,
                                        struct requests_file *out,
                                        struct err *err);
void requests_file_release(struct requests_file *file);
/* Returns owned. */
char *requests_file_format(const struct requests_file *file);

size_t requests_file_count(const struct requests_file *file);
/* The I-th request; -1 and ERR, with its path, for one that makes no sense. */
int requests_file_get(const struct requests_file *file, size_t i,
                      struct size_request *out, struct err *err);
/* Marks the I-th as being decided. */
void requests_file_mark(struct requests_file *file, size_t i);
/* Removes the I-th; those after it move down by one. */
void requests_file_remove(struct requests_file *file, size_t i);

#endif
