/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests about the manager itself: status, reload, stop. The manager ends
 * after this turn, so the answer to stop is written at once (api_request.c).
 */
#include <stdlib.h>
#include <string.h>

#include "codec/state_json.h"
#include "manager/api_args.h"
#include "manager/api_handlers.h"
#include "manager/views_pool.h"

void api_get_status(struct api_request *request)
{
    struct views views;
    views_init(&views, request->api->manager);
    json_t *answer = view_status(&views);
    views_release(&views);
    api_request_answer(request, answer);
}

static json_t *simple_answer(const char *text)
{
    json_t *answer = json_object();
    views_put(answer, "ok", json_true());
    views_put(answer, "text", views_text(text));
    return answer;
}

/* The scheduler's whole state, as the snapshot has it; with everything that
 * made it in the journal. */
void api_get_state(struct api_request *request)
{
    char *text = state_to_text(request->api->manager->sched);
    json_t *answer = json_object();

    views_put(answer, "state", json_string(text));
    free(text);
    api_request_answer_committed(request, answer);
}

void api_post_reload(struct api_request *request)
{
    struct err err = {0};
    if (manager_reload(request->api->manager, &err) != 0)
        api_request_fail(request, &err);
    else
        api_request_answer_committed(request, simple_answer("read again"));
}

void api_post_stop(struct api_request *request)
{
    static const char *const keys[] = {"jobs"};
    struct err err = {0};
    const char *jobs = "keep";
    if (request->body != NULL &&
        (args_check(request, keys, 1, &err) != 0 ||
         args_string(request, "jobs", &jobs, &err) != 0)) {
        api_request_fail(request, &err);
        return;
    }
    bool is_cancelling = strcmp(jobs, "cancel") == 0;
    if (!is_cancelling && strcmp(jobs, "keep") != 0) {
        err_set(&err, ERR_INPUT, "jobs: \"keep\" or \"cancel\" expected");
        api_request_fail(request, &err);
        return;
    }
    manager_stop(request->api->manager, is_cancelling);
    json_t *answer = simple_answer(
        is_cancelling ? "stops when its jobs have ended" : "stops; jobs go on");
    /* a full disk must not keep anybody from stopping */
    if (request->api->manager->is_read_only)
        api_request_answer(request, answer);
    else
        api_request_answer_committed(request, answer);
}
