/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests that change jobs: cancel, hold, release, requeue, update.
 *
 * Whether a job can be changed so is the core's to say, and its words are
 * passed on; here is only what the core cannot know: signals, spans that are
 * added, and that a walltime in the past is most likely a mistake.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "core/walltime.h"
#include "manager/api_handlers.h"
#include "manager/api_results.h"
#include "manager/parts.h"

static int step(struct manager *manager, struct event *event, int64_t id,
                struct err *err)
{
    event->job = id;
    return manager_event(manager, event, err);
}

/* What "all" means to each verb. */
static bool is_any(const struct job *job)
{
    (void)job;
    return true;
}

/* ---- cancel ---- */

struct cancel {
    int signal; /* 0: cancel */
    dur_us grace;
    const char *reason;
};

/* "USR1", "SIGUSR1" or "10"; 0 for an unknown one. */
static int parse_signal(const char *name)
{
    char *end;
    long number = strtol(name, &end, 10);
    if (end != name && *end == '\0')
        return number >= 1 && number < NSIG ? (int)number : 0;
    if (strncmp(name, "SIG", 3) == 0)
        name += 3;
    for (int i = 1; i < NSIG; i++) {
        const char *known = sigabbrev_np(i);
        if (known != NULL && strcmp(known, name) == 0)
            return i;
    }
    return 0;
}

/* Signals pass the core by: they change nothing that it knows. */
static int send_signal(struct manager *manager, int64_t id, int signal,
                       struct strbuf *text, struct err *err)
{
    const struct job *job = sched_job(manager->sched, id);
    enum job_state state;
    if (job == NULL && !sched_outcome(manager->sched, id, &state))
        return err_set(err, ERR_NOT_FOUND, "no job %" PRId64, id);
    if (job == NULL || job->state == JOB_PENDING)
        return err_set(err, ERR_CONFLICT, "job %" PRId64 " is %s, not running",
                       id, job_state_name(job == NULL ? state : JOB_PENDING));
    if (parts_signal_attempt(manager, job, signal, err) != 0)
        return -1;
    strbuf_add_fmt(text, "sent %s",
                   sigabbrev_np(signal) == NULL ? "the signal"
                                                : sigabbrev_np(signal));
    return 0;
}

static int cancel(struct manager *manager, int64_t id, const void *what,
                  struct strbuf *text, struct err *err)
{
    const struct cancel *cancel = what;
    if (cancel->signal != 0)
        return send_signal(manager, id, cancel->signal, text, err);
    struct event event;
    event_init(&event, EV_CANCEL, manager_now(manager));
    event.duration = cancel->grace;
    if (step(manager, &event, id, err) != 0)
        return -1;
    log_info(&manager->log, "job %" PRId64 ": cancel asked for%s%.200s", id,
             cancel->reason[0] == '\0' ? "" : ": ", cancel->reason);
    strbuf_add_str(text, sched_job(manager->sched, id) == NULL
                             ? "cancelled"
                             : "is being ended");
    return 0;
}

static bool is_running(const struct job *job)
{
    return job_is_active(job);
}

void api_post_cancel(struct api_request *request)
{
    static const char *const keys[] = {"ids", "all", "signal", "grace",
                                       "reason"};
    struct err err = {0};
    struct job_ids ids = {0};
    struct cancel cancel_what = {.reason = ""};
    const char *signal = NULL;
    if (args_check(request, keys, 5, &err) != 0 ||
        args_ids(request, &ids, &err) != 0 ||
        args_string(request, "signal", &signal, &err) != 0 ||
        args_seconds(request, "grace", 0, &cancel_what.grace, &err) != 0 ||
        args_string(request, "reason", &cancel_what.reason, &err) != 0)
        goto error;
    if (signal != NULL && (cancel_what.signal = parse_signal(signal)) == 0) {
        err_set(&err, ERR_INPUT, "signal: '%.40s' is no signal", signal);
        err_hint(&err, "a name like USR1 or a number");
        goto error;
    }
    results_of_jobs(request, &ids, signal == NULL ? is_any : is_running, cancel,
                    &cancel_what);
    return;
error:
    job_ids_release(&ids);
    api_request_fail(request, &err);
}

/* ---- hold, release, requeue: one event, no more to say ---- */

struct simple {
    enum event_type type;
    const char *done;
};

static int do_simple(struct manager *manager, int64_t id, const void *what,
                     struct strbuf *text, struct err *err)
{
    const struct simple *simple = what;
    struct event event;
    event_init(&event, simple->type, manager_now(manager));
    if (step(manager, &event, id, err) != 0)
        return -1;
    strbuf_add_str(text, simple->done);
    return 0;
}

static void answer_simple(struct api_request *request,
                          change_is_meant_f *is_meant,
                          const struct simple *simple)
{
    static const char *const keys[] = {"ids", "all"};
    struct err err = {0};
    struct job_ids ids = {0};
    if (args_check(request, keys, 2, &err) != 0 ||
        args_ids(request, &ids, &err) != 0) {
        job_ids_release(&ids);
        api_request_fail(request, &err);
        return;
    }
    results_of_jobs(request, &ids, is_meant, do_simple, simple);
}

static bool is_not_held(const struct job *job)
{
    return job->state == JOB_PENDING && !job->request.hold;
}

static bool is_held(const struct job *job)
{
    return job->state == JOB_PENDING && job->request.hold;
}

void api_post_hold(struct api_request *request)
{
    static const struct simple hold = {EV_HOLD, "held"};
    answer_simple(request, is_not_held, &hold);
}

void api_post_release(struct api_request *request)
{
    static const struct simple release = {EV_RELEASE, "released"};
    answer_simple(request, is_held, &release);
}

void api_post_requeue(struct api_request *request)
{
    static const struct simple requeue = {EV_REQUEUE, "goes back to the queue"};
    answer_simple(request, is_running, &requeue);
}

/* ---- update ---- */

#define NO_PRIORITY INT64_MAX

struct update {
    int64_t priority, min_nodes, max_nodes; /* as below, 0: not given */
    dur_us walltime, begin;                 /* < 0: not given */
    dur_us walltime_add;                    /* 0: not given */
};

/* A walltime that is over already would end the job: that is what cancel is
 * for. */
static int set_walltime(struct job_update *out, const struct update *update,
                        const struct job *job, time_us now, struct err *err)
{
    dur_us walltime = update->walltime;
    if (update->walltime_add != 0) {
        if (job->request.walltime == TIME_NEVER)
            return err_set(err, ERR_CONFLICT,
                           "job %" PRId64 " has no walltime to add to",
                           job->request.id);
        walltime = job->request.walltime + update->walltime_add;
    }
    if (walltime < 0)
        walltime = 0;
    if (walltime <= 0 ||
        (job->started > 0 && walltime_new_end(job, walltime) <= now)) {
        char run[DURATION_TEXT_MAX], asked[DURATION_TEXT_MAX];
        dur_us elapsed = job->started > 0 ? now - job->started : 0;
        err_set(err, ERR_CONFLICT,
                "job %" PRId64 " has run for %s: a walltime of %s would end it",
                job->request.id, duration_human(elapsed, run),
                duration_human(walltime, asked));
        return err_hint(err, "to end it: erm cancel %" PRId64, job->request.id);
    }
    out->changes |= CHANGE_WALLTIME;
    out->walltime = walltime;
    return 0;
}

/* One end alone moves that end. */
static void set_nodes(struct job_update *out, const struct update *update,
                      const struct job_request *request)
{
    out->changes |= CHANGE_NODES;
    out->min_nodes = update->min_nodes > 0 ? (uint32_t)update->min_nodes
                                           : request->min_nodes;
    out->max_nodes = update->max_nodes > 0 ? (uint32_t)update->max_nodes
                                           : request->max_nodes;
    /* a preference that does not fit any more is dropped */
    if (request->pref_nodes >= out->min_nodes &&
        request->pref_nodes <= out->max_nodes)
        out->pref_nodes = request->pref_nodes;
}

/* "priority 5, walltime 10:00": what was changed, as it is now. */
static void tell_update(struct strbuf *text, const struct job_update *update)
{
    char span[DURATION_TEXT_MAX];
    const char *comma = "";
    if (update->changes & CHANGE_PRIORITY) {
        strbuf_add_fmt(text, "priority %d", (int)update->priority);
        comma = ", ";
    }
    if (update->changes & CHANGE_WALLTIME) {
        strbuf_add_fmt(text, "%swalltime %s", comma,
                       duration_format(update->walltime, span));
        comma = ", ";
    }
    if (update->changes & CHANGE_NODES) {
        strbuf_add_fmt(text, "%snodes %u-%u", comma, update->min_nodes,
                       update->max_nodes);
        comma = ", ";
    }
    if (update->changes & CHANGE_BEGIN)
        strbuf_add_fmt(text, "%sbegin changed", comma);
}

static int change_job(struct manager *manager, int64_t id, const void *what,
                      struct strbuf *text, struct err *err)
{
    const struct update *update = what;
    time_us now = manager_now(manager);
    const struct job *job = sched_job(manager->sched, id);
    struct event event;
    event_init(&event, EV_UPDATE, now);
    struct job_update *out = &event.update;
    /* without a job the core's check gives the words */
    if (job != NULL) {
        if ((update->walltime >= 0 || update->walltime_add != 0) &&
            set_walltime(out, update, job, now, err) != 0)
            return -1;
        if (update->min_nodes > 0 || update->max_nodes > 0)
            set_nodes(out, update, &job->request);
    }
    if (update->priority != NO_PRIORITY) {
        out->changes |= CHANGE_PRIORITY;
        out->priority = (int32_t)update->priority;
    }
    if (update->begin >= 0) {
        out->changes |= CHANGE_BEGIN;
        out->begin = update->begin == 0 ? 0 : time_add(now, update->begin);
    }
    struct job_update done = *out;
    if (step(manager, &event, id, err) != 0)
        return -1;
    tell_update(text, &done);
    return 0;
}

static int read_update(const struct api_request *request, struct update *update,
                       struct err *err)
{
    *update =
        (struct update){.priority = NO_PRIORITY, .walltime = -1, .begin = -1};
    if (args_int(request, "priority", -1000000, 1000000, &update->priority,
                 err) != 0 ||
        args_int(request, "min_nodes", 1, 100000, &update->min_nodes, err) !=
            0 ||
        args_int(request, "max_nodes", 1, 100000, &update->max_nodes, err) !=
            0 ||
        args_seconds(request, "walltime", 0, &update->walltime, err) != 0 ||
        args_seconds(request, "walltime_add", -DURATION_MAX,
                     &update->walltime_add, err) != 0 ||
        args_seconds(request, "begin", 0, &update->begin, err) != 0)
        return -1;
    if (update->walltime >= 0 && update->walltime_add != 0)
        return err_set(err, ERR_INPUT,
                       "only one of walltime and walltime_add can be given");
    if (update->priority == NO_PRIORITY && update->min_nodes == 0 &&
        update->max_nodes == 0 && update->walltime < 0 &&
        update->walltime_add == 0 && update->begin < 0)
        return err_set(err, ERR_INPUT, "nothing to change was given");
    return 0;
}

void api_post_update(struct api_request *request)
{
    static const char *const keys[] = {"ids",       "all",          "priority",
                                       "walltime",  "walltime_add", "min_nodes",
                                       "max_nodes", "begin"};
    struct err err = {0};
    struct job_ids ids = {0};
    struct update update;
    if (args_check(request, keys, 8, &err) != 0 ||
        args_ids(request, &ids, &err) != 0 ||
        read_update(request, &update, &err) != 0) {
        job_ids_release(&ids);
        api_request_fail(request, &err);
        return;
    }
    results_of_jobs(request, &ids, is_any, change_job, &update);
}
