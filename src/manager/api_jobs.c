/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests that look at jobs: the list, one job, why it waits (doc/api.md).
 *
 * A list of live jobs asks the store nothing and the core for one forecast:
 * people watch it every second, and it must not slow the scheduler down.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/suggest.h"
#include "manager/api_args.h"
#include "manager/api_handlers.h"
#include "manager/views_job.h"
#include "manager/views_learned.h"
#include "manager/views_pool.h"
#include "manager/views_resize.h"
#include "manager/views_why.h"

#define ENDED_MAX 1000 /* ended jobs in a list without `limit` */

static const char *const state_words[] = {
    "pending",   "held",       "starting",  "running", "growing",
    "shrinking", "completing", "completed", "failed",  "timeout",
    "cancelled", "node_fail",  "lost",      "rejected"};
#define N_WORDS (sizeof(state_words) / sizeof(state_words[0]))
#define FIRST_ENDED 7 /* of the words above; no job is "rejected" */

struct list {
    struct views views;
    struct job_ids ids;
    bool states[N_WORDS];
    bool is_full, is_with_ended;
    int64_t limit; /* < 0: none given */
    json_t *jobs;  /* owned until it is in the answer */
    int64_t n_ended;
};

static int parse_states(struct list *list, const char *text, struct err *err)
{
    char *copy = mem_strdup(text), *rest = NULL;
    int rc = 0;
    for (char *word = strtok_r(copy, ",", &rest); word != NULL && rc == 0;
         word = strtok_r(NULL, ",", &rest)) {
        size_t i = 0;
        while (i < N_WORDS && strcmp(state_words[i], word) != 0)
            i++;
        if (i < N_WORDS) {
            list->states[i] = true;
            list->is_with_ended |= i >= FIRST_ENDED;
            continue;
        }
        const char *near = suggest(word, state_words, N_WORDS);
        rc = err_set(err, ERR_INPUT, "states: no state '%.40s'", word);
        if (near != NULL)
            err_hint(err, "did you mean %s?", near);
    }
    free(copy);
    return rc;
}

static bool is_wanted(const struct list *list, const char *state)
{
    for (size_t i = 0; i < N_WORDS; i++)
        if (list->states[i] && strcmp(state_words[i], state) == 0)
            return true;
    return false;
}

/* Growing and shrinking jobs are running ones, held ones are pending. */
static bool is_live_wanted(const struct list *list, const struct job *job)
{
    if (job->state == JOB_PENDING)
        return is_wanted(list, "pending") ||
               (job->request.hold && is_wanted(list, "held"));
    return is_wanted(list, job_display_state(job)) ||
           (job->state == JOB_RUNNING && is_wanted(list, "running"));
}

static bool has_room(const struct list *list)
{
    return list->limit < 0 ||
           (int64_t)json_array_size(list->jobs) < list->limit;
}

static void add_live(struct list *list, const struct job *job)
{
    if (job != NULL && has_room(list) && is_live_wanted(list, job))
        json_array_append_new(list->jobs,
                              view_live_job(&list->views, job, list->is_full));
}

/* Named ones are looked up one by one, in the order asked. */
static void add_all_live(struct list *list)
{
    const struct sched *sched = list->views.manager->sched;
    const struct job *job;
    int64_t id = 0;
    if (list->ids.n > 0) {
        for (size_t i = 0; i < list->ids.n; i++)
            add_live(list, sched_job(sched, list->ids.ids[i]));
        return;
    }
    for (; (job = sched_next_job(sched, id)) != NULL; id = job->request.id)
        add_live(list, job);
}

/* The store cannot filter by state, so the limit is counted here. */
static int add_ended(void *context, const struct history_job *row)
{
    struct list *list = context;
    if (!is_wanted(list, row->state))
        return 0;
    if (!has_room(list) || (list->limit < 0 && list->n_ended == ENDED_MAX))
        return 1;
    list->n_ended++;
    json_array_append_new(list->jobs, view_ended_job(&list->views, row));
    return 0;
}

static void add_all_ended(struct list *list)
{
    struct history_filter filter = {
        .ids = list->ids.n > 0 ? list->ids.ids : NULL, .n_ids = list->ids.n};
    store_each_ended_job(list->views.manager->store, &filter, add_ended, list,
                         NULL);
}

static json_t *list_answer(struct list *list)
{
    struct sched_counts counts;
    int64_t ended = 0, failed = 0;
    sched_counts(list->views.manager->sched, &counts);
    store_count_ended(list->views.manager->store, &ended, &failed);
    json_t *answer = json_object(), *numbers = json_object();
    views_put(numbers, "running", json_integer(counts.active));
    views_put(numbers, "pending", json_integer(counts.pending));
    views_put(numbers, "finished_hidden", json_integer(ended - list->n_ended));
    views_put(answer, "jobs", list->jobs);
    views_put(answer, "nodes", view_node_counts(&list->views));
    views_put(answer, "counts", numbers);
    return answer;
}

void api_get_jobs(struct api_request *request)
{
    struct err err = {0};
    struct list list = {.limit = -1};
    const char *states = api_request_param(request, "states");
    list.is_full = api_request_flag(request, "full");
    list.is_with_ended = api_request_flag(request, "all");
    if (args_param_ids(request, &list.ids, &err) != 0 ||
        args_param_int(request, "limit", 0, INT64_MAX, &list.limit, &err) !=
            0 ||
        (states != NULL && parse_states(&list, states, &err) != 0)) {
        job_ids_release(&list.ids);
        api_request_fail(request, &err);
        return;
    }
    list.is_with_ended |= list.ids.n > 0;
    if (states == NULL || states[0] == '\0')
        memset(list.states, true, sizeof(list.states));
    list.jobs = json_array();
    views_init_list(&list.views, request->api->manager);
    add_all_live(&list);
    if (list.is_with_ended)
        add_all_ended(&list);
    json_t *answer = list_answer(&list);
    views_release(&list.views);
    job_ids_release(&list.ids);
    api_request_answer(request, answer);
}

void api_get_job(struct api_request *request)
{
    struct err err = {0};
    struct views views;
    views_init(&views, request->api->manager);
    json_t *job = view_any_job(&views, request->id, &err);
    if (job == NULL) {
        api_request_fail(request, &err);
        return;
    }
    json_t *answer = json_object();
    views_put(answer, "job", job);
    views_put(answer, "phases", view_phases(&views, request->id));
    views_put(answer, "resizes", view_resizes(&views, request->id));
    views_put(answer, "learned",
              view_learned_one(
                  &views, json_string_value(json_object_get(job, "name"))));
    views_release(&views);
    api_request_answer(request, answer);
}

/* An ended job has no why: how it ended is said instead. */
static json_t *why_ended(const struct views *views, int64_t id,
                         enum job_state state)
{
    struct err err = {0};
    struct strbuf text;
    json_t *job = view_any_job(views, id, &err), *answer = json_object();
    const json_t *code = json_object_get(job, "exit_code");
    const json_t *signal = json_object_get(job, "signal");
    const char *by = json_string_value(json_object_get(job, "ended_by"));
    strbuf_init(&text);
    strbuf_add_fmt(&text, "job %" PRId64 " has ended: %s", id,
                   job_state_name(state));
    if (json_integer_value(signal) > 0)
        strbuf_add_fmt(&text, " (signal %d)", (int)json_integer_value(signal));
    else if (json_is_integer(code))
        strbuf_add_fmt(&text, " (exit code %d)", (int)json_integer_value(code));
    if (by != NULL && by[0] != '\0')
        strbuf_add_fmt(&text, "\n  by      %s", by);
    views_put(answer, "id", json_integer(id));
    views_put(answer, "state", views_text(job_state_name(state)));
    views_put(answer, "text", views_text(text.text));
    views_put(answer, "why", json_object());
    strbuf_release(&text);
    json_decref(job);
    return answer;
}

void api_get_why(struct api_request *request)
{
    const struct manager *manager = request->api->manager;
    const struct job *job = sched_job(manager->sched, request->id);
    struct views views;
    struct err err = {0};
    enum job_state state;
    views_init(&views, manager);
    if (job != NULL) {
        api_request_answer(request, view_why(&views, job));
    } else if (sched_outcome(manager->sched, request->id, &state)) {
        api_request_answer(request, why_ended(&views, request->id, state));
    } else {
        err_set(&err, ERR_NOT_FOUND, "no job %" PRId64, request->id);
        api_request_fail(request, &err);
    }
    views_release(&views);
}
