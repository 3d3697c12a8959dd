/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GET /v1/history: ended jobs with what they used, and their sums.
 * GET /v1/learned: what they have taught.
 *
 * Makespan runs from the first submit to the last end; utilisation counts the
 * present pool from the first start on, so it is an estimate when nodes came
 * or went meanwhile.
 */
#include "manager/api_args.h"
#include "manager/api_handlers.h"
#include "manager/views_job.h"
#include "manager/views_learned.h"
#include "manager/views_resize.h"

#define DEFAULT_LIMIT 1000

struct listing {
    struct views views;
    bool is_with_phases;
    json_t *jobs;
};

static int add_job(void *context, const struct history_job *row)
{
    struct listing *listing = context;
    json_t *job = view_ended_job(&listing->views, row);
    view_add_accounts(job, row);
    if (listing->is_with_phases) {
        views_put(job, "phases", view_phases(&listing->views, row->id));
        views_put(job, "resizes", view_resizes(&listing->views, row->id));
    }
    json_array_append_new(listing->jobs, job);
    return 0;
}

static json_t *real_or_null(bool is_known, double value)
{
    return is_known ? json_real(value) : NULL;
}

static json_t *count_resizes(const struct resize_counts *resizes)
{
    json_t *object = json_object();
    views_put(object, "done", json_integer(resizes->done));
    views_put(object, "forced", json_integer(resizes->forced));
    views_put(object, "refused", json_integer(resizes->refused));
    views_put(object, "failed", json_integer(resizes->failed));
    views_put(object, "expired", json_integer(resizes->expired));
    views_put(object, "mean",
              real_or_null(resizes->done > 0,
                           resizes->done > 0
                               ? resizes->seconds / (double)resizes->done
                               : 0));
    return object;
}

/* Over all jobs that ended since then, whatever is listed. */
static json_t *summarise(const struct manager *manager, time_us since,
                         struct err *err)
{
    struct history_summary sum;
    struct sched_counts counts;
    if (store_summary(manager->store, since, TIME_NEVER, &sum, err) != 0)
        return NULL;
    sched_counts(manager->sched, &counts);
    double span = (double)(sum.last_end - sum.first_submitted) / 1e6;
    double busy = (double)(sum.last_end - sum.first_start) / 1e6;
    double whole = busy * (double)counts.pool;
    double used = whole > 0 ? sum.node_seconds / whole : 0;
    bool is_run = sum.n_started > 0;
    json_t *object = json_object();
    views_put(object, "jobs", json_integer(sum.jobs));
    views_put(object, "completed", json_integer(sum.completed));
    views_put(object, "cancelled", json_integer(sum.cancelled));
    views_put(object, "failed", json_integer(sum.failed));
    views_put(object, "makespan", real_or_null(sum.jobs > 0, span));
    views_put(object, "utilisation",
              real_or_null(is_run && whole > 0, used > 1 ? 1 : used));
    views_put(
        object, "mean_wait",
        real_or_null(is_run,
                     is_run ? sum.wait_seconds / (double)sum.n_started : 0));
    views_put(object, "node_seconds", json_real(sum.node_seconds));
    views_put(object, "expands", json_integer(sum.expands));
    views_put(object, "shrinks", json_integer(sum.shrinks));
    views_put(object, "resizes", count_resizes(&sum.resizes));
    return object;
}

static int read_since(const struct api_request *request, time_us *out,
                      struct err *err)
{
    const char *text = api_request_param(request, "since");
    if (text == NULL || views_parse_time(text, out) == 0)
        return 0;
    return err_set(err, ERR_INPUT,
                   "since: a time like 2026-11-23T10:49:20Z expected, not "
                   "'%.40s'",
                   text);
}

void api_get_history(struct api_request *request)
{
    const struct manager *manager = request->api->manager;
    struct err err = {0};
    struct job_ids ids = {0};
    struct history_filter filter = {0};
    int64_t limit = DEFAULT_LIMIT;
    struct listing listing = {.is_with_phases =
                                  api_request_flag(request, "phases"),
                              .jobs = json_array()};
    views_init(&listing.views, manager);
    json_t *answer = NULL, *summary = NULL;
    if (args_param_ids(request, &ids, &err) != 0 ||
        args_param_int(request, "limit", 0, INT64_MAX, &limit, &err) != 0 ||
        read_since(request, &filter.since, &err) != 0)
        goto error;
    filter.ids = ids.n > 0 ? ids.ids : NULL;
    filter.n_ids = ids.n;
    filter.limit = (size_t)limit;
    if (store_each_ended_job(manager->store, &filter, add_job, &listing,
                             &err) != 0 ||
        (summary = summarise(manager, filter.since, &err)) == NULL)
        goto error;
    answer = json_object();
    views_put(answer, "jobs", listing.jobs);
    views_put(answer, "summary", summary);
    api_request_answer(request, answer);
    goto done;
error:
    json_decref(listing.jobs);
    api_request_fail(request, &err);
done:
    views_release(&listing.views);
    job_ids_release(&ids);
}

void api_get_learned(struct api_request *request)
{
    const struct manager *manager = request->api->manager;
    struct views views;
    json_t *answer = json_object();
    views_init(&views, manager);
    views_put(answer, "learned",
              view_learned(&views, api_request_param(request, "name")));
    views_release(&views);
    api_request_answer(request, answer);
}
