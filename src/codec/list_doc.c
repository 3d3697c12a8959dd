/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See list_doc.h. The whole document is kept as jansson has it, so keys that
 * erm does not know, and their order, go back as they came.
 */
#include "codec/list_doc.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "codec/json_text.h"
#include "core/job.h"

void list_doc_init(struct list_doc *doc, const char *key)
{
    doc->root = json_object();
    doc->list = json_array();
    json_object_set_new(doc->root, key, doc->list);
}

void list_doc_release(struct list_doc *doc)
{
    if (!doc)
        return;
    json_decref(doc->root);
    *doc = (struct list_doc){.root = NULL};
}

enum list_doc_state list_doc_parse(const char *text, size_t len,
                                   const char *key, struct list_doc *out,
                                   struct err *err)
{
    *out = (struct list_doc){.root = NULL};
    if (scan_space(text, len, 0) == len)
        return LIST_DOC_EMPTY;
    out->root = json_text_load(text, len, err);
    if (!out->root)
        return LIST_DOC_BROKEN;
    if (json_is_object(out->root) && !json_object_get(out->root, key))
        json_object_set_new(out->root, key, json_array());
    out->list = json_object_get(out->root, key);
    if (!json_is_array(out->list)) {
        list_doc_release(out);
        err_set(err, ERR_INPUT, "an object with a list \"%s\" is expected",
                key);
        return LIST_DOC_BROKEN;
    }
    return LIST_DOC_GOOD;
}

char *list_doc_format(const struct list_doc *doc)
{
    char *text = json_dumps(doc->root, JSON_INDENT(2));
    struct strbuf out;

    assert(text);
    strbuf_init(&out);
    strbuf_add_fmt(&out, "%s\n", text);
    free(text);
    return strbuf_detach(&out);
}

/* Both forms are read because clients write both; erm writes strings. */
int64_t list_doc_id(const json_t *value)
{
    const char *text = json_string_value(value);
    int64_t id = json_integer_value(value);

    if (text) {
        size_t n = strspn(text, "0123456789");
        id = n > 0 && n < 10 && text[n] == '\0' ? atoll(text) : 0;
    }
    return id >= 1 && id <= JOB_ID_MAX ? id : 0;
}
