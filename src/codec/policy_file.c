/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See policy_file.h. An entry is read leniently (whoever wrote it) and written
 * exactly as the seed's manager does, because its client compares strings.
 */
#include "codec/policy_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json_text.h"
#include "codec/words.h"

#define LIST "jobs"

enum list_doc_state policy_file_parse(const char *text, size_t len,
                                      struct policy_file *out, struct err *err)
{
    return list_doc_parse(text, len, LIST, &out->doc, err);
}

void policy_file_init(struct policy_file *file)
{
    list_doc_init(&file->doc, LIST);
}

void policy_file_release(struct policy_file *file)
{
    if (file)
        list_doc_release(&file->doc);
}

char *policy_file_format(const struct policy_file *file)
{
    return list_doc_format(&file->doc);
}

size_t policy_file_count(const struct policy_file *file)
{
    return json_array_size(file->doc.list);
}

/* 0 for what is no number: such an entry is not erm's. */
static uint32_t number_of(const json_t *value)
{
    json_int_t n = json_integer_value(value);

    return n >= 0 && n <= UINT32_MAX ? (uint32_t)n : 0;
}

void policy_file_entry(const struct policy_file *file, size_t i,
                       struct policy_entry *out)
{
    const json_t *entry = json_array_get(file->doc.list, i);
    int op = word_index(words_op,
                        json_string_value(json_object_get(entry, "scale")));

    *out = (struct policy_entry){
        .id = list_doc_id(json_object_get(entry, "id")),
        .has_op = op >= 0,
        .op = op >= 0 ? (enum directive_op)op : DIRECTIVE_GROW,
        .n_nodes = number_of(json_object_get(entry, "num_nodes")),
        .nodes = json_string_value(json_object_get(entry, "nodes")),
        .start_after = number_of(json_object_get(entry, "start_after")),
    };
}

bool policy_file_find(const struct policy_file *file, int64_t id,
                      struct policy_entry *out)
{
    struct policy_entry entry;

    for (size_t i = 0; i < policy_file_count(file); i++) {
        policy_file_entry(file, i, &entry);
        if (entry.id == id) {
            if (out)
                *out = entry;
            return true;
        }
    }
    return false;
}

void policy_file_add(struct policy_file *file, const struct policy_entry *entry)
{
    json_t *object = json_object();

    /* a string: the seed's client compares it with str(job_id) */
    json_object_set_new(object, "id", json_sprintf("%" PRId64, entry->id));
    json_object_set_new(object, "scale", json_string(words_op[entry->op]));
    json_object_set_new(object, "num_nodes", json_integer(entry->n_nodes));
    json_object_set_new(object, "nodes",
                        json_string(entry->nodes ? entry->nodes : ""));
    json_object_set_new(object, "start_after",
                        json_integer(entry->start_after));
    json_array_append_new(file->doc.list, object);
}

/* From the end, so that removing does not move what is still to be seen. */
size_t policy_file_remove(struct policy_file *file, int64_t id)
{
    struct policy_entry entry;
    size_t n = 0;

    for (size_t i = policy_file_count(file); i-- > 0;) {
        policy_file_entry(file, i, &entry);
        if (entry.id == id) {
            json_array_remove(file->doc.list, i);
            n++;
        }
    }
    return n;
}

char *policy_file_describe(const struct policy_file *file, size_t i, char *buf,
                           size_t size)
{
    const json_t *entry = json_array_get(file->doc.list, i);
    char *text = json_dumps(entry, JSON_COMPACT | JSON_ENCODE_ANY);
    char shown[100];

    json_text_quote(text ? text : "", text ? strlen(text) : 0, shown,
                    sizeof(shown));
    snprintf(buf, size, LIST "[%zu]: %s", i, shown);
    free(text);
    return buf;
}
