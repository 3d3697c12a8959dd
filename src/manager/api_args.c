/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * null means "not given", so that a client can send all keys of a form. Bounds
 * are those of doc/api.md; what else is wrong with a value, the core tells.
 */
#include "manager/api_args.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/duration.h"
#include "base/suggest.h"
#include "manager/node_names.h"

int args_check(const struct api_request *request, const char *const *keys,
               size_t n, struct err *err)
{
    const char *key;
    json_t *value;
    if (request->body == NULL)
        return err_set(err, ERR_INPUT, "the request needs a JSON body");
    json_object_foreach(request->body, key, value)
    {
        size_t i = 0;
        while (i < n && strcmp(keys[i], key) != 0)
            i++;
        if (i < n || strcmp(key, "schema") == 0)
            continue;
        const char *near = suggest(key, keys, n);
        err_set(err, ERR_INPUT, "%.100s: unknown key", key);
        return near == NULL ? -1 : err_hint(err, "did you mean \"%s\"?", near);
    }
    return 0;
}

static const json_t *get(const struct api_request *request, const char *key)
{
    const json_t *value =
        request->body == NULL ? NULL : json_object_get(request->body, key);
    return json_is_null(value) ? NULL : value;
}

bool args_has(const struct api_request *request, const char *key)
{
    return get(request, key) != NULL;
}

int args_int(const struct api_request *request, const char *key, int64_t min,
             int64_t max, int64_t *out, struct err *err)
{
    const json_t *value = get(request, key);
    if (value == NULL)
        return 0;
    if (!json_is_integer(value) || json_integer_value(value) < min ||
        json_integer_value(value) > max)
        return err_set(err, ERR_INPUT,
                       "%s: a whole number from %" PRId64 " to %" PRId64
                       " expected",
                       key, min, max);
    *out = json_integer_value(value);
    return 0;
}

int args_seconds(const struct api_request *request, const char *key, dur_us min,
                 dur_us *out, struct err *err)
{
    const json_t *value = get(request, key);
    if (value == NULL)
        return 0;
    double seconds = json_number_value(value);
    double least = (double)(min / USEC_PER_SEC);
    double most = (double)(DURATION_MAX / USEC_PER_SEC);
    if (!json_is_number(value) || !(seconds >= least && seconds <= most))
        return err_set(err, ERR_INPUT,
                       "%s: a number of seconds from %.0f to %.0f expected",
                       key, least, most);
    *out = (dur_us)(seconds * (double)USEC_PER_SEC);
    return 0;
}

int args_bool(const struct api_request *request, const char *key, bool *out,
              struct err *err)
{
    const json_t *value = get(request, key);
    if (value == NULL)
        return 0;
    if (!json_is_boolean(value))
        return err_set(err, ERR_INPUT, "%s: true or false expected", key);
    *out = json_is_true(value);
    return 0;
}

int args_string(const struct api_request *request, const char *key,
                const char **out, struct err *err)
{
    const json_t *value = get(request, key);
    if (value == NULL)
        return 0;
    if (!json_is_string(value))
        return err_set(err, ERR_INPUT, "%s: a text expected", key);
    *out = json_string_value(value);
    return 0;
}

int args_names(const struct api_request *request, const char *key,
               struct hostlist *out, struct err *err)
{
    const json_t *list = get(request, key), *value;
    size_t i;
    if (json_is_string(list))
        return hostlist_parse(out, json_string_value(list), err);
    if (!json_is_array(list) || json_array_size(list) == 0)
        return err_set(err, ERR_INPUT, "%s: a list of node names expected",
                       key);
    json_array_foreach(list, i, value)
    {
        if (!json_is_string(value))
            return err_set(err, ERR_INPUT, "%s[%zu]: a node name expected", key,
                           i);
        if (hostlist_parse(out, json_string_value(value), err) != 0)
            return -1;
    }
    return 0;
}

int args_nodes(const struct api_request *request, const char *key,
               struct idset *out, struct err *err)
{
    const struct node_names *nodes = request->api->manager->nodes;
    struct hostlist names;
    int rc = 0;
    if (!args_has(request, key))
        return 0;
    hostlist_init(&names);
    rc = args_names(request, key, &names, err);
    for (size_t i = 0; rc == 0 && i < names.n; i++) {
        uint32_t node = node_names_find(nodes, names.names[i]);
        if (node == IDSET_NONE)
            rc = err_set(err, ERR_NOT_FOUND, "%s: no node %.253s", key,
                         names.names[i]);
        else
            idset_add(out, node);
    }
    hostlist_release(&names);
    return rc;
}

int args_param_int(const struct api_request *request, const char *name,
                   int64_t min, int64_t max, int64_t *out, struct err *err)
{
    const char *text = api_request_param(request, name);
    if (text == NULL)
        return 0;
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || value < min || value > max)
        return err_set(err, ERR_INPUT,
                       "%s: a whole number from %" PRId64 " to %" PRId64
                       " expected, not '%.40s'",
                       name, min, max, text);
    *out = value;
    return 0;
}

/* ---- ids ---- */

void job_ids_release(struct job_ids *ids)
{
    free(ids->ids);
    *ids = (struct job_ids){0};
}

void job_ids_add(struct job_ids *ids, int64_t id)
{
    if (ids->n == ids->size) {
        ids->size = ids->size == 0 ? 16 : ids->size * 2;
        ids->ids = mem_resize(ids->ids, ids->size, sizeof(*ids->ids));
    }
    ids->ids[ids->n++] = id;
}

bool job_ids_has(const struct job_ids *ids, int64_t id)
{
    for (size_t i = 0; i < ids->n; i++)
        if (ids->ids[i] == id)
            return true;
    return false;
}

static int add_range(struct job_ids *ids, int64_t first, int64_t last,
                     struct err *err)
{
    if (first < 1 || last < first || last > JOB_ID_MAX)
        return err_set(err, ERR_INPUT,
                       "ids: %" PRId64 "-%" PRId64
                       " is not a range of job ids (1 to %d)",
                       first, last, JOB_ID_MAX);
    if ((size_t)(last - first) >= JOB_IDS_MAX - ids->n)
        return err_set(err, ERR_INPUT, "ids: more than %d", JOB_IDS_MAX);
    for (int64_t id = first; id <= last; id++)
        job_ids_add(ids, id);
    return 0;
}

/* "1,4-6" */
static int add_text(struct job_ids *ids, const char *text, struct err *err)
{
    const char *c = text;
    do {
        char *end;
        int64_t first = strtoll(c, &end, 10), last = first;
        bool is_bad = end == c;
        if (!is_bad && *end == '-') {
            c = end + 1;
            last = strtoll(c, &end, 10);
            is_bad = end == c;
        }
        if (is_bad || (*end != ',' && *end != '\0'))
            return err_set(err, ERR_INPUT,
                           "ids: numbers and ranges like 1,4-6 expected, not "
                           "'%.100s'",
                           text);
        if (add_range(ids, first, last, err) != 0)
            return -1;
        c = end;
    } while (*c++ == ',');
    return 0;
}

static int add_value(struct job_ids *ids, const json_t *value, struct err *err)
{
    if (json_is_string(value))
        return add_text(ids, json_string_value(value), err);
    if (!json_is_integer(value))
        return err_set(err, ERR_INPUT, "ids: a list of job ids expected");
    int64_t id = json_integer_value(value);
    return add_range(ids, id, id, err);
}

int args_ids(const struct api_request *request, struct job_ids *out,
             struct err *err)
{
    const json_t *list = get(request, "ids"), *value;
    size_t i;
    *out = (struct job_ids){0};
    if (args_bool(request, "all", &out->is_all, err) != 0)
        return -1;
    if ((list == NULL) == !out->is_all)
        return err_set(err, ERR_INPUT,
                       "one of \"ids\" and \"all\": true expected");
    if (list == NULL)
        return 0;
    if (!json_is_array(list))
        return add_value(out, list, err);
    json_array_foreach(list, i,
                       value) if (add_value(out, value, err) != 0) return -1;
    return 0;
}

int args_param_ids(const struct api_request *request, struct job_ids *out,
                   struct err *err)
{
    const char *text = api_request_param(request, "ids");
    *out = (struct job_ids){0};
    return text == NULL || text[0] == '\0' ? 0 : add_text(out, text, err);
}
