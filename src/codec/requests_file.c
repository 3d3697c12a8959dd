/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See requests_file.h. A request that makes no sense is told and left to the
 * caller, who removes it: leaving it would tell it again at each look.
 */
#include "codec/requests_file.h"

#include <string.h>

#include "codec/json_text.h"
#include "codec/spec_fields.h"
#include "codec/words.h"

#define LIST "job_requests"

enum list_doc_state requests_file_parse(const char *text, size_t len,
                                        struct requests_file *out,
                                        struct err *err)
{
    return list_doc_parse(text, len, LIST, &out->doc, err);
}

void requests_file_release(struct requests_file *file)
{
    if (file)
        list_doc_release(&file->doc);
}

char *requests_file_format(const struct requests_file *file)
{
    return list_doc_format(&file->doc);
}

size_t requests_file_count(const struct requests_file *file)
{
    return json_array_size(file->doc.list);
}

int requests_file_get(const struct requests_file *file, size_t i,
                      struct size_request *out, struct err *err)
{
    const json_t *entry = json_array_get(file->doc.list, i);
    const char *scale = json_string_value(json_object_get(entry, "scale"));
    const char *status = json_string_value(json_object_get(entry, "status"));
    int64_t job = list_doc_id(json_object_get(entry, "job_id"));
    json_int_t n = json_integer_value(json_object_get(entry, "num_nodes"));
    int op = word_index(words_op, scale);

    if (!json_is_object(entry))
        return err_set(err, ERR_INPUT, LIST "[%zu]: an object is expected", i);
    if (!job)
        return err_set(err, ERR_INPUT,
                       LIST "[%zu].job_id: a number from 1 to %d is expected",
                       i, JOB_ID_MAX);
    if (op < 0)
        return err_set(err, ERR_INPUT,
                       LIST "[%zu].scale: \"expand\" or \"shrink\" is expected",
                       i);
    if (n < 1 || n > NODES_MAX)
        return err_set(err, ERR_INPUT,
                       LIST
                       "[%zu].num_nodes: a number from 1 to %d is expected",
                       i, NODES_MAX);
    *out = (struct size_request){
        .job = job,
        .op = (enum directive_op)op,
        .n_nodes = (uint32_t)n,
        .is_pending = !status || strcmp(status, "pending") == 0,
    };
    return 0;
}

void requests_file_mark(struct requests_file *file, size_t i)
{
    json_object_set_new(json_array_get(file->doc.list, i), "status",
                        json_string("arbitrating"));
}

void requests_file_remove(struct requests_file *file, size_t i)
{
    json_array_remove(file->doc.list, i);
}
