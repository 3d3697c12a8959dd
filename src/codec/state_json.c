/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See state_json.h. All is read and checked before the scheduler is filled,
 * because the core asserts what a damaged text could break.
 */
#include "codec/state_json.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "codec/idset_text.h"
#include "codec/json_text.h"
#include "codec/record.h"
#include "codec/words.h"
#include "core/sched_state.h"

/* A snapshot may be larger than a file of a user; its depth is fixed. */
#define STATE_DEPTH 8

#define SCHED(member) offsetof(struct sched, member)
#define JOB(member) offsetof(struct job, member)
#define DIRECTIVE(member) offsetof(struct directive, member)
#define WISH(member) offsetof(struct job_wish, member)
#define RESERVATION(member) offsetof(struct reservation, member)
#define COUNT_OF(fields) (sizeof(fields) / sizeof(*(fields)))

static const struct record_field sched_fields[] = {
    {"recorded", RECORD_INT64, SCHED(recorded), 0, INT64_MAX, NULL},
    {"last_arrival", RECORD_INT64, SCHED(last_arrival), 0, INT64_MAX, NULL},
    {"last_seq", RECORD_INT64, SCHED(last_seq), 0, INT64_MAX, NULL},
    {"members", RECORD_SET, SCHED(pool.members), 0, 0, NULL},
    {"down", RECORD_SET, SCHED(pool.down), 0, 0, NULL},
    {"drained", RECORD_SET, SCHED(pool.drained), 0, 0, NULL},
};

/* Not in snapshots of version 1. */
static const struct record_field later_sched_fields[] = {
    {"last_wish_order", RECORD_INT64, SCHED(last_wish_order), 0, INT64_MAX,
     NULL},
};

static const struct record_field job_fields[] = {
    {"state", RECORD_WORD, JOB(state), 0, 0, words_state},
    {"ending", RECORD_WORD, JOB(ending), 0, 0, words_ending},
    {"attempt", RECORD_UINT32, JOB(attempt), 0, UINT32_MAX, NULL},
    {"n_start_failures", RECORD_UINT32, JOB(n_start_failures), 0, UINT32_MAX,
     NULL},
    {"arrival", RECORD_INT64, JOB(arrival), 0, INT64_MAX, NULL},
    {"submitted", RECORD_TIME, JOB(submitted), 0, INT64_MAX, NULL},
    {"started", RECORD_TIME, JOB(started), 0, INT64_MAX, NULL},
    {"planned_end", RECORD_TIME, JOB(planned_end), 0, INT64_MAX, NULL},
    {"no_resize_before", RECORD_TIME, JOB(no_resize_before), 0, INT64_MAX,
     NULL},
    {"nodes", RECORD_SET, JOB(nodes), 0, 0, NULL},
};

/* Not in snapshots of version 1. */
static const struct record_field later_fields[] = {
    {"n_short_attempts", RECORD_UINT32, JOB(n_short_attempts), 0, UINT32_MAX,
     NULL},
    {"attempt_started", RECORD_TIME, JOB(attempt_started), 0, INT64_MAX, NULL},
    {"seen_running", RECORD_TIME, JOB(seen_running), 0, INT64_MAX, NULL},
    {"resize_cost", RECORD_INT64, JOB(resize_cost), 0, INT64_MAX, NULL},
    {"delayed", RECORD_INT64, JOB(delayed), 0, INT64_MAX, NULL},
    {"progress", RECORD_UINT32, JOB(progress), 0, PROGRESS_WHOLE, NULL},
    {"progressed", RECORD_TIME, JOB(progressed), 0, INT64_MAX, NULL},
    {"progress_from", RECORD_UINT32, JOB(progress_from), 0, PROGRESS_WHOLE,
     NULL},
    {"progress_since", RECORD_TIME, JOB(progress_since), 0, INT64_MAX, NULL},
};

static const struct record_field wish_fields[] = {
    {"n", RECORD_UINT32, WISH(n), 1, UINT32_MAX, NULL},
    {"n_min", RECORD_UINT32, WISH(n_min), 1, UINT32_MAX, NULL},
    {"op", RECORD_WORD, WISH(op), 0, 0, words_op},
    {"seq", RECORD_INT64, WISH(seq), 0, INT64_MAX, NULL},
    {"order", RECORD_INT64, WISH(order), 1, INT64_MAX, NULL},
    {"until", RECORD_TIME, WISH(until), 0, INT64_MAX, NULL},
};

static const struct record_field directive_fields[] = {
    {"state", RECORD_WORD, DIRECTIVE(state), 0, 0, words_directive},
    {"op", RECORD_WORD, DIRECTIVE(op), 0, 0, words_op},
    {"asker", RECORD_WORD, DIRECTIVE(asker), 0, 0, words_asker},
    {"shown", RECORD_BOOL, DIRECTIVE(shown), 0, 0, NULL},
    {"seq", RECORD_INT64, DIRECTIVE(seq), 0, INT64_MAX, NULL},
    {"delta", RECORD_SET, DIRECTIVE(delta), 0, 0, NULL},
    {"offered", RECORD_TIME, DIRECTIVE(offered), 0, INT64_MAX, NULL},
    {"accept_by", RECORD_TIME, DIRECTIVE(accept_by), 0, INT64_MAX, NULL},
    {"done_by", RECORD_TIME, DIRECTIVE(done_by), 0, INT64_MAX, NULL},
    {"for_job", RECORD_INT64, DIRECTIVE(for_job), 0, JOB_ID_MAX, NULL},
};

static const struct record_field reservation_fields[] = {
    {"job", RECORD_INT64, RESERVATION(job), 1, JOB_ID_MAX, NULL},
    {"nodes", RECORD_SET, RESERVATION(nodes), 0, 0, NULL},
    {"promised", RECORD_TIME, RESERVATION(promised), 0, INT64_MAX, NULL},
};

/* ---- writing ---- */

/* By outcome and as ranges: a million ended jobs take a few kilobytes. */
static void write_ended(struct strbuf *out, const struct job_table *jobs)
{
    struct idset ended[JOB_N_STATES] = {{.count = 0}};
    enum job_state outcome = JOB_COMPLETED;

    for (int64_t id = job_table_next_ended(jobs, 0); id != 0;
         id = job_table_next_ended(jobs, id)) {
        job_table_outcome(jobs, id, &outcome);
        idset_add(&ended[outcome], (uint32_t)id);
    }
    record_add_key(out, "ended");
    strbuf_add_char(out, '{');
    for (int i = JOB_COMPLETED; i < JOB_N_STATES; i++) {
        if (!idset_is_empty(&ended[i])) {
            record_add_key(out, words_state[i]);
            strbuf_add_char(out, '"');
            idset_format(&ended[i], out);
            strbuf_add_char(out, '"');
        }
        idset_release(&ended[i]);
    }
    strbuf_add_char(out, '}');
}

static void write_wish(struct strbuf *out, const struct job_wish *wish)
{
    record_add_key(out, "wish");
    if (wish->n == 0) {
        strbuf_add_str(out, "null");
        return;
    }
    strbuf_add_char(out, '{');
    record_write(out, wish_fields, COUNT_OF(wish_fields), RECORD_ALL, wish);
    strbuf_add_char(out, '}');
}

static void write_job(struct strbuf *out, const struct job *job)
{
    strbuf_add_char(out, '{');
    record_write(out, job_fields, COUNT_OF(job_fields), RECORD_ALL, job);
    record_write(out, later_fields, COUNT_OF(later_fields), RECORD_ALL, job);
    write_wish(out, &job->wish);
    record_add_key(out, "directive");
    if (job->directive.state == DIRECTIVE_NONE) {
        strbuf_add_str(out, "null");
    } else {
        strbuf_add_char(out, '{');
        record_write(out, directive_fields, COUNT_OF(directive_fields),
                     RECORD_ALL, &job->directive);
        strbuf_add_char(out, '}');
    }
    record_add_key(out, "request");
    record_write_request(out, &job->request);
    strbuf_add_char(out, '}');
}

static void write_reservation(struct strbuf *out,
                              const struct reservation *reservation)
{
    record_add_key(out, "reservation");
    if (reservation->job == 0) {
        strbuf_add_str(out, "null");
        return;
    }
    strbuf_add_char(out, '{');
    record_write(out, reservation_fields, COUNT_OF(reservation_fields),
                 RECORD_ALL, reservation);
    strbuf_add_char(out, '}');
}

char *state_to_text(const struct sched *sched)
{
    struct strbuf out;
    const char *comma = "";

    strbuf_init(&out);
    strbuf_add_fmt(&out, "{\"version\":%d", STATE_JSON_VERSION);
    record_write(&out, sched_fields, COUNT_OF(sched_fields), RECORD_ALL, sched);
    record_write(&out, later_sched_fields, COUNT_OF(later_sched_fields),
                 RECORD_ALL, sched);
    write_reservation(&out, &sched->reservation);
    write_ended(&out, &sched->jobs);
    record_add_key(&out, "jobs");
    strbuf_add_char(&out, '[');
    for (const struct job *job = job_table_next(&sched->jobs, 0); job;
         job = job_table_next(&sched->jobs, job->request.id)) {
        strbuf_add_str(&out, comma);
        write_job(&out, job);
        comma = ",\n";
    }
    strbuf_add_str(&out, "]}\n");
    return strbuf_detach(&out);
}

/* ---- reading ---- */

struct loader {
    const json_t *root; /* borrowed */
    struct sched *sched;
    struct job **jobs; /* owned, and those not yet given away */
    size_t n_jobs;
    struct idset ids;   /* owned; of all jobs, ended ones too */
    struct idset taken; /* owned; nodes that have an owner */
    struct err *err;
};

static int damaged(struct loader *loader, const char *what)
{
    return err_set(loader->err, ERR_INPUT, "the snapshot is damaged: %s", what);
}

/* A grow owns its nodes from the offer on, a shrink only until it is done. */
static int read_directive(struct loader *loader, const json_t *object,
                          struct job *job)
{
    struct directive *directive = &job->directive;

    if (json_is_null(object))
        return 0;
    if (record_read(object, directive_fields, COUNT_OF(directive_fields),
                    RECORD_ALL, directive, loader->err) < 0)
        return -1;
    if (!job_has_open_directive(job))
        return 0;
    if (directive->op == DIRECTIVE_SHRINK)
        return idset_is_subset(&directive->delta, &job->nodes)
                   ? 0
                   : damaged(loader, "a job gives nodes it has not");
    if (idset_has_common(&loader->taken, &directive->delta))
        return damaged(loader, "a node has two owners");
    idset_unite(&loader->taken, &directive->delta);
    return 0;
}

/* Version 1 had none, and an attempt was all that `started` counted from. */
static int read_later(struct loader *loader, const json_t *object,
                      struct job *job)
{
    const json_t *wish = json_object_get(object, "wish");

    job->attempt_started = job->started;
    job->seen_running = job->started;
    job->resize_cost = job->request.resize_cost;
    if (record_read_later(object, later_fields, COUNT_OF(later_fields),
                          RECORD_ALL, job, loader->err) < 0)
        return -1;
    if (!wish || json_is_null(wish))
        return 0;
    if (record_read(wish, wish_fields, COUNT_OF(wish_fields), RECORD_ALL,
                    &job->wish, loader->err) < 0)
        return -1;
    return job->state == JOB_RUNNING && job->wish.n >= job->wish.n_min
               ? 0
               : damaged(loader, "a wish without sense");
}

static int read_job(struct loader *loader, const json_t *object,
                    struct job *job)
{
    bool is_active;

    if (record_read(object, job_fields, COUNT_OF(job_fields), RECORD_ALL, job,
                    loader->err) < 0 ||
        read_later(loader, object, job) < 0)
        return -1;
    is_active = job_is_active(job);
    if (job_state_is_terminal(job->state))
        return damaged(loader, "an ended job is listed");
    if (is_active == idset_is_empty(&job->nodes))
        return damaged(loader, "a job has nodes but no right to them");
    if (idset_has_common(&loader->taken, &job->nodes))
        return damaged(loader, "a node has two owners");
    idset_unite(&loader->taken, &job->nodes);
    if (read_directive(loader, json_object_get(object, "directive"), job) < 0)
        return -1;
    return job_has_open_directive(job) && !is_active
               ? damaged(loader, "a waiting job has a directive")
               : 0;
}

static int add_job(struct loader *loader, const json_t *object)
{
    struct job_request request;
    struct job *job;
    int64_t last =
        loader->n_jobs ? loader->jobs[loader->n_jobs - 1]->request.id : 0;

    job_request_init(&request);
    if (record_read_request(json_object_get(object, "request"), &request,
                            loader->err) < 0) {
        job_request_release(&request);
        return -1;
    }
    job = job_create(&request);
    job_request_release(&request);
    loader->jobs[loader->n_jobs++] = job;
    if (job->request.id <= last ||
        idset_has(&loader->ids, (uint32_t)job->request.id))
        return damaged(loader, "an id is used twice");
    return read_job(loader, object, job);
}

static int read_jobs(struct loader *loader)
{
    const json_t *list = json_object_get(loader->root, "jobs");
    size_t n = json_array_size(list);

    if (!json_is_array(list))
        return damaged(loader, "no jobs");
    loader->jobs = mem_alloc_array(n, sizeof(*loader->jobs));
    for (size_t i = 0; i < n; i++) {
        if (add_job(loader, json_array_get(list, i)) < 0)
            return -1;
    }
    return 0;
}

static int read_ended(struct loader *loader)
{
    json_t *object = json_object_get(loader->root, "ended");
    struct idset ids;
    const char *word;
    json_t *value;

    idset_init(&ids);
    json_object_foreach(object, word, value)
    {
        int outcome = word_index(words_state, word);
        const char *text = json_string_value(value);
        if (outcome < JOB_COMPLETED || !text ||
            idset_parse(text, &ids, loader->err) < 0 || idset_has(&ids, 0) ||
            idset_has_common(&ids, &loader->ids)) {
            idset_release(&ids);
            return damaged(loader, "bad ids of ended jobs");
        }
        idset_unite(&loader->ids, &ids);
        IDSET_EACH (&ids, id)
            job_table_set_ended(&loader->sched->jobs, id,
                                (enum job_state)outcome);
    }
    idset_release(&ids);
    return 0;
}

/* It keeps nodes for one job, which must be there and waiting. */
static int read_reservation(struct loader *loader)
{
    const json_t *object = json_object_get(loader->root, "reservation");
    struct reservation *reservation = &loader->sched->reservation;

    if (json_is_null(object))
        return 0;
    if (record_read(object, reservation_fields, COUNT_OF(reservation_fields),
                    RECORD_ALL, reservation, loader->err) < 0)
        return -1;
    for (size_t i = 0; i < loader->n_jobs; i++) {
        if (loader->jobs[i]->request.id == reservation->job &&
            loader->jobs[i]->state == JOB_PENDING)
            return 0;
    }
    return damaged(loader, "nodes are reserved for no waiting job");
}

static int read_state(struct loader *loader)
{
    const json_t *version = json_object_get(loader->root, "version");

    if (json_integer_value(version) < 1 ||
        json_integer_value(version) > STATE_JSON_VERSION)
        return err_set(
            loader->err, ERR_INPUT,
            "the snapshot has version %lld, this program reads 1 to %d",
            (long long)json_integer_value(version), STATE_JSON_VERSION);
    if (record_read(loader->root, sched_fields, COUNT_OF(sched_fields),
                    RECORD_ALL, loader->sched, loader->err) < 0 ||
        record_read_later(loader->root, later_sched_fields,
                          COUNT_OF(later_sched_fields), RECORD_ALL,
                          loader->sched, loader->err) < 0 ||
        read_ended(loader) < 0 || read_jobs(loader) < 0)
        return -1;
    return read_reservation(loader);
}

/* Nothing can fail from here on. */
static void fill(struct loader *loader)
{
    pool_restore(&loader->sched->pool);
    for (size_t i = 0; i < loader->n_jobs; i++)
        sched_restore_job(loader->sched, loader->jobs[i]);
    loader->n_jobs = 0;
    sched_restore_finish(loader->sched);
}

static void loader_release(struct loader *loader)
{
    for (size_t i = 0; i < loader->n_jobs; i++)
        job_destroy(loader->jobs[i]);
    free(loader->jobs);
    idset_release(&loader->ids);
    idset_release(&loader->taken);
}

static json_t *parse_text(const char *text, size_t len, struct err *err)
{
    struct span whole = {0, len, true};
    json_error_t error;
    json_t *root = NULL;

    if (scan_too_deep(text, whole, STATE_DEPTH) == SCAN_NONE)
        root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        err_set(err, ERR_INPUT, "the snapshot is damaged: not JSON");
    return root;
}

struct sched *state_from_text(const char *text, size_t len,
                              const struct sched_config *config,
                              struct err *err)
{
    json_t *root = parse_text(text, len, err);
    struct loader loader = {.root = root, .err = err};
    int rc;

    if (!root)
        return NULL;
    loader.sched = sched_create(config);
    rc = read_state(&loader);
    if (rc == 0)
        fill(&loader);
    loader_release(&loader);
    json_decref(root);
    if (rc == 0)
        return loader.sched;
    sched_destroy(loader.sched);
    return NULL;
}
