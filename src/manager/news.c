/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The wording is the seed's where it has one: "Scheduler woke up", "Scheduling
 * attempt", "Nodes Allocated", "Nodes Freed", "[Elastic Scaling]".
 */
#include "manager/news.h"

#include <stdarg.h>
#include <string.h>

#include "base/duration.h"
#include "manager/job_cache.h"
#include "manager/node_names.h"
#include "manager/turn.h"

void news_init(struct news *news)
{
    strbuf_init(&news->lines);
}

void news_release(struct news *news)
{
    strbuf_release(&news->lines);
}

static void add(struct news *news, enum log_level level, const char *format,
                ...) __attribute__((format(printf, 3, 4)));

static void add(struct news *news, enum log_level level, const char *format,
                ...)
{
    size_t start;
    va_list ap;

    strbuf_add_char(&news->lines, (char)('0' + level));
    start = news->lines.len;
    va_start(ap, format);
    strbuf_add_vfmt(&news->lines, format, ap);
    va_end(ap);
    for (char *c = news->lines.text + start; *c != '\0'; c++) {
        if (*c == '\n')
            *c = '?';
    }
    strbuf_add_char(&news->lines, '\n');
}

void news_print(struct news *news, const struct log *log)
{
    char *line = news->lines.text;

    while (*line != '\0') {
        char *end = strchr(line, '\n');
        *end = '\0';
        log_write(log, (enum log_level)(line[0] - '0'), "%s", line + 1);
        line = end + 1;
    }
    strbuf_reset(&news->lines);
}

static void tell_nodes(struct news *news, const struct manager *manager,
                       const char *format, int64_t job,
                       const struct idset *nodes)
{
    struct strbuf text;

    strbuf_init(&text);
    node_names_format(manager->nodes, nodes, &text);
    strbuf_add_char(&news->lines, (char)('0' + LOG_INFO));
    strbuf_add_fmt(&news->lines, "%s: job %lld %s %s\n", format, (long long)job,
                   strcmp(format, "Nodes Freed") ? "<-" : "->", text.text);
    strbuf_release(&text);
}

static void tell_submit(struct news *news, const struct manager *manager,
                        const struct job_request *request)
{
    const char *name = job_cache_name(manager->jobs, request->id);
    char walltime[DURATION_TEXT_MAX], nodes[32];

    if (request->min_nodes == request->max_nodes)
        snprintf(nodes, sizeof(nodes), "%u", request->min_nodes);
    else
        snprintf(nodes, sizeof(nodes), "%u-%u", request->min_nodes,
                 request->max_nodes);
    add(news, LOG_INFO, "job %lld%s%s%s submitted: %s, %s node%s, walltime %s",
        (long long)request->id, name[0] ? " (" : "", name, name[0] ? ")" : "",
        job_kind_name(request->kind), nodes, request->max_nodes > 1 ? "s" : "",
        duration_format(request->walltime, walltime));
}

static void tell_started(struct news *news, const struct manager *manager,
                         const struct event *event)
{
    const struct job *job = sched_job(manager->sched, event->job);
    struct strbuf text;

    if (job == NULL)
        return;
    strbuf_init(&text);
    node_names_format(manager->nodes, &job->nodes, &text);
    add(news, LOG_INFO, "job %lld started on %s%s", (long long)event->job,
        text.text, event->attempt > 1 ? " (again)" : "");
    strbuf_release(&text);
}

static void tell_record(struct news *news, const struct manager *manager,
                        const struct event *event)
{
    switch (event->type) {
    case EV_SUBMIT:
        tell_submit(news, manager, &event->request);
        break;
    case EV_START:
        tell_nodes(news, manager, "Nodes Allocated", event->job, &event->nodes);
        break;
    case EV_STARTED:
        tell_started(news, manager, event);
        break;
    case EV_RESERVE:
        tell_nodes(news, manager, "Nodes Reserved", event->job, &event->nodes);
        break;
    default:
        break;
    }
}

static const char *asked_by(enum asker asker)
{
    switch (asker) {
    case ASKED_BY_SCHEDULER:
        return " (asked by the scheduler)";
    case ASKED_BY_USER:
        return " (asked by the user)";
    case ASKED_BY_JOB:
        return " (asked by the job)";
    case ASKED_BY_NODE_LOSS:
        return " (nodes were lost)";
    }
    return "";
}

/* The sizes between which the directive goes; the job's nodes are already the
 * new ones when it is done. */
static void add_sizes(struct strbuf *text, const struct job *job,
                      const struct action *action)
{
    uint32_t now = idset_count(&job->nodes);
    uint32_t delta = idset_count(&action->nodes);
    bool is_grow = action->op == DIRECTIVE_GROW;
    bool is_applied = action->directive == DIRECTIVE_DONE ||
                      action->directive == DIRECTIVE_FORCED;

    if (is_applied)
        strbuf_add_fmt(text, " %u -> %u", is_grow ? now - delta : now + delta,
                       now);
    else
        strbuf_add_fmt(text, " %u -> %u", now,
                       is_grow ? now + delta : now - delta);
}

static void tell_directive(struct news *news, const struct manager *manager,
                           const struct action *action)
{
    const struct job *job = sched_job(manager->sched, action->job);
    bool is_offer = action->directive == DIRECTIVE_OFFERED ||
                    action->asker == ASKED_BY_NODE_LOSS;
    struct strbuf text;

    strbuf_init(&text);
    strbuf_add_str(&text, action->op == DIRECTIVE_GROW ? "expand" : "shrink");
    if (job != NULL)
        add_sizes(&text, job, action);
    strbuf_add_str(&text, " (");
    node_names_format(manager->nodes, &action->nodes, &text);
    strbuf_add_fmt(&text, ") %s", directive_state_name(action->directive));
    add(news, LOG_INFO, "[Elastic Scaling] job %lld: %s%s",
        (long long)action->job, text.text,
        is_offer ? asked_by(action->asker) : "");
    strbuf_release(&text);
}

static void tell_finished(struct news *news, const struct manager *manager,
                          const struct action *action)
{
    const struct turn_end *end = turn_find_end(manager->turn, action->job);
    bool has_exit = end != NULL && end->has_exit;
    char how[64] = "", lasted[DURATION_TEXT_MAX + 8] = "";
    char human[DURATION_TEXT_MAX];

    if (action->signal != 0)
        snprintf(how, sizeof(how), " (signal %d, %s)", action->signal,
                 strsignal(action->signal));
    else if (has_exit)
        snprintf(how, sizeof(how), " (exit code %d)", action->code);
    if (has_exit)
        snprintf(
            lasted, sizeof(lasted), " after %s",
            duration_human(end->exit.ended_us - end->exit.started_us, human));
    add(news, LOG_INFO, "job %lld %s%s%s", (long long)action->job,
        job_state_name(action->state), how, lasted);
}

static void tell_action(struct news *news, const struct manager *manager,
                        const struct action *action)
{
    switch (action->type) {
    case ACT_RECORD:
        tell_record(news, manager, &action->event);
        break;
    case ACT_RELEASE:
        tell_nodes(news, manager, "Nodes Freed", action->job, &action->nodes);
        break;
    case ACT_DIRECTIVE:
        tell_directive(news, manager, action);
        break;
    case ACT_REQUEUED:
        add(news, LOG_INFO, "job %lld goes back to the queue after attempt %u",
            (long long)action->job, action->attempt);
        break;
    case ACT_RESTARTED:
        add(news, LOG_INFO, "job %lld starts again after attempt %u",
            (long long)action->job, action->attempt);
        break;
    case ACT_FINISHED:
        tell_finished(news, manager, action);
        break;
    default:
        break;
    }
}

static void tell_attempt(struct news *news, const struct manager *manager,
                         time_us now)
{
    int64_t head = 0;
    time_us start;
    const struct job *job;
    struct sched_counts counts;

    if (sched_forecast(manager->sched, now, &head, &start, 1) == 0)
        return;
    job = sched_job(manager->sched, head);
    sched_counts(manager->sched, &counts);
    add(news, LOG_DEBUG, "Scheduling attempt: head job %lld, needs %u, free %u",
        (long long)head, job->request.min_nodes, counts.idle);
}

void news_take(struct news *news, const struct manager *manager,
               const struct event *event, const struct actions *actions,
               size_t first)
{
    bool is_debug = manager->log.level >= LOG_DEBUG;

    if (is_debug && event->job != 0)
        add(news, LOG_DEBUG, "Scheduler woke up: %s, job %lld",
            event_type_name(event->type), (long long)event->job);
    else if (is_debug)
        add(news, LOG_DEBUG, "Scheduler woke up: %s",
            event_type_name(event->type));
    if (is_debug)
        tell_attempt(news, manager, event->now);
    if (manager->log.level < LOG_INFO)
        return;
    for (size_t i = first; i < actions->n; i++)
        tell_action(news, manager, &actions->items[i]);
}

void news_take_rest(struct news *news, const struct manager *manager)
{
    struct sched_counts counts;

    if (manager->log.level < LOG_DEBUG)
        return;
    sched_counts(manager->sched, &counts);
    add(news, LOG_DEBUG,
        "Scheduler waiting (%u pending, %u running, %u of %u nodes idle)",
        counts.pending, counts.active, counts.idle, counts.pool);
}
