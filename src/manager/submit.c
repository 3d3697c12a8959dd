/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * New jobs, from the jobs file and from clients: manager_submit() of
 * context.h. Everything that can be wrong is looked for before the first job
 * is stepped, so that a batch is taken whole or not at all.
 */
#include "manager/context.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "manager/job_cache.h"
#include "manager/submit_warning.h"
#include "manager/turn.h"
#include "store/history_view.h"
#include "store/learned.h"

/* Where in the batch the job with that id is. */
struct place {
    int64_t id;
    size_t i;
};

struct batch {
    struct manager *manager;
    const struct job_spec *specs;
    size_t n;
    const char *source;
    time_us now;
    bool is_file;                 /* begin delays count from the first run */
    struct job_request *requests; /* owned; complete ones */
    struct place *places;         /* owned; by id */
    struct job_cache *names;      /* owned; of those that are complete */
};

/* ---- ids ---- */

static bool is_used(const struct manager *manager, int64_t id)
{
    enum job_state state;

    return sched_outcome(manager->sched, id, &state);
}

static int check_asked_id(const struct batch *batch, int64_t id,
                          struct err *err)
{
    if (id < 1 || id > JOB_ID_MAX)
        return err_set(err, ERR_INPUT, "id %lld is not from 1 to %d",
                       (long long)id, JOB_ID_MAX);
    if (is_used(batch->manager, id))
        return err_set(err, ERR_CONFLICT, "another job has the id %lld",
                       (long long)id);
    return 0;
}

static int compare_places(const void *x, const void *y)
{
    const struct place *a = x, *b = y;

    return (a->id > b->id) - (a->id < b->id);
}

/* Sorts them, none twice. */
static int list_places(struct batch *batch, struct err *err)
{
    batch->places = mem_alloc_array(batch->n, sizeof(*batch->places));
    for (size_t i = 0; i < batch->n; i++)
        batch->places[i] = (struct place){batch->requests[i].id, i};
    qsort(batch->places, batch->n, sizeof(*batch->places), compare_places);
    for (size_t k = 1; k < batch->n; k++) {
        if (batch->places[k].id == batch->places[k - 1].id)
            return err_set(err, ERR_CONFLICT, "the id %lld is asked for twice",
                           (long long)batch->places[k].id);
    }
    return 0;
}

static int64_t next_id(struct manager *manager, int64_t max_asked)
{
    int64_t last = sched_max_id(manager->sched);
    int64_t stored = store_max_job_id(manager->store, NULL);

    if (stored > last)
        last = stored;
    if (manager->max_asked_id > last)
        last = manager->max_asked_id;
    return (max_asked > last ? max_asked : last) + 1;
}

/* Asked ids come first: an automatic one must not take them. Those of a batch
 * that is refused in the end are not kept from others. */
static int give_ids(struct batch *batch, struct err *err)
{
    struct manager *manager = batch->manager;
    int64_t id = 0, max_asked = 0;

    for (size_t i = 0; i < batch->n; i++) {
        int64_t asked = batch->specs[i].request.id;
        if (asked == 0)
            continue;
        if (check_asked_id(batch, asked, err) != 0)
            return -1;
        if (asked > max_asked)
            max_asked = asked;
    }
    for (size_t i = 0; i < batch->n; i++) {
        if (batch->specs[i].request.id != 0)
            continue;
        id = id == 0 ? next_id(manager, max_asked) : id + 1;
        if (id > JOB_ID_MAX)
            return err_set(err, ERR_FULL, "all job ids up to %d are used",
                           JOB_ID_MAX);
        batch->requests[i].id = id;
    }
    return list_places(batch, err);
}

/* ---- dependencies ---- */

struct name_search {
    const char *word;
    int64_t id; /* 0 = not found */
};

static int match_ended(void *arg, const struct history_job *job)
{
    struct name_search *search = arg;

    if ((job->name == NULL || strcmp(job->name, search->word) != 0) &&
        (job->label == NULL || strcmp(job->label, search->word) != 0))
        return 0;
    search->id = job->id;
    return 1;
}

/* The newest that was given before: in the batch, alive, or ended. */
static int64_t find_by_name(const struct batch *batch, const char *word)
{
    struct name_search search = {.word = word};
    struct history_filter filter = {.ids = NULL};

    search.id = job_cache_find(batch->names, word);
    if (search.id == 0)
        search.id = job_cache_find(batch->manager->jobs, word);
    if (search.id == 0)
        store_each_ended_job(batch->manager->store, &filter, match_ended,
                             &search, NULL);
    return search.id;
}

/* Is that the id of one before the Ith? */
static bool is_in_batch(const struct batch *batch, size_t i, int64_t id)
{
    const struct place key = {.id = id};
    const struct place *place =
        bsearch(&key, batch->places, batch->n, sizeof(key), compare_places);

    return place != NULL && place->i < i;
}

static int resolve_one(const struct batch *batch, size_t i, const char *on,
                       int64_t *out, struct err *err)
{
    size_t n_digits = strspn(on, "0123456789");

    *out = 0;
    if (n_digits > 0 && n_digits < 9 && on[n_digits] == '\0')
        *out = atoll(on);
    if (*out != 0 && !is_used(batch->manager, *out) &&
        !is_in_batch(batch, i, *out))
        *out = 0;
    if (*out == 0)
        *out = find_by_name(batch, on);
    if (*out != 0)
        return 0;
    err_set(err, ERR_NOT_FOUND, "after: there is no earlier job '%s'", on);
    return err_hint(err, "name a job that comes before this one");
}

static int resolve(const struct batch *batch, size_t i, struct err *err)
{
    const struct job_spec *spec = &batch->specs[i];
    struct job_request *request = &batch->requests[i];

    free(request->after);
    request->n_after = (uint32_t)spec->n_after;
    request->after = mem_alloc_array(spec->n_after, sizeof(*request->after));
    for (size_t k = 0; k < spec->n_after; k++) {
        request->after[k].kind = spec->after[k].kind;
        if (resolve_one(batch, i, spec->after[k].on, &request->after[k].id,
                        err) != 0)
            return -1;
    }
    return 0;
}

/* ---- the rest of a request ---- */

static time_us begin_of(const struct batch *batch, size_t i)
{
    const struct job_spec *spec = &batch->specs[i];
    time_us from = batch->is_file ? batch->manager->first_started : batch->now;

    return spec->begin_delay > 0 ? time_add(from, spec->begin_delay) : 0;
}

static const char *or_null(const char *text)
{
    return text == NULL || text[0] == '\0' ? NULL : text;
}

/* What the resizes of jobs of that name took, unless it is told. */
static void learn_cost(const struct batch *batch, size_t i)
{
    struct job_request *request = &batch->requests[i];
    const char *name = or_null(batch->specs[i].name);
    dur_us cost;

    if (request->resize_cost != 0 || name == NULL ||
        (request->kind != JOB_ELASTIC && request->kind != JOB_EVOLVING))
        return;
    cost = store_learned_cost(batch->manager->store, name, NULL);
    if (cost > 0)
        request->resize_cost = cost;
}

/* How long jobs of that name ran, unless it is told. */
static void learn_run(const struct batch *batch, size_t i)
{
    struct job_request *request = &batch->requests[i];
    const char *name = or_null(batch->specs[i].name);
    dur_us run;

    if (sched_config(batch->manager->sched)->estimates != ESTIMATES_PREDICTED ||
        request->expected != 0 || name == NULL)
        return;
    run = store_learned_run(batch->manager->store, name, NULL);
    if (run > 0)
        request->expected = run;
}

static int complete(struct batch *batch, struct err *err)
{
    dur_us walltime = batch->manager->options.default_walltime;

    for (size_t i = 0; i < batch->n; i++)
        job_request_copy(&batch->requests[i], &batch->specs[i].request);
    if (give_ids(batch, err) != 0)
        return -1;
    for (size_t i = 0; i < batch->n; i++) {
        struct job_request *request = &batch->requests[i];
        request->begin = begin_of(batch, i);
        if (request->walltime == TIME_NEVER && walltime > 0)
            request->walltime = walltime;
        learn_cost(batch, i);
        learn_run(batch, i);
        if (resolve(batch, i, err) != 0)
            return -1;
        job_cache_add(batch->names, request->id, batch->specs[i].name,
                      batch->specs[i].label);
    }
    return 0;
}

/* As it is kept: with an absolute folder, wherever a later manager runs. */
static char *spec_text(const struct batch *batch, size_t i)
{
    const struct job_spec *spec = &batch->specs[i];
    const char *home = batch->manager->home;
    json_t *object = job_spec_to_json(spec);
    char *text;

    if (spec->cwd == NULL)
        json_object_set_new(object, "cwd", json_string(home));
    else if (spec->cwd[0] != '/')
        json_object_set_new(object, "cwd",
                            json_sprintf("%s/%s", home, spec->cwd));
    text = json_dumps(object, JSON_COMPACT);
    assert(text != NULL);
    json_decref(object);
    return text;
}

static void keep_spec(const struct batch *batch, size_t i)
{
    const struct job_spec *spec = &batch->specs[i];
    struct turn_spec row = {
        .id = batch->requests[i].id,
        .text = spec_text(batch, i),
        .name = mem_strdup(or_null(spec->name)),
        .label = mem_strdup(spec->label),
        .identity = mem_strdup(spec->identity),
        .source = batch->source,
        .submitted = batch->now,
    };

    turn_add_spec(batch->manager->turn, &row);
    job_cache_add(batch->manager->jobs, row.id, spec->name, spec->label);
}

/* The core can only refuse what should have been found above. */
static int step(const struct batch *batch, size_t i, struct err *err)
{
    struct event event;

    event_init(&event, EV_SUBMIT, batch->now);
    job_request_copy(&event.request, &batch->requests[i]);
    keep_spec(batch, i);
    if (manager_event(batch->manager, &event, err) == 0)
        return 0;
    turn_drop_spec(batch->manager->turn);
    job_cache_remove(batch->manager->jobs, batch->requests[i].id);
    return -1;
}

/* Takes back what was stepped before the one that failed. */
static void take_back(const struct batch *batch, size_t n)
{
    struct event event;

    while (n-- > 0) {
        event_init(&event, EV_CANCEL, batch->now);
        event.job = batch->requests[n].id;
        manager_event(batch->manager, &event, NULL);
    }
}

static int step_all(const struct batch *batch, struct err *err)
{
    for (size_t i = 0; i < batch->n; i++) {
        if (step(batch, i, err) == 0)
            continue;
        take_back(batch, i);
        return -1;
    }
    return 0;
}

int manager_submit(struct manager *manager, const struct job_spec *specs,
                   size_t n, const char *source, struct submit_result *results,
                   struct err *err)
{
    struct batch batch = {
        .manager = manager,
        .specs = specs,
        .n = n,
        .source = source,
        .now = manager_now(manager),
        .is_file = strcmp(source, "jobs file") == 0,
    };
    int result = -1;

    if (manager->is_stopping || manager->is_draining)
        return err_set(err, ERR_CONFLICT, "the manager is stopping");
    if (manager->is_read_only)
        return err_set(err, ERR_FULL, "the disk is full: no new jobs");
    batch.requests = mem_alloc_array(n, sizeof(*batch.requests));
    batch.names = job_cache_create();
    if (complete(&batch, err) != 0)
        goto done;
    for (size_t i = 0; i < n; i++) {
        results[i].id = batch.requests[i].id;
        submit_warning(manager, &batch.requests[i], results[i].warning,
                       sizeof(results[i].warning));
    }
    result = step_all(&batch, err);
done:
    for (size_t i = 0; i < n; i++)
        job_request_release(&batch.requests[i]);
    free(batch.requests);
    free(batch.places);
    job_cache_destroy(batch.names);
    return result;
}
