/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A request about several jobs never fails as a whole once it is understood:
 * a client that asks for ten things must learn what became of each.
 */
#include "manager/api_results.h"

#include "manager/views.h"

void results_add(json_t *list, const char *key, json_t *name, const char *text,
                 const struct err *err)
{
    json_t *result = json_object();
    views_put(result, key, name);
    views_put(result, "ok", json_boolean(err == NULL));
    views_put(result, "text", views_text(err == NULL ? text : err->text));
    if (err != NULL) {
        views_put(result, "code", views_text(err_code_name(err->code)));
        views_put(result, "hint", views_text(err->hint));
    }
    json_array_append_new(list, result);
}

void results_answer(struct api_request *request, json_t *list)
{
    json_t *answer = json_object();
    views_put(answer, "results", list);
    api_request_answer_committed(request, answer);
}

/* The ids are taken first: a change may end jobs that are not yet visited. */
static void collect(struct job_ids *ids, const struct sched *sched,
                    change_is_meant_f *is_meant)
{
    const struct job *job;
    int64_t id = 0;
    while ((job = sched_next_job(sched, id)) != NULL) {
        id = job->request.id;
        if (is_meant(job))
            job_ids_add(ids, id);
    }
}

void results_of_jobs(struct api_request *request, struct job_ids *ids,
                     change_is_meant_f *is_meant, change_f *change,
                     const void *what)
{
    struct manager *manager = request->api->manager;
    json_t *list = json_array();
    if (ids->is_all)
        collect(ids, manager->sched, is_meant);
    for (size_t i = 0; i < ids->n; i++) {
        struct err err = {0};
        struct strbuf text;
        strbuf_init(&text);
        int rc = change(manager, ids->ids[i], what, &text, &err);
        results_add(list, "id", json_integer(ids->ids[i]), text.text,
                    rc == 0 ? NULL : &err);
        strbuf_release(&text);
    }
    job_ids_release(ids);
    results_answer(request, list);
}
