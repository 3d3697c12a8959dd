/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * policy.json: how erm tells a job of the seed's kind to change its size. An
 * entry is a directive; the job removes it when it has done so.
 *
 *     {"jobs": [{"id": "2", "scale": "expand", "num_nodes": 1,
 *                "nodes": "st37", "start_after": 0}]}
 *
 * Text only: the caller locks, reads and writes the file in place.
 */
#ifndef ERM_CODEC_POLICY_FILE_H
#define ERM_CODEC_POLICY_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "codec/list_doc.h"
#include "core/job.h"

struct policy_file {
    struct list_doc doc; /* owned */
};

struct policy_entry {
    int64_t id;  /* 0: not a job id; then the entry is not erm's */
    bool has_op; /* `scale` is one that is known */
    enum directive_op op;
    uint32_t n_nodes;
    const char *nodes; /* names with commas; borrowed; NULL if not a string */
    uint32_t start_after; /* seconds */
};

/* LIST_DOC_GOOD: release OUT. LIST_DOC_EMPTY: the job is writing it, look
 * again later. LIST_DOC_BROKEN: ERR; do nothing. */
enum list_doc_state policy_file_parse(const char *text, size_t len,
                                      struct policy_file *out, struct err *err);
/* An empty policy, for a file that is not there yet. */
void policy_file_init(struct policy_file *file);
void policy_file_release(struct policy_file *file);
/* Returns owned. */
char *policy_file_format(const struct policy_file *file);

size_t policy_file_count(const struct policy_file *file);
/* The I-th entry, foreign ones too. Its strings live as long as FILE. */
void policy_file_entry(const struct policy_file *file, size_t i,
                       struct policy_entry *out);
/* The first entry of a job; OUT may be NULL. False when there is none. */
bool policy_file_find(const struct policy_file *file, int64_t id,
                      struct policy_entry *out);
/* Adds an entry at the end. */
void policy_file_add(struct policy_file *file,
                     const struct policy_entry *entry);
/* Removes all entries of a job; returns how many. */
size_t policy_file_remove(struct policy_file *file, int64_t id);

/* For people, of an entry that erm did not issue: jobs[1]: {"id":"9",...},
 * cut and without control characters. Returns BUF. */
char *policy_file_describe(const struct policy_file *file, size_t i, char *buf,
                           size_t size);

#endif
