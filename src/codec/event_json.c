/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See event_json.h. One table of all fields, one mask per type; the types that
 * carry a struct (submit, update) add it at the end. The order of keys is
 * fixed, so equal events give equal bytes.
 */
#include "codec/event_json.h"

#include <string.h>

#include "codec/json_text.h"
#include "codec/record.h"
#include "codec/words.h"

/* In the order of the table below: bits of the masks. */
enum {
    JOB = 1 << 0,
    ATTEMPT = 1 << 1,
    SEQ = 1 << 2,
    OP = 1 << 3,
    N = 1 << 4,
    NODES = 1 << 5,
    ASKER = 1 << 6,
    FOR_JOB = 1 << 7,
    ACCEPT_BY = 1 << 8,
    WHEN = 1 << 9,
    DURATION = 1 << 10,
    EXIT = 7 << 11, /* exit, code, signal */
    FINAL = 1 << 14,
    FOUND = 1 << 15,
    DEPENDENCY = 1 << 16,
    N_MIN = 1 << 17,
    WAIT = 1 << 18,
    ANSWER = 1 << 19,
};

#define EVENT(member) offsetof(struct event, member)

static const struct record_field fields[] = {
    {"job", RECORD_INT64, EVENT(job), 1, JOB_ID_MAX, NULL},
    {"attempt", RECORD_UINT32, EVENT(attempt), 0, UINT32_MAX, NULL},
    {"seq", RECORD_INT64, EVENT(seq), 0, INT64_MAX, NULL},
    {"op", RECORD_WORD, EVENT(op), 0, 0, words_op},
    {"n", RECORD_UINT32, EVENT(n), 0, UINT32_MAX, NULL},
    {"nodes", RECORD_SET, EVENT(nodes), 0, 0, NULL},
    {"asker", RECORD_WORD, EVENT(asker), 0, 0, words_asker},
    {"for_job", RECORD_INT64, EVENT(for_job), 0, JOB_ID_MAX, NULL},
    {"accept_by", RECORD_TIME, EVENT(accept_by), 0, INT64_MAX, NULL},
    {"when", RECORD_TIME, EVENT(when), 0, INT64_MAX, NULL},
    {"duration", RECORD_TIME, EVENT(duration), 0, INT64_MAX, NULL},
    {"exit", RECORD_WORD, EVENT(exit), 0, 0, words_exit},
    {"code", RECORD_INT, EVENT(code), INT32_MIN, INT32_MAX, NULL},
    {"signal", RECORD_INT, EVENT(signal), INT32_MIN, INT32_MAX, NULL},
    {"is_final", RECORD_BOOL, EVENT(is_final), 0, 0, NULL},
    {"is_found", RECORD_BOOL, EVENT(is_found), 0, 0, NULL},
    {"is_dependency", RECORD_BOOL, EVENT(is_dependency), 0, 0, NULL},
    {"n_min", RECORD_UINT32, EVENT(n_min), 0, UINT32_MAX, NULL},
    {"wait", RECORD_TIME, EVENT(wait), 0, INT64_MAX, NULL},
    {"answer", RECORD_WORD, EVENT(answer), 0, 0, words_answer},
};
#define N_FIELDS (sizeof(fields) / sizeof(*fields))

#define LATER_ASKED (N_MIN | WAIT | SEQ)

/* What each type uses, as core/event.h says beside it. EV_SUBMIT has its
 * request and EV_UPDATE its change besides. */
static const uint32_t masks[] = {
    [EV_SUBMIT] = 0,
    [EV_UPDATE] = JOB,
    [EV_HOLD] = JOB,
    [EV_RELEASE] = JOB,
    [EV_CANCEL] = JOB | DURATION | DEPENDENCY,
    [EV_REQUEUE] = JOB,
    [EV_STARTED] = JOB | ATTEMPT,
    [EV_START_FAILED] = JOB | ATTEMPT | FINAL,
    [EV_EXITED] = JOB | ATTEMPT | EXIT,
    [EV_LOST] = JOB | ATTEMPT,
    [EV_NODE_UP] = NODES,
    [EV_NODE_DOWN] = NODES,
    [EV_DRAIN] = NODES,
    [EV_UNDRAIN] = NODES,
    [EV_POOL_CHANGED] = NODES,
    [EV_RESIZE_ASKED] = JOB | OP | N | NODES | ASKER | DURATION | LATER_ASKED,
    [EV_SHOWN] = JOB | SEQ,
    [EV_ACCEPTED] = JOB | SEQ,
    [EV_REFUSED] = JOB | SEQ | DURATION,
    [EV_PROGRESSED] = JOB | SEQ,
    [EV_DONE] = JOB | SEQ | NODES,
    [EV_FAILED] = JOB | SEQ,
    [EV_WITHDRAWN] = JOB | SEQ | FOUND,
    [EV_FORCED] = JOB | SEQ,
    [EV_PROGRESS] = JOB | N,
    [EV_TIMER] = 0,
    [EV_START] = JOB | ATTEMPT | NODES,
    [EV_RESERVE] = JOB | NODES | WHEN,
    [EV_UNRESERVE] = 0,
    [EV_OFFER] = JOB | SEQ | OP | NODES | ASKER | FOR_JOB | ACCEPT_BY | WHEN,
    [EV_WITHDRAW] = JOB | SEQ,
    [EV_FORCE] = JOB | SEQ,
    [EV_WISH] = JOB | OP | N | N_MIN | SEQ | WHEN,
    [EV_WISH_ENDED] = JOB | ANSWER | N,
    [EV_DELAY] = JOB | DURATION,
};

/* Of these, what records of version 0.1 do not have. */
static uint32_t later_mask(enum event_type type)
{
    if (type == EV_RESIZE_ASKED)
        return LATER_ASKED;
    return type == EV_DONE ? NODES : 0;
}

#define UPDATE(member) offsetof(struct job_update, member)

static const struct record_field update_fields[] = {
    {"priority", RECORD_INT, UPDATE(priority), INT32_MIN, INT32_MAX, NULL},
    {"walltime", RECORD_TIME, UPDATE(walltime), 1, INT64_MAX, NULL},
    {"min_nodes", RECORD_UINT32, UPDATE(min_nodes), 1, UINT32_MAX, NULL},
    {"max_nodes", RECORD_UINT32, UPDATE(max_nodes), 1, UINT32_MAX, NULL},
    {"pref_nodes", RECORD_UINT32, UPDATE(pref_nodes), 0, UINT32_MAX, NULL},
    {"begin", RECORD_TIME, UPDATE(begin), 0, INT64_MAX, NULL},
};
#define N_UPDATE_FIELDS (sizeof(update_fields) / sizeof(*update_fields))

/* Which of update_fields[] go with a change. */
static const struct {
    enum job_change change;
    uint32_t mask;
} changes[] = {
    {CHANGE_PRIORITY, 1 << 0},
    {CHANGE_WALLTIME, 1 << 1},
    {CHANGE_NODES, 7 << 2},
    {CHANGE_BEGIN, 1 << 5},
};
#define N_CHANGES (sizeof(changes) / sizeof(*changes))

static uint32_t update_mask(const struct job_update *update)
{
    uint32_t mask = 0;

    for (size_t i = 0; i < N_CHANGES; i++) {
        if (update->changes & changes[i].change)
            mask |= changes[i].mask;
    }
    return mask;
}

static void write_update(struct strbuf *out, const struct job_update *update)
{
    record_add_key(out, "update");
    strbuf_add_char(out, '{');
    record_write(out, update_fields, N_UPDATE_FIELDS, update_mask(update),
                 update);
    strbuf_add_char(out, '}');
}

/* A change is there when any of its keys is; then all of them must be. */
static int read_update(const json_t *object, struct job_update *out,
                       struct err *err)
{
    if (!json_is_object(object))
        return err_set(err, ERR_INPUT, "the record has no \"update\"");
    for (size_t i = 0; i < N_CHANGES; i++) {
        for (size_t j = 0; j < N_UPDATE_FIELDS; j++) {
            if (changes[i].mask & (uint32_t)1 << j &&
                json_object_get(object, update_fields[j].key))
                out->changes |= changes[i].change;
        }
    }
    return record_read(object, update_fields, N_UPDATE_FIELDS, update_mask(out),
                       out, err);
}

void event_format(const struct event *event, struct strbuf *out)
{
    strbuf_add_fmt(out, "{\"event\":\"%s\",\"time\":%lld",
                   event_type_name(event->type), (long long)event->now);
    record_write(out, fields, N_FIELDS, masks[event->type], event);
    if (event->type == EV_UPDATE)
        write_update(out, &event->update);
    if (event->type == EV_SUBMIT) {
        record_add_key(out, "request");
        record_write_request(out, &event->request);
    }
    strbuf_add_char(out, '}');
}

char *event_to_text(const struct event *event)
{
    struct strbuf out;

    strbuf_init(&out);
    event_format(event, &out);
    return strbuf_detach(&out);
}

static int read_request(const json_t *object, struct job_request *out,
                        struct err *err)
{
    job_request_init(out);
    if (!json_is_object(object))
        return err_set(err, ERR_INPUT, "the record has no \"request\"");
    return record_read_request(object, out, err);
}

/* Fills OUT even when it fails; the caller releases it then. */
static int read_event(const json_t *root, struct event *out, struct err *err)
{
    const char *name = json_string_value(json_object_get(root, "event"));
    const json_t *now = json_object_get(root, "time");
    enum event_type type;

    if (!name || event_type_parse(name, &type) < 0)
        return err_set(err, ERR_INPUT, "unknown event \"%.40s\"",
                       name ? name : "");
    if (!json_is_integer(now) || json_integer_value(now) < 0)
        return err_set(err, ERR_INPUT, "bad \"time\" in the record");
    event_init(out, type, json_integer_value(now));
    if (record_read(root, fields, N_FIELDS, masks[type] & ~later_mask(type),
                    out, err) < 0 ||
        record_read_later(root, fields, N_FIELDS, later_mask(type), out, err) <
            0)
        return -1;
    if (type == EV_UPDATE)
        return read_update(json_object_get(root, "update"), &out->update, err);
    if (type == EV_SUBMIT)
        return read_request(json_object_get(root, "request"), &out->request,
                            err);
    return 0;
}

int event_from_text(const char *text, struct event *out, struct err *err)
{
    json_t *root = json_text_load(text, strlen(text), err);
    struct event event;
    int rc;

    if (!root)
        return -1;
    event_init(&event, EV_TIMER, 0);
    rc = read_event(root, &event, err);
    json_decref(root);
    if (rc < 0)
        event_release(&event);
    else
        *out = event;
    return rc;
}
