/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A JSON object with one list that erm and others edit: policy.json and
 * jobrequests.json. What is not ours stays as it is, in its order.
 */
#ifndef ERM_CODEC_LIST_DOC_H
#define ERM_CODEC_LIST_DOC_H

#include <jansson.h>

#include "base/err.h"

enum list_doc_state {
    LIST_DOC_GOOD,
    LIST_DOC_EMPTY,  /* nothing but white space: somebody is writing it */
    LIST_DOC_BROKEN, /* ERR says why; the file is to be left alone */
};

struct list_doc {
    json_t *root; /* owned; NULL when not LIST_DOC_GOOD */
    json_t *list; /* borrowed from root */
};

/* Fills OUT; only for LIST_DOC_GOOD it must be released. A root without KEY
 * gets an empty list. */
enum list_doc_state list_doc_parse(const char *text, size_t len,
                                   const char *key, struct list_doc *out,
                                   struct err *err);
/* A new document with an empty list, in any order of keys. */
void list_doc_init(struct list_doc *doc, const char *key);
void list_doc_release(struct list_doc *doc);
/* The text of the file: indented, with a newline at the end. Returns owned. */
char *list_doc_format(const struct list_doc *doc);

/* The job id in VALUE, a string of digits or an integer; 0 when it is
 * neither, or out of range. */
int64_t list_doc_id(const json_t *value);

#endif
