/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the API shows, as JSON: the common values, and what one answer needs to
 * know once (the time, the forecast of the queue). Forms: doc/api.md.
 *
 * Views only read. They are made from the scheduler's and the manager's memory;
 * the store is asked only where a header says so.
 */
#ifndef ERM_MANAGER_VIEWS_H
#define ERM_MANAGER_VIEWS_H

#include <jansson.h>

#include "base/strbuf.h"
#include "manager/context.h"

struct views_start {
    int64_t id;
    time_us start;     /* TIME_NEVER: cannot be told */
    uint32_t position; /* in the queue, from 1 */
};

struct views {
    const struct manager *manager; /* borrowed */
    time_us now;
    struct views_start *starts; /* owned; by rising id */
    size_t n_starts;
    int64_t first;    /* of the queue, 0 none */
    int64_t reserved; /* for whom running jobs shrink, 0 nobody */
};

/* For one answer about one job or a few. */
void views_init(struct views *views, const struct manager *manager);
/* As above and forecasts the queue once: for answers about many jobs. */
void views_init_list(struct views *views, const struct manager *manager);
void views_release(struct views *views);
/* What the forecast says about the job; NULL when it says nothing. */
const struct views_start *views_find_start(const struct views *views,
                                           int64_t id);

/* Sets KEY (ours) of OBJECT to VALUE (taken; NULL is as null). */
void views_put(json_t *object, const char *key, json_t *value);
/* TEXT as a string, bytes that are not UTF-8 as '?'; NULL gives null. */
json_t *views_text(const char *text);
/* "2026-11-23T10:49:20.123456Z"; null for 0 and TIME_NEVER. */
json_t *views_time(time_us when);
/* Back from the API: ISO 8601 in UTC, with or without a fraction, or a number
 * of seconds since the epoch. -1: neither. */
int views_parse_time(const char *text, time_us *out);
/* Seconds; null for TIME_NEVER. */
json_t *views_seconds(dur_us span);
/* A list of names. */
json_t *views_nodes(const struct views *views, const struct idset *nodes);
/* Sets "nodes" and "nodelist". */
void views_put_nodes(json_t *object, const struct views *views,
                     const struct idset *nodes);
/* The same in brackets, to a text. */
void views_add_nodelist(struct strbuf *out, const struct views *views,
                        const struct idset *nodes);
/* WHEN for people, in local time: "14:05", "14:05:10" with seconds, with the
 * day in front when that is not NOW's. */
void views_add_clock(struct strbuf *out, const struct views *views,
                     time_us when, bool with_seconds);

#endif
