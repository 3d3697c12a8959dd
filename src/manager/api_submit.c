/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * POST /v1/jobs: submits jobs, all or none, or tells what would be run.
 *
 * How a spec becomes a job is manager_submit()'s business, how a command is
 * adapted launch_plan.h's; the dry run takes the same way as a real start.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "manager/api_args.h"
#include "manager/api_handlers.h"
#include "manager/launch_plan.h"
#include "manager/submit_warning.h"
#include "manager/views_why.h"

struct batch {
    struct job_spec *specs; /* owned */
    size_t n;
};

static void release_batch(struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++)
        job_spec_release(&batch->specs[i]);
    free(batch->specs);
}

static int read_batch(const struct api_request *request, struct batch *batch,
                      struct err *err)
{
    const json_t *list = json_object_get(request->body, "jobs");
    size_t n = json_array_size(list);
    if (n == 0)
        return err_set(err, ERR_INPUT, "jobs: a list of jobs expected");
    batch->specs = mem_alloc_array(n, sizeof(*batch->specs));
    for (; batch->n < n; batch->n++) {
        struct err trouble = {0};
        if (job_spec_from_json(json_array_get(list, batch->n),
                               &batch->specs[batch->n], &trouble) == 0)
            continue;
        err_set(err, trouble.code, "jobs[%zu]: %.400s", batch->n, trouble.text);
        return trouble.hint[0] ? err_hint(err, "%s", trouble.hint) : -1;
    }
    return 0;
}

/* ---- for real ---- */

static json_t *submitted(const struct views *views,
                         const struct submit_result *result)
{
    json_t *object = json_object();
    const struct job *job = sched_job(views->manager->sched, result->id);
    views_put(object, "id", json_integer(result->id));
    views_put(object, "warning", views_text(result->warning));
    /* it may have ended at once: after a job that failed */
    enum job_state state = JOB_PENDING;
    sched_outcome(views->manager->sched, result->id, &state);
    views_put(object, "state", views_text(job_state_name(state)));
    if (job == NULL) {
        views_put(object, "expected_start", NULL);
        views_put(object, "reason_text", json_string(""));
        return object;
    }
    struct view_reason reason;
    view_reason(&reason, views, job);
    views_put(object, "expected_start", views_time(reason.expected_start));
    views_put(object, "reason_text", views_text(reason.text.text));
    view_reason_release(&reason);
    return object;
}

static void submit(struct api_request *request, const struct batch *batch)
{
    struct manager *manager = request->api->manager;
    struct err err = {0};
    struct submit_result *results = mem_alloc_array(batch->n, sizeof(*results));
    if (manager_submit(manager, batch->specs, batch->n, "api", results, &err) !=
        0) {
        free(results);
        api_request_fail(request, &err);
        return;
    }
    struct views views;
    views_init_list(&views, manager);
    json_t *answer = json_object(), *jobs = json_array();
    for (size_t i = 0; i < batch->n; i++)
        json_array_append_new(jobs, submitted(&views, &results[i]));
    views_put(answer, "jobs", jobs);
    views_release(&views);
    free(results);
    api_request_answer_committed(request, answer);
}

/* ---- dry run ---- */

/* What erm adds to or changes in its own environment. */
static json_t *new_variables(char *const *env)
{
    json_t *list = json_array();
    for (; *env != NULL; env++) {
        char *const *own = environ;
        while (*own != NULL && strcmp(*own, *env) != 0)
            own++;
        if (*own == NULL)
            json_array_append_new(list, views_text(*env));
    }
    return list;
}

/* The first nodes of the pool, as an example. */
static void choose_nodes(const struct manager *manager, uint32_t n,
                         struct idset *out)
{
    struct idset pool;
    idset_init(&pool);
    idset_copy(&pool, sched_nodes(manager->sched));
    if (n > idset_count(&pool))
        n = idset_count(&pool);
    idset_take_first(&pool, n, out);
    idset_release(&pool);
}

static int try_spec(const struct views *views, const struct job_spec *spec,
                    int64_t id, json_t *jobs, struct err *err)
{
    const struct manager *manager = views->manager;
    struct idset nodes;
    struct launch_plan plan;
    idset_init(&nodes);
    choose_nodes(manager, spec->request.min_nodes, &nodes);
    int rc = launch_plan_make(&plan, manager, spec, &spec->request, id, 1,
                              &nodes, err);
    if (rc == 0) {
        char warning[256];
        submit_warning(manager, &spec->request, warning, sizeof(warning));
        json_t *object = json_object();
        views_put(object, "id", NULL);
        views_put(object, "spec", job_spec_to_json(spec));
        views_put(object, "command", views_text(plan.command.text));
        struct strbuf how;
        strbuf_init(&how);
        launch_plan_describe(&plan, &how);
        views_put(object, "launch", views_text(how.len ? how.text : NULL));
        strbuf_release(&how);
        views_put(object, "env", new_variables(plan.env));
        views_put(object, "stdout", views_text(plan.stdout_path));
        views_put(object, "stderr", views_text(plan.stderr_path));
        views_put_nodes(object, views, &nodes);
        views_put(object, "warning", views_text(warning));
        json_array_append_new(jobs, object);
        launch_plan_release(&plan);
    }
    idset_release(&nodes);
    return rc;
}

static void dry_run(struct api_request *request, const struct batch *batch)
{
    struct manager *manager = request->api->manager;
    struct views views;
    struct err err = {0};
    json_t *answer = json_object(), *jobs = json_array();
    int64_t next_id = sched_max_id(manager->sched) + 1;
    int rc = 0;
    views_init(&views, manager);
    for (size_t i = 0; rc == 0 && i < batch->n; i++)
        rc = try_spec(&views, &batch->specs[i], next_id + (int64_t)i, jobs,
                      &err);
    views_release(&views);
    views_put(answer, "jobs", jobs);
    if (rc == 0) {
        api_request_answer(request, answer);
    } else {
        json_decref(answer);
        api_request_fail(request, &err);
    }
}

void api_post_jobs(struct api_request *request)
{
    static const char *const keys[] = {"jobs", "dry_run"};
    struct err err = {0};
    struct batch batch = {0};
    bool is_dry = false;
    if (args_check(request, keys, 2, &err) != 0 ||
        args_bool(request, "dry_run", &is_dry, &err) != 0 ||
        read_batch(request, &batch, &err) != 0)
        api_request_fail(request, &err);
    else if (is_dry)
        dry_run(request, &batch);
    else
        submit(request, &batch);
    release_batch(&batch);
}
