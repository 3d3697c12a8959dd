/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The commands of a story. One function fills the event of each kind; the
 * table at the end says which.
 */
#include "command.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "question.h"
#include "words.h"

#define N_OF(array) (sizeof(array) / sizeof *(array))

typedef void fill_f(struct story *story, struct words *words,
                    struct event *event);

static void complain(struct words *words, const char *what, const char *word)
{
    if (words->err.code == ERR_NONE)
        err_set(&words->err, ERR_INPUT, "%s: %s", what, word);
}

/* The index of the value of KEY among the names, OTHERWISE without one. */
static int choose(struct words *words, const char *key,
                  const char *(*name)(int), int n, int otherwise)
{
    const char *value = words_value(words, key);

    if (value == NULL)
        return otherwise;
    for (int i = 0; i < n; i++) {
        if (strcmp(name(i), value) == 0)
            return i;
    }
    complain(words, "no such value", value);
    return otherwise;
}

static const char *kind_name(int i)
{
    return job_kind_name((enum job_kind)i);
}

static const char *resize_name(int i)
{
    return resize_mode_name((enum resize_mode)i);
}

static const char *loss_name(int i)
{
    return loss_rule_name((enum loss_rule)i);
}

static const char *deadline_name(int i)
{
    return deadline_action_name((enum deadline_action)i);
}

static const char *asker_word(int i)
{
    return asker_name((enum asker)i);
}

static const char *cause_name(int i)
{
    static const char *const names[] = {"self", "walltime", "request",
                                        "node_lost"};

    return names[i];
}

static void fill_set(struct words *words, const char *text, struct idset *set)
{
    if (text == NULL || set_parse(text, set) < 0)
        complain(words, "no set of nodes", text == NULL ? "" : text);
}

/* ---- jobs ---- */

static void fill_job(struct story *story, struct words *words,
                     struct event *event)
{
    (void)story;
    event->job = words_next_number(words);
}

/* "ok:1,any:2" */
static void fill_after(struct words *words, struct job_request *request)
{
    const char *text = words_value(words, "after");

    while (text != NULL && *text != '\0') {
        struct job_dependency dependency = {.kind = AFTER_OK};
        int length = 0;
        char kind[8];

        if (sscanf(text, "%7[a-z]:%" SCNd64 "%n", kind, &dependency.id,
                   &length) < 2) {
            complain(words, "no dependency", text);
            return;
        }
        while (dependency.kind < AFTER_NOT_OK &&
               strcmp(kind, dependency_kind_name(dependency.kind)) != 0)
            dependency.kind++;
        request->after =
            mem_resize(request->after, request->n_after + 1, sizeof dependency);
        request->after[request->n_after++] = dependency;
        text += length;
        text += *text == ',';
    }
}

/* "1:100,2:60": seconds by nodes. */
static void fill_runtimes(struct words *words, struct job_request *request)
{
    const char *text = words_value(words, "runtimes");

    while (text != NULL && *text != '\0') {
        struct job_runtime *entry;
        uint32_t nodes;
        long seconds;
        int length = 0;

        if (sscanf(text, "%" SCNu32 ":%ld%n", &nodes, &seconds, &length) < 2) {
            complain(words, "no run times", text);
            return;
        }
        request->runtimes = mem_resize(request->runtimes,
                                       request->n_runtimes + 1, sizeof *entry);
        entry = &request->runtimes[request->n_runtimes++];
        *entry = (struct job_runtime){nodes, seconds * USEC_PER_SEC};
        text += length;
        text += *text == ',';
    }
}

static void fill_times(struct words *words, struct job_request *request)
{
    dur_us begin = words_span(words, "begin", -1);

    if (begin >= 0)
        request->begin = STORY_START + begin;
    request->walltime = words_span(words, "wall", TIME_NEVER);
    request->accept_within = words_span(words, "accept", 0);
    request->done_within = words_span(words, "done", 0);
    request->cooldown = words_span(words, "cooldown", -1);
    request->resize_cost = words_span(words, "resize_cost", 0);
    request->expected = words_span(words, "expected", 0);
}

static void fill_submit(struct story *story, struct words *words,
                        struct event *event)
{
    struct job_request *request = &event->request;
    int64_t n;

    (void)story;
    job_request_init(request);
    request->id = words_next_number(words);
    for (int i = 0; i <= (int)JOB_EVOLVING; i++) {
        if (words_has(words, kind_name(i)))
            request->kind = (enum job_kind)i;
    }
    n = words_number(words, "nodes", 1);
    request->min_nodes = (uint32_t)words_number(words, "min", n);
    n = words_number(words, "max", request->min_nodes);
    request->max_nodes = (uint32_t)n;
    request->pref_nodes = (uint32_t)words_number(words, "pref", 0);
    request->priority = (int32_t)words_number(words, "prio", 0);
    request->serial_fraction = words_real(words, "serial", 0.1);
    request->hold = words_has(words, "held");
    request->requeue = words_has(words, "requeue");
    request->walltime_scales = words_has(words, "scales");
    request->resize = (enum resize_mode)choose(words, "resize", resize_name,
                                               RESIZE_WORKERS + 1, 0);
    request->on_deadline = (enum deadline_action)choose(
        words, "on_deadline", deadline_name, DEADLINE_CANCEL + 1, 0);
    request->loss =
        (enum loss_rule)choose(words, "loss", loss_name, LOSS_RESTARTS + 1, 0);
    fill_times(words, request);
    fill_after(words, request);
    fill_runtimes(words, request);
}

static void fill_update(struct story *story, struct words *words,
                        struct event *event)
{
    struct job_update *update = &event->update;
    const int64_t none = INT64_MIN;
    int64_t priority = words_number(words, "prio", none);
    int64_t min = words_number(words, "min", none);
    dur_us begin = words_span(words, "begin", none);

    fill_job(story, words, event);
    update->walltime = words_span(words, "wall", none);
    update->changes = (priority != none ? CHANGE_PRIORITY : 0u) |
                      (update->walltime != none ? CHANGE_WALLTIME : 0u) |
                      (min != none ? CHANGE_NODES : 0u) |
                      (begin != none ? CHANGE_BEGIN : 0u);
    update->priority = (int32_t)priority;
    update->min_nodes = (uint32_t)min;
    update->max_nodes = (uint32_t)words_number(words, "max", min);
    update->pref_nodes = (uint32_t)words_number(words, "pref", 0);
    update->begin = STORY_START + begin;
}

static void fill_cancel(struct story *story, struct words *words,
                        struct event *event)
{
    fill_job(story, words, event);
    event->duration = words_span(words, "grace", 0);
}

/* The attempt is the job's present one unless the story says otherwise. */
static void fill_attempt(struct story *story, struct words *words,
                         struct event *event)
{
    const struct job *job;

    fill_job(story, words, event);
    job = sched_job(story->sched, event->job);
    event->attempt = (uint32_t)words_number(words, "attempt",
                                            job == NULL ? 1 : job->attempt);
    event->is_final = words_has(words, "final");
    event->exit =
        (enum exit_cause)choose(words, "by", cause_name, 4, EXITED_BY_ITSELF);
    event->code = (int)words_number(words, "code", 0);
    event->signal = (int)words_number(words, "signal", 0);
}

/* ---- nodes ---- */

static void fill_nodes(struct story *story, struct words *words,
                       struct event *event)
{
    const char *set = words_next(words);

    (void)story;
    if (set == NULL || strcmp(set, "none") != 0)
        fill_set(words, set, &event->nodes);
}

/* nodes 4: the pool is 0-3. */
static void fill_pool_size(struct story *story, struct words *words,
                           struct event *event)
{
    int64_t n = words_next_number(words);

    (void)story;
    if (n > 0)
        idset_add_range(&event->nodes, 0, (uint32_t)n - 1);
}

/* ---- directives ---- */

static void fill_resize(struct story *story, struct words *words,
                        struct event *event)
{
    const char *nodes = words_value(words, "nodes");

    fill_job(story, words, event);
    if (nodes != NULL)
        fill_set(words, nodes, &event->nodes);
    else
        event->n = (uint32_t)words_next_number(words);
    event->asker =
        (enum asker)choose(words, "by", asker_word, 3, ASKED_BY_USER);
    event->duration = words_span(words, "within", 0);
    event->n_min = (uint32_t)words_number(words, "least", 0);
    event->wait = words_span(words, "wait", 0);
    event->seq = (uint64_t)words_number(words, "wish", 0);
}

static void fill_expand(struct story *story, struct words *words,
                        struct event *event)
{
    event->op = DIRECTIVE_GROW;
    fill_resize(story, words, event);
}

static void fill_shrink(struct story *story, struct words *words,
                        struct event *event)
{
    event->op = DIRECTIVE_SHRINK;
    fill_resize(story, words, event);
}

/* The seq is that of the job's last directive unless the story says otherwise.
 */
static void fill_answer(struct story *story, struct words *words,
                        struct event *event)
{
    const struct job *job;
    const char *nodes;

    fill_job(story, words, event);
    job = sched_job(story->sched, event->job);
    event->seq = (uint64_t)words_number(
        words, "seq", job == NULL ? 0 : (int64_t)job->directive.seq);
    event->duration = words_span(words, "retry", 0);
    event->is_found = words_has(words, "found");
    nodes = event->type == EV_DONE ? words_value(words, "nodes") : NULL;
    if (nodes != NULL)
        fill_set(words, nodes, &event->nodes);
    if (event->type == EV_WITHDRAWN && !event->is_found &&
        !words_has(words, "gone"))
        complain(words, "say found or gone", "withdrawn");
}

/* progress 1 at=0.25 */
static void fill_progress(struct story *story, struct words *words,
                          struct event *event)
{
    fill_job(story, words, event);
    event->n = (uint32_t)(words_real(words, "at", 0) * PROGRESS_WHOLE + 0.5);
}

static void fill_nothing(struct story *story, struct words *words,
                         struct event *event)
{
    (void)story;
    (void)words;
    (void)event;
}

static const struct command {
    const char *name;
    enum event_type type;
    fill_f *fill;
} commands[] = {
    {"submit", EV_SUBMIT, fill_submit},
    {"update", EV_UPDATE, fill_update},
    {"hold", EV_HOLD, fill_job},
    {"release", EV_RELEASE, fill_job},
    {"cancel", EV_CANCEL, fill_cancel},
    {"requeue", EV_REQUEUE, fill_job},
    {"started", EV_STARTED, fill_attempt},
    {"start_failed", EV_START_FAILED, fill_attempt},
    {"exited", EV_EXITED, fill_attempt},
    {"lost", EV_LOST, fill_attempt},
    {"nodes", EV_POOL_CHANGED, fill_pool_size},
    {"pool", EV_POOL_CHANGED, fill_nodes},
    {"node_up", EV_NODE_UP, fill_nodes},
    {"node_down", EV_NODE_DOWN, fill_nodes},
    {"drain", EV_DRAIN, fill_nodes},
    {"undrain", EV_UNDRAIN, fill_nodes},
    {"expand", EV_RESIZE_ASKED, fill_expand},
    {"shrink", EV_RESIZE_ASKED, fill_shrink},
    {"shown", EV_SHOWN, fill_answer},
    {"accepted", EV_ACCEPTED, fill_answer},
    {"refused", EV_REFUSED, fill_answer},
    {"progressed", EV_PROGRESSED, fill_answer},
    {"done", EV_DONE, fill_answer},
    {"failed", EV_FAILED, fill_answer},
    {"withdrawn", EV_WITHDRAWN, fill_answer},
    {"forced", EV_FORCED, fill_answer},
    {"progress", EV_PROGRESS, fill_progress},
    {"timer", EV_TIMER, fill_nothing},
};

static int run_event(struct story *story, const struct command *command,
                     struct words *words, struct err *err)
{
    struct event event;

    event_init(&event, command->type, story->now);
    command->fill(story, words, &event);
    event.more = words_has(words, "more");
    if (words_end(words, err) == 0)
        return story_feed(story, &event, err);
    event_release(&event);
    return -1;
}

int command_run(struct story *story, const char *text, struct err *err)
{
    struct words words;
    const char *name;

    words_split(&words, text);
    name = words_next(&words);
    if (name == NULL)
        return words_end(&words, err);
    for (size_t i = 0; i < N_OF(commands); i++) {
        if (strcmp(commands[i].name, name) == 0)
            return run_event(story, &commands[i], &words, err);
    }
    return question_run(story, name, &words, err);
}
