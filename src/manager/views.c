/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Strings that erm made itself go in unchecked; names, paths and reasons come
 * from people and may be any bytes.
 */
#include "manager/views.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "manager/node_names.h"

#define FORECAST_MAX 1000

void views_init(struct views *views, const struct manager *manager)
{
    *views = (struct views){.manager = manager, .now = manager_now(manager)};
}

static int by_id(const void *a, const void *b)
{
    const struct views_start *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

static void forecast(struct views *views)
{
    int64_t *ids = mem_alloc_array(FORECAST_MAX, sizeof(*ids));
    time_us *starts = mem_alloc_array(FORECAST_MAX, sizeof(*starts));
    size_t n = sched_forecast(views->manager->sched, views->now, ids, starts,
                              FORECAST_MAX);
    views->starts = mem_alloc_array(n, sizeof(*views->starts));
    for (size_t i = 0; i < n; i++)
        views->starts[i] =
            (struct views_start){ids[i], starts[i], (uint32_t)i + 1};
    views->first = n > 0 ? ids[0] : 0;
    views->n_starts = n;
    qsort(views->starts, n, sizeof(*views->starts), by_id);
    free(ids);
    free(starts);
}

void views_init_list(struct views *views, const struct manager *manager)
{
    views_init(views, manager);
    forecast(views);
    const struct sched *sched = manager->sched;
    const struct job *job = NULL;
    while ((job = sched_next_job(sched, job ? job->request.id : 0)) != NULL)
        if (job_has_open_directive(job) && job->directive.for_job != 0)
            views->reserved = job->directive.for_job;
}

void views_release(struct views *views)
{
    free(views->starts);
    views->starts = NULL;
    views->n_starts = 0;
}

const struct views_start *views_find_start(const struct views *views,
                                           int64_t id)
{
    struct views_start key = {.id = id};
    if (views->n_starts == 0)
        return NULL;
    return bsearch(&key, views->starts, views->n_starts, sizeof(*views->starts),
                   by_id);
}

/* ---- values ---- */

void views_put(json_t *object, const char *key, json_t *value)
{
    json_object_set_new_nocheck(object, key,
                                value == NULL ? json_null() : value);
}

json_t *views_text(const char *text)
{
    if (text == NULL)
        return json_null();
    json_t *value = json_string(text);
    if (value != NULL)
        return value;
    char *copy = mem_strdup(text);
    for (char *c = copy; *c != '\0'; c++)
        if ((unsigned char)*c >= 0x80)
            *c = '?';
    value = json_string(copy);
    free(copy);
    return value;
}

json_t *views_time(time_us when)
{
    if (when <= 0 || when == TIME_NEVER)
        return json_null();
    time_t seconds = (time_t)(when / USEC_PER_SEC);
    struct tm tm;
    char text[64];
    gmtime_r(&seconds, &tm);
    int n = snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ",
                     tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
                     tm.tm_min, tm.tm_sec, (int)(when % USEC_PER_SEC));
    return json_stringn_nocheck(text, (size_t)n);
}

static int parse_epoch(const char *text, time_us *out)
{
    char *end;
    double seconds = strtod(text, &end);
    if (end == text || *end != '\0' || !(seconds >= 0 && seconds < 1e11))
        return -1;
    *out = (time_us)(seconds * (double)USEC_PER_SEC);
    return 0;
}

int views_parse_time(const char *text, time_us *out)
{
    struct tm tm = {0};
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
    if (rest == NULL)
        return parse_epoch(text, out);
    time_us fraction = 0, unit = USEC_PER_SEC;
    if (*rest == '.')
        for (rest++; *rest >= '0' && *rest <= '9' && unit >= 10; rest++)
            fraction += (*rest - '0') * (unit /= 10);
    if (strcmp(rest, "Z") != 0)
        return -1;
    *out = (time_us)timegm(&tm) * USEC_PER_SEC + fraction;
    return 0;
}

json_t *views_seconds(dur_us span)
{
    if (span == TIME_NEVER)
        return json_null();
    if (span % USEC_PER_SEC == 0)
        return json_integer(span / USEC_PER_SEC);
    return json_real((double)span / (double)USEC_PER_SEC);
}

/* ---- nodes ---- */

json_t *views_nodes(const struct views *views, const struct idset *nodes)
{
    json_t *list = json_array();
    const struct node_names *names = views->manager->nodes;
    IDSET_EACH (nodes, node)
        json_array_append_new(list, views_text(node_names_name(names, node)));
    return list;
}

void views_add_nodelist(struct strbuf *out, const struct views *views,
                        const struct idset *nodes)
{
    if (!idset_is_empty(nodes))
        node_names_format(views->manager->nodes, nodes, out);
}

void views_put_nodes(json_t *object, const struct views *views,
                     const struct idset *nodes)
{
    struct strbuf list;
    strbuf_init(&list);
    views_add_nodelist(&list, views, nodes);
    views_put(object, "nodes", views_nodes(views, nodes));
    views_put(object, "nodelist", views_text(list.text));
    strbuf_release(&list);
}

void views_add_clock(struct strbuf *out, const struct views *views,
                     time_us when, bool with_seconds)
{
    time_t seconds = (time_t)(when / USEC_PER_SEC);
    time_t today = (time_t)(views->now / USEC_PER_SEC);
    struct tm tm, now;
    char text[64];
    localtime_r(&seconds, &tm);
    localtime_r(&today, &now);
    if (tm.tm_yday != now.tm_yday || tm.tm_year != now.tm_year) {
        strftime(text, sizeof(text), "%b %d ", &tm);
        strbuf_add_str(out, text);
    }
    strftime(text, sizeof(text), with_seconds ? "%H:%M:%S" : "%H:%M", &tm);
    strbuf_add_str(out, text);
}
