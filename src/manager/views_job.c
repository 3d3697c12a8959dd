/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Live jobs are told from the core's numbers; an ended job is its row in the
 * history and its spec, so an update of its size or walltime is not seen there.
 */
#include "manager/views_job.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "manager/job_cache.h"
#include "manager/job_dir.h"
#include "manager/output_path.h"
#include "manager/time_limit.h"
#include "manager/turn.h"
#include "manager/views_why.h"
#include "store/state_dir.h"

static json_t *positive_or_null(int64_t n)
{
    return n > 0 ? json_integer(n) : NULL;
}

/* ---- from the spec ---- */

static json_t *path_of(const struct views *views, const struct job_spec *spec,
                       const char *pattern, int64_t id, uint32_t attempt)
{
    struct output_place place = {
        .pattern = pattern,
        .output_dir = views->manager->options.output_dir,
        .cwd = spec->cwd == NULL ? "/" : spec->cwd,
        .id = id,
        .attempt = attempt,
        .name = spec->name,
    };
    char *path = output_path(&place);
    json_t *value = views_text(path);
    free(path);
    return value;
}

static void put_spec(json_t *object, const struct views *views,
                     const struct job_spec *spec, int64_t id, uint32_t attempt)
{
    const char *err_path =
        spec->stderr_path == NULL ? spec->stdout_path : spec->stderr_path;
    views_put(object, "command", views_text(spec->command));
    views_put(object, "cwd", views_text(spec->cwd));
    views_put(object, "stdout",
              path_of(views, spec, spec->stdout_path, id, attempt));
    views_put(object, "stderr", path_of(views, spec, err_path, id, attempt));
    views_put(object, "mailbox", NULL);
    views_put(object, "label", views_text(spec->label));
}

static void put_spec_of(json_t *object, const struct views *views,
                        const struct job *job)
{
    int64_t id = job->request.id;
    char *text = turn_job_spec(views->manager->turn, id, NULL);
    struct job_spec spec;
    if (text != NULL && job_spec_from_text(text, &spec, NULL) == 0) {
        put_spec(object, views, &spec, id, job->attempt);
        job_spec_release(&spec);
    }
    free(text);
}

static void put_request(json_t *object, const struct job_request *request)
{
    views_put(object, "kind", views_text(job_kind_name(request->kind)));
    views_put(object, "resize", views_text(resize_mode_name(request->resize)));
    views_put(object, "min_nodes", json_integer(request->min_nodes));
    views_put(object, "max_nodes", json_integer(request->max_nodes));
    views_put(object, "pref_nodes", positive_or_null(request->pref_nodes));
    views_put(object, "priority", json_integer(request->priority));
    views_put(object, "walltime", views_seconds(request->walltime));
    views_put(object, "walltime_scales",
              json_boolean(request->walltime_scales));
    views_put(object, "expected_time",
              request->expected > 0 ? views_seconds(request->expected) : NULL);
    views_put(object, "resize_cost",
              request->resize_cost > 0 ? views_seconds(request->resize_cost)
                                       : NULL);
}

/* ---- live ---- */

static json_t *view_directive(const struct views *views,
                              const struct directive *directive)
{
    json_t *object = json_object();
    views_put(object, "seq", json_integer((json_int_t)directive->seq));
    views_put(object, "op",
              views_text(directive->op == DIRECTIVE_GROW ? "grow" : "shrink"));
    views_put(object, "state",
              views_text(directive_state_name(directive->state)));
    views_put(object, "asked_by", views_text(asker_name(directive->asker)));
    views_put_nodes(object, views, &directive->delta);
    views_put(object, "offered", views_time(directive->offered));
    views_put(object, "done_by", views_time(directive->done_by));
    views_put(object, "for_job", positive_or_null(directive->for_job));
    return object;
}

static void put_reason(json_t *object, const struct views *views,
                       const struct job *job)
{
    struct view_reason reason;
    view_reason(&reason, views, job);
    views_put(object, "reason", views_text(pending_reason_name(reason.reason)));
    views_put(object, "reason_text", views_text(reason.text.text));
    views_put(object, "expected_start", views_time(reason.expected_start));
    views_put(object, "position", positive_or_null(reason.position));
    view_reason_release(&reason);
}

/* A pending job has all of its walltime left. */
static void put_live_times(json_t *object, const struct views *views,
                           const struct job *job)
{
    dur_us elapsed = 0, left = TIME_NEVER;
    if (job->started > 0 && views->now > job->started)
        elapsed = views->now - job->started;
    time_us end = job->started > 0 ? time_limit_end(views->manager, job) : 0;
    if (job->started > 0 && end != TIME_NEVER)
        left = end > views->now ? end - views->now : 0;
    else if (job->started == 0)
        left = job->request.walltime;
    views_put(object, "elapsed", views_seconds(elapsed));
    views_put(object, "time_left", views_seconds(left));
    views_put(object, "submitted", views_time(job->submitted));
    views_put(object, "started", views_time(job->started));
    views_put(object, "ended", NULL);
    views_put(object, "attempt", json_integer(job->attempt));
    views_put(object, "restarts",
              json_integer(job->attempt > 0 ? job->attempt - 1 : 0));
}

static json_t *live_dependencies(const struct job_request *request)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < request->n_after; i++)
        json_array_append_new(
            list,
            json_pack("{s:I, s:s}", "id", (json_int_t)request->after[i].id,
                      "kind", dependency_kind_name(request->after[i].kind)));
    return list;
}

/* It is there from the first start on. */
static void put_mailbox(json_t *object, const struct views *views,
                        const struct job *job)
{
    struct strbuf path;
    strbuf_init(&path);
    if (views->manager->state_dir != NULL &&
        (job_is_active(job) || job->attempt > 1))
        strbuf_add_fmt(&path, "%s/" JOB_DIR_FOLDER "/%lld",
                       views->manager->state_dir->path,
                       (long long)job->request.id);
    views_put(object, "mailbox", path.len > 0 ? views_text(path.text) : NULL);
    strbuf_release(&path);
}

json_t *view_live_job(const struct views *views, const struct job *job,
                      bool is_full)
{
    const struct job_request *request = &job->request;
    json_t *object = json_object();
    bool is_pending = job->state == JOB_PENDING;
    views_put(object, "id", json_integer(request->id));
    views_put(object, "name",
              views_text(job_cache_name(views->manager->jobs, request->id)));
    views_put(object, "state",
              views_text(is_pending ? "pending" : job_display_state(job)));
    views_put(object, "held", json_boolean(request->hold));
    put_request(object, request);
    put_reason(object, views, job);
    views_put_nodes(object, views, &job->nodes);
    views_put(object, "n_nodes", json_integer(idset_count(&job->nodes)));
    put_live_times(object, views, job);
    views_put(object, "exit_code", NULL);
    views_put(object, "signal", NULL);
    views_put(object, "ended_by",
              views_text(job->ending == ENDING_NOT
                             ? ""
                             : job_ending_name(job->ending)));
    views_put(object, "after", live_dependencies(request));
    views_put(object, "directive",
              job_has_open_directive(job)
                  ? view_directive(views, &job->directive)
                  : NULL);
    if (is_full) {
        put_spec_of(object, views, job);
        put_mailbox(object, views, job);
    }
    return object;
}

/* ---- ended ---- */

static json_t *name_list(const char *expression)
{
    json_t *list = json_array();
    struct hostlist names;
    hostlist_init(&names);
    if (expression[0] != '\0' && hostlist_parse(&names, expression, NULL) == 0)
        for (size_t i = 0; i < names.n; i++)
            json_array_append_new(list, views_text(names.names[i]));
    hostlist_release(&names);
    return list;
}

static int add_phase(void *context, const struct history_phase *phase)
{
    json_t *object = json_object();
    views_put(object, "attempt", json_integer(phase->attempt));
    views_put(object, "phase", json_integer(phase->phase));
    views_put(object, "start", views_time(phase->start));
    views_put(object, "end", views_time(phase->end));
    views_put(object, "n_nodes", json_integer(phase->n_nodes));
    views_put(object, "nodelist", views_text(phase->nodes));
    views_put(object, "nodes", name_list(phase->nodes));
    views_put(object, "why", views_text(phase->why));
    json_array_append_new(context, object);
    return 0;
}

json_t *view_phases(const struct views *views, int64_t id)
{
    json_t *list = json_array();
    store_each_phase(views->manager->store, id, add_phase, list, NULL);
    return list;
}

/* Its nodes are those it had last. */
static void put_last_nodes(json_t *object, const struct views *views,
                           int64_t id)
{
    json_t *phases = view_phases(views, id);
    size_t n = json_array_size(phases);
    json_t *last = n > 0 ? json_array_get(phases, n - 1) : NULL;
    static const char *const keys[] = {"nodes", "nodelist", "n_nodes"};
    for (int i = 0; i < 3; i++)
        views_put(object, keys[i],
                  last != NULL ? json_incref(json_object_get(last, keys[i]))
                  : i == 0     ? json_array()
                  : i == 1     ? json_string("")
                               : json_integer(0));
    json_decref(phases);
}

static json_t *spec_dependencies(const struct job_spec *spec)
{
    json_t *list = json_array();
    for (size_t i = 0; i < spec->n_after; i++) {
        json_t *object = json_object();
        views_put(object, "id", positive_or_null(atoll(spec->after[i].on)));
        views_put(object, "on", views_text(spec->after[i].on));
        views_put(object, "kind",
                  views_text(dependency_kind_name(spec->after[i].kind)));
        json_array_append_new(list, object);
    }
    return list;
}

/* A job that never started has no exit. */
static void put_ended_times(json_t *object, const struct history_job *row)
{
    views_put(object, "elapsed",
              views_seconds(row->started > 0 ? row->ended - row->started : 0));
    views_put(object, "time_left", NULL);
    views_put(object, "submitted", views_time(row->submitted));
    views_put(object, "started", views_time(row->started));
    views_put(object, "ended", views_time(row->ended));
    views_put(object, "attempt", json_integer(row->attempt));
    views_put(object, "restarts",
              json_integer(row->attempt > 0 ? row->attempt - 1 : 0));
    views_put(object, "exit_code",
              row->started > 0 ? json_integer(row->code) : NULL);
    views_put(object, "signal",
              row->started > 0 ? json_integer(row->signal) : NULL);
    views_put(object, "ended_by",
              views_text(row->ended_by == NULL ? "" : row->ended_by));
}

json_t *view_ended_job(const struct views *views, const struct history_job *row)
{
    json_t *object = json_object();
    struct job_spec spec;
    /* a damaged row still shows what it has */
    if (job_spec_from_text(row->spec, &spec, NULL) != 0)
        job_spec_init(&spec);
    views_put(object, "id", json_integer(row->id));
    views_put(object, "name", views_text(row->name == NULL ? "" : row->name));
    views_put(object, "state", views_text(row->state));
    views_put(object, "held", json_false());
    put_request(object, &spec.request);
    views_put(object, "reason", views_text(pending_reason_name(REASON_NONE)));
    views_put(object, "reason_text", json_string(""));
    views_put(object, "expected_start", NULL);
    views_put(object, "position", NULL);
    put_last_nodes(object, views, row->id);
    put_ended_times(object, row);
    views_put(object, "after", spec_dependencies(&spec));
    views_put(object, "directive", NULL);
    put_spec(object, views, &spec, row->id, row->attempt);
    job_spec_release(&spec);
    return object;
}

static json_t *seconds_of(int64_t microseconds)
{
    return json_real((double)microseconds / (double)USEC_PER_SEC);
}

void view_add_accounts(json_t *object, const struct history_job *row)
{
    bool is_run = row->first_started > 0;
    views_put(object, "wait",
              is_run ? seconds_of(row->first_started - row->submitted) : NULL);
    views_put(object, "run",
              is_run && row->started > 0 ? seconds_of(row->ended - row->started)
                                         : NULL);
    views_put(object, "node_seconds", seconds_of(row->node_us));
    views_put(object, "user_seconds", seconds_of(row->usage.user_us));
    views_put(object, "system_seconds", seconds_of(row->usage.system_us));
    views_put(object, "max_rss_kib", json_integer(row->usage.max_rss_kib));
}

/* ---- either ---- */

struct ended_search {
    const struct views *views;
    const char *outcome;
    json_t *found; /* owned by who asks */
};

/* The core knows the end a moment before the history does. */
static int take_ended(void *context, const struct history_job *row)
{
    struct ended_search *search = context;
    struct history_job copy = *row;
    if (copy.state == NULL)
        copy.state = search->outcome;
    search->found = view_ended_job(search->views, &copy);
    return 0;
}

json_t *view_any_job(const struct views *views, int64_t id, struct err *err)
{
    const struct sched *sched = views->manager->sched;
    const struct job *job = sched_job(sched, id);
    enum job_state state;
    if (job != NULL)
        return view_live_job(views, job, true);
    if (!sched_outcome(sched, id, &state)) {
        err_set(err, ERR_NOT_FOUND, "no job %lld", (long long)id);
        return NULL;
    }
    struct ended_search search = {.views = views,
                                  .outcome = job_state_name(state)};
    store_view_job(views->manager->store, id, take_ended, &search, NULL);
    if (search.found == NULL)
        take_ended(&search, &(struct history_job){.id = id, .spec = "{}"});
    return search.found;
}
