/* SPDX-License-Identifier: BSD-2-Clause */
/* See id_list.h. */
#include "cli/id_list.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/cli.h"

#define ID_MAX 9999999999 /* any number that cannot overflow */

void id_list_init(struct id_list *list)
{
    memset(list, 0, sizeof(*list));
}

void id_list_release(struct id_list *list)
{
    free(list->ranges);
    id_list_init(list);
}

void id_list_add(struct id_list *list, int64_t first, int64_t last)
{
    list->ranges = mem_resize(list->ranges, list->n + 1, sizeof(*list->ranges));
    list->ranges[list->n++] = (struct id_range){first, last};
}

size_t id_list_count(const struct id_list *list)
{
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++)
        n += (size_t)(list->ranges[i].last - list->ranges[i].first) + 1;
    return n;
}

/* Digits only; moves *TEXT behind them. */
static int parse_id(const char **text, int64_t *out)
{
    int64_t id = 0;
    if (!isdigit((unsigned char)**text))
        return -1;
    for (; isdigit((unsigned char)**text); (*text)++) {
        id = id * 10 + (**text - '0');
        if (id > ID_MAX)
            return -1;
    }
    *out = id;
    return 0;
}

/* "all", "last", "7" or "3-5" between START and END. */
static int parse_part(struct id_list *list, const char *start, size_t len)
{
    struct id_range range;
    const char *text = start;
    if (len == 3 && strncmp(start, "all", 3) == 0) {
        list->is_all = true;
        return 0;
    }
    if (len == 4 && strncmp(start, "last", 4) == 0) {
        list->has_last = true;
        return 0;
    }
    if (parse_id(&text, &range.first) < 0)
        return -1;
    range.last = range.first;
    if (*text == '-') {
        text++;
        if (parse_id(&text, &range.last) < 0)
            return -1;
    }
    if (text != start + len || range.first < 1 || range.last < range.first ||
        range.last - range.first >= ID_LIST_MAX)
        return -1;
    id_list_add(list, range.first, range.last);
    return 0;
}

int id_list_parse(struct id_list *list, const char *word, struct err *err)
{
    const struct id_list before = *list;
    const char *part = word;
    for (;;) {
        size_t len = strcspn(part, ",");
        if (parse_part(list, part, len) < 0 ||
            id_list_count(list) > ID_LIST_MAX)
            break;
        if (part[len] == '\0')
            return 0;
        part += len + 1;
    }
    list->n = before.n; /* the memory may have moved: keep the pointer */
    list->is_all = before.is_all;
    list->has_last = before.has_last;
    err_set(err, ERR_USAGE, "%s is not a job's id", word);
    return err_hint(err, "ids are written 3, 1-5, 1,4, all or last");
}

int id_list_parse_words(struct id_list *list, char *const *words, int n,
                        struct err *err)
{
    for (int i = 0; i < n; i++)
        if (id_list_parse(list, words[i], err) < 0)
            return -1;
    return 0;
}

/* Adds the ids of /v1/jobs: the highest, or each. */
static int add_from_jobs(struct id_list *list, const json_t *answer,
                         bool only_last, struct err *err)
{
    size_t i;
    const json_t *job;
    int64_t highest = 0;
    json_array_foreach(json_object_get(answer, "jobs"), i, job)
    {
        int64_t id = json_integer_value(json_object_get(job, "id"));
        if (id > highest)
            highest = id;
        if (!only_last)
            id_list_add(list, id, id);
    }
    if (only_last && highest == 0)
        return err_set(err, ERR_NOT_FOUND, "there is no job yet");
    if (only_last)
        id_list_add(list, highest, highest);
    return 0;
}

int id_list_resolve(struct id_list *list, struct cli *cli, bool expand_all,
                    struct err *err)
{
    json_t *answer;
    int rc = 0;
    if (list->has_last) {
        if (cli_get(cli, &answer, err, "/v1/jobs?all=1") < 0)
            return -1;
        rc = add_from_jobs(list, answer, true, err);
        list->has_last = false;
        json_decref(answer);
    }
    if (rc == 0 && list->is_all && expand_all) {
        if (cli_get(cli, &answer, err, "/v1/jobs") < 0)
            return -1;
        rc = add_from_jobs(list, answer, false, err);
        list->is_all = false;
        json_decref(answer);
    }
    return rc;
}

void id_list_format(const struct id_list *list, struct strbuf *out)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct id_range *range = &list->ranges[i];
        strbuf_add_fmt(out, "%s%" PRId64, i > 0 ? "," : "", range->first);
        if (range->last > range->first)
            strbuf_add_fmt(out, "-%" PRId64, range->last);
    }
}

void id_list_to_json(const struct id_list *list, json_t *body)
{
    if (list->is_all) {
        json_object_set_new(body, "all", json_true());
        return;
    }
    json_t *ids = json_array();
    ID_LIST_EACH(list, id)
    {
        json_array_append_new(ids, json_integer(id));
    }
    json_object_set_new(body, "ids", ids);
}
