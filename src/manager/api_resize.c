/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests that resize jobs: expand by N, shrink by N, resize to N; by number
 * or by node names. Rules: doc/elastic.md; the core refuses what they forbid.
 */
#include <inttypes.h>
#include <string.h>

#include "manager/api_handlers.h"
#include "manager/api_results.h"
#include "manager/node_names.h"
#include "manager/views.h"

enum verb { VERB_EXPAND, VERB_SHRINK, VERB_RESIZE };

struct resize {
    enum verb verb;
    int64_t n; /* 0: by names */
    struct idset nodes;
    dur_us deadline; /* 0: the job's own */
};

static bool is_elastic(const struct job *job)
{
    return job->state == JOB_RUNNING && (job->request.kind == JOB_ELASTIC ||
                                         job->request.kind == JOB_EVOLVING);
}

/* "resize to N" in the core's terms: by how many, which way. */
static int set_target(struct event *event, const struct job *job, int64_t n,
                      struct err *err)
{
    uint32_t has = idset_count(&job->nodes);
    if (job_is_active(job) && n == has)
        return err_set(err, ERR_CONFLICT,
                       "job %" PRId64 " has %" PRIu32 " nodes already",
                       job->request.id, has);
    event->op = n > has ? DIRECTIVE_GROW : DIRECTIVE_SHRINK;
    event->n = n > has ? (uint32_t)n - has : has - (uint32_t)n;
    return 0;
}

/* "expand 2 -> 4 (n[3-4]) offered" */
static void tell_offer(struct strbuf *text, const struct manager *manager,
                       int64_t id)
{
    const struct job *job = sched_job(manager->sched, id);
    if (job == NULL || !job_has_open_directive(job)) {
        strbuf_add_str(text, "done");
        return;
    }
    const struct directive *directive = &job->directive;
    uint32_t has = idset_count(&job->nodes);
    uint32_t change = idset_count(&directive->delta);
    bool is_grow = directive->op == DIRECTIVE_GROW;
    strbuf_add_fmt(text, "%s %" PRIu32 " -> %" PRIu32 " (",
                   is_grow ? "expand" : "shrink", has,
                   is_grow ? has + change : has - change);
    node_names_format(manager->nodes, &directive->delta, text);
    strbuf_add_fmt(text, ") %s", directive_state_name(directive->state));
}

static int resize_job(struct manager *manager, int64_t id, const void *what,
                      struct strbuf *text, struct err *err)
{
    const struct resize *resize = what;
    const struct job *job = sched_job(manager->sched, id);
    struct event event;
    event_init(&event, EV_RESIZE_ASKED, manager_now(manager));
    event.job = id;
    event.asker = ASKED_BY_USER;
    event.duration = resize->deadline;
    event.op = resize->verb == VERB_EXPAND ? DIRECTIVE_GROW : DIRECTIVE_SHRINK;
    event.n = (uint32_t)resize->n;
    idset_copy(&event.nodes, &resize->nodes);
    if (resize->verb == VERB_RESIZE && job != NULL &&
        set_target(&event, job, resize->n, err) != 0) {
        event_release(&event);
        return -1;
    }
    if (manager_event(manager, &event, err) != 0)
        return -1;
    tell_offer(text, manager, id);
    return 0;
}

static int read_verb(const struct api_request *request, enum verb *out,
                     struct err *err)
{
    static const char *const names[] = {"expand", "shrink", "resize"};
    const char *op = "resize";
    if (args_string(request, "op", &op, err) != 0)
        return -1;
    for (int i = 0; i < 3; i++) {
        if (strcmp(op, names[i]) != 0)
            continue;
        *out = (enum verb)i;
        return 0;
    }
    return err_set(err, ERR_INPUT,
                   "op: \"expand\", \"shrink\" or \"resize\" expected");
}

static int read_resize(const struct api_request *request, struct resize *resize,
                       struct err *err)
{
    bool has_nodes = args_has(request, "nodes");
    if (read_verb(request, &resize->verb, err) != 0 ||
        args_int(request, "n", 1, 100000, &resize->n, err) != 0 ||
        args_seconds(request, "deadline", 0, &resize->deadline, err) != 0 ||
        args_nodes(request, "nodes", &resize->nodes, err) != 0)
        return -1;
    if (has_nodes && resize->verb == VERB_RESIZE) {
        err_set(err, ERR_INPUT, "nodes: only for \"expand\" and \"shrink\"");
        return err_hint(err, "give \"n\", the size that the job is to have");
    }
    if (resize->n == 0 && idset_is_empty(&resize->nodes))
        return err_set(err, ERR_INPUT, "one of \"n\" and \"nodes\" expected");
    if (has_nodes && resize->n != 0 && resize->n != idset_count(&resize->nodes))
        return err_set(err, ERR_INPUT,
                       "n is %" PRId64 ", but %" PRIu32 " nodes are named",
                       resize->n, idset_count(&resize->nodes));
    return 0;
}

void api_post_resize(struct api_request *request)
{
    static const char *const keys[] = {"ids", "all",   "op",
                                       "n",   "nodes", "deadline"};
    struct err err = {0};
    struct job_ids ids = {0};
    struct resize resize = {.n = 0};
    if (args_check(request, keys, 6, &err) != 0 ||
        args_ids(request, &ids, &err) != 0 ||
        read_resize(request, &resize, &err) != 0) {
        job_ids_release(&ids);
        api_request_fail(request, &err);
    } else {
        results_of_jobs(request, &ids, is_elastic, resize_job, &resize);
    }
    idset_release(&resize.nodes);
}
