/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which of its jobs had ended when a wait began can only be told between two
 * turns: within one, the core knows ends that are not durable yet. A wait that
 * comes then is sorted out when the turn is done.
 */
#include "manager/api_wait.h"

#include <inttypes.h>
#include <stdlib.h>

#include <utlist.h>

#include "base/alloc.h"
#include "base/duration.h"
#include "manager/api_args.h"
#include "manager/api_handlers.h"
#include "manager/turn.h"
#include "manager/views_job.h"

struct awaited {
    int64_t id;
    bool is_ended;
};

struct api_wait {
    struct api_request *request; /* parked */
    struct awaited *jobs;        /* owned; by rising id, each once */
    size_t n, n_ended;
    bool is_any;
    bool is_sorted_out;    /* which had ended before is known */
    struct event *timeout; /* owned, or NULL */
    struct api_wait *prev, *next;
};

static void release_wait(struct api_wait *wait)
{
    DL_DELETE(wait->request->api->waits, wait);
    if (wait->timeout != NULL)
        event_free(wait->timeout);
    free(wait->jobs);
    free(wait);
}

static void answer_wait(struct api_wait *wait, bool is_done)
{
    struct api_request *request = wait->request;
    struct views views;
    json_t *answer = json_object(), *jobs = json_array();
    views_init(&views, request->api->manager);
    for (size_t i = 0; i < wait->n; i++) {
        json_t *job = wait->jobs[i].is_ended
                          ? view_any_job(&views, wait->jobs[i].id, NULL)
                          : NULL;
        if (job != NULL)
            json_array_append_new(jobs, job);
    }
    views_release(&views);
    views_put(answer, "done", json_boolean(is_done));
    views_put(answer, "jobs", jobs);
    release_wait(wait);
    api_request_answer(request, answer);
}

/* Before it is sorted out nothing counts. */
static bool is_done(const struct api_wait *wait)
{
    return wait->is_sorted_out &&
           (wait->n_ended == wait->n || (wait->is_any && wait->n_ended > 0));
}

/* While nothing waits for a commit, whatever the core says is durable. */
static void sort_out(struct api_wait *wait)
{
    const struct sched *sched = wait->request->api->manager->sched;
    for (size_t i = 0; i < wait->n; i++) {
        if (wait->jobs[i].is_ended || sched_job(sched, wait->jobs[i].id))
            continue;
        wait->jobs[i].is_ended = true;
        wait->n_ended++;
    }
    wait->is_sorted_out = true;
}

static int by_id(const void *a, const void *b)
{
    const struct awaited *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

static void mark_ended(struct api_wait *wait, int64_t id)
{
    struct awaited key = {.id = id};
    struct awaited *job =
        bsearch(&key, wait->jobs, wait->n, sizeof(*wait->jobs), by_id);
    if (job == NULL || job->is_ended)
        return;
    job->is_ended = true;
    wait->n_ended++;
}

void api_waits_ended(struct api *api, int64_t id)
{
    struct api_wait *wait;
    DL_FOREACH(api->waits, wait)
    mark_ended(wait, id);
}

void api_waits_turn_done(struct api *api)
{
    struct api_wait *wait, *next;
    DL_FOREACH_SAFE(api->waits, wait, next)
    {
        if (!wait->is_sorted_out)
            sort_out(wait);
        if (is_done(wait))
            answer_wait(wait, true);
    }
}

void api_waits_end(struct api *api)
{
    while (api->waits != NULL)
        answer_wait(api->waits, false);
}

/* ---- the request ---- */

static void on_timeout(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    answer_wait(context, false);
}

static void on_gone(struct api_request *request, void *context)
{
    (void)request;
    release_wait(context);
}

/* Seconds with a fraction; *OUT < 0: for ever. */
static int read_timeout(const struct api_request *request, dur_us *out,
                        struct err *err)
{
    const char *text = api_request_param(request, "timeout");
    *out = -1;
    if (text == NULL)
        return 0;
    char *end;
    double seconds = strtod(text, &end);
    double max = (double)(DURATION_MAX / USEC_PER_SEC);
    if (end == text || *end != '\0' || !(seconds >= 0 && seconds <= max))
        return err_set(err, ERR_INPUT,
                       "timeout: a number of seconds expected, not '%.40s'",
                       text);
    *out = (dur_us)(seconds * (double)USEC_PER_SEC);
    return 0;
}

static int check_known(const struct sched *sched, const struct job_ids *ids,
                       struct err *err)
{
    enum job_state state;
    if (ids->n == 0)
        return err_set(err, ERR_INPUT, "ids: which jobs to wait for?");
    for (size_t i = 0; i < ids->n; i++)
        if (!sched_outcome(sched, ids->ids[i], &state))
            return err_set(err, ERR_NOT_FOUND, "no job %" PRId64, ids->ids[i]);
    return 0;
}

/* Ids may come twice and in any order; each counts once. */
static struct api_wait *make_wait(struct api_request *request,
                                  const struct job_ids *ids)
{
    struct api_wait *wait = mem_alloc(sizeof(*wait));
    wait->request = request;
    wait->is_any = api_request_flag(request, "any");
    wait->jobs = mem_alloc_array(ids->n, sizeof(*wait->jobs));
    for (size_t i = 0; i < ids->n; i++)
        wait->jobs[i].id = ids->ids[i];
    qsort(wait->jobs, ids->n, sizeof(*wait->jobs), by_id);
    for (size_t i = 0; i < ids->n; i++)
        if (wait->n == 0 || wait->jobs[i].id != wait->jobs[wait->n - 1].id)
            wait->jobs[wait->n++] = wait->jobs[i];
    DL_APPEND(request->api->waits, wait);
    return wait;
}

static void start_timeout(struct api_wait *wait, dur_us timeout)
{
    struct timeval tv = {.tv_sec = timeout / USEC_PER_SEC,
                         .tv_usec = timeout % USEC_PER_SEC};
    wait->timeout =
        evtimer_new(wait->request->api->manager->loop, on_timeout, wait);
    event_add(wait->timeout, &tv);
}

void api_get_wait(struct api_request *request)
{
    struct manager *manager = request->api->manager;
    struct err err = {0};
    struct job_ids ids = {0};
    dur_us timeout = -1;
    if (args_param_ids(request, &ids, &err) != 0 ||
        read_timeout(request, &timeout, &err) != 0 ||
        check_known(manager->sched, &ids, &err) != 0) {
        job_ids_release(&ids);
        api_request_fail(request, &err);
        return;
    }
    struct api_wait *wait = make_wait(request, &ids);
    job_ids_release(&ids);
    if (!turn_is_pending(manager->turn))
        sort_out(wait);
    if (is_done(wait) || timeout == 0) {
        answer_wait(wait, is_done(wait));
        return;
    }
    if (timeout > 0)
        start_timeout(wait, timeout);
    api_request_park(request, on_gone, wait);
}
