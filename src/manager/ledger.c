/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * News actions carry no time of their own: they belong to the record before
 * them.
 */
#include "manager/ledger.h"

#include <stdlib.h>

#include "base/strbuf.h"
#include "codec/event_json.h"
#include "manager/node_names.h"
#include "store/history.h"
#include "store/journal.h"

struct ledger {
    struct manager *manager;
    struct store *store;
    time_us now;
    bool by_dependency; /* the cancel before was the core's own */
};

void ledger_write_spec(struct manager *manager, const struct turn_spec *spec)
{
    struct new_job job = {
        .id = spec->id,
        .identity = spec->identity,
        .name = spec->name,
        .label = spec->label,
        .source = spec->source,
        .spec = spec->text,
        .submitted = spec->submitted,
    };
    struct err err;

    err_clear(&err);
    if (store_add_job(manager->store, &job, &err) != 0 &&
        err.code == ERR_CONFLICT)
        log_warning(&manager->log, "job %lld is in the history already",
                    (long long)spec->id);
}

static void write_record(struct ledger *ledger, const struct event *event)
{
    char *text = event_to_text(event);

    ledger->now = event->now;
    ledger->by_dependency = event->type == EV_CANCEL && event->is_dependency;
    store_add_record(ledger->store, event->now,
                     event->type == EV_SUBMIT ? event->request.id : event->job,
                     event_type_name(event->type), text, NULL);
    if (event->type == EV_STARTED)
        store_job_started(ledger->store, event->job, event->attempt, event->now,
                          NULL);
    free(text);
}

static void write_phase(struct ledger *ledger, const struct action *action)
{
    const char *note = turn_find_note(ledger->manager->turn, action->job);
    struct strbuf nodes, why;

    strbuf_init(&nodes);
    strbuf_init(&why);
    node_names_format(ledger->manager->nodes, &action->nodes, &nodes);
    strbuf_add_str(&why, phase_why_name(action->why));
    if (note != NULL)
        strbuf_add_fmt(&why, ", %s", note);
    store_phase(ledger->store, action->job, action->attempt, ledger->now,
                nodes.text, idset_count(&action->nodes), why.text, NULL);
    strbuf_release(&nodes);
    strbuf_release(&why);
}

static struct job_usage usage_of(const struct turn_end *end)
{
    struct job_usage usage = {.user_us = 0};

    if (end == NULL || !end->has_exit)
        return usage;
    usage.user_us = end->exit.user_us;
    usage.system_us = end->exit.system_us;
    usage.max_rss_kib = end->exit.max_rss_kib;
    return usage;
}

static void write_requeued(struct ledger *ledger, const struct action *action)
{
    const struct turn_end *end =
        turn_find_end(ledger->manager->turn, action->job);
    struct job_usage usage = usage_of(end);

    store_job_requeued(ledger->store, action->job, action->attempt, ledger->now,
                       NULL);
    if (end != NULL && end->has_exit)
        store_attempt_usage(ledger->store, action->job, action->attempt, &usage,
                            NULL);
}

static const char *ended_by(const struct ledger *ledger,
                            const struct action *action,
                            const struct turn_end *end)
{
    if (end != NULL && end->note != NULL)
        return end->note;
    switch (action->state) {
    case JOB_TIMEOUT:
        return "walltime";
    case JOB_CANCELLED:
        return ledger->by_dependency ? "dependency" : "user";
    case JOB_NODE_FAIL:
        return "node failure";
    default:
        return NULL;
    }
}

static void write_finished(struct ledger *ledger, const struct action *action)
{
    const struct turn_end *found =
        turn_find_end(ledger->manager->turn, action->job);
    struct job_end end = {
        .id = action->job,
        .attempt = action->attempt,
        .time = ledger->now,
        .state = job_state_name(action->state),
        .code = action->code,
        .signal = action->signal,
        .ended_by = ended_by(ledger, action, found),
        .usage = usage_of(found),
    };

    store_job_ended(ledger->store, &end, NULL);
}

static time_us offered_at(const struct ledger *ledger,
                          const struct action *action)
{
    const struct job *job = sched_job(ledger->manager->sched, action->job);

    if (job == NULL || job->directive.seq != action->seq)
        return ledger->now;
    return job->directive.offered;
}

static void write_directive(struct ledger *ledger, const struct action *action)
{
    bool is_open = directive_state_is_open(action->directive);
    struct directive_row row = {
        .seq = (int64_t)action->seq,
        .job = action->job,
        .op = directive_op_name(action->op),
        .asker = asker_name(action->asker),
        .state = directive_state_name(action->directive),
        .offered = offered_at(ledger, action),
        .closed = is_open ? 0 : ledger->now,
        .n = idset_count(&action->nodes),
    };

    store_directive(ledger->store, &row, NULL);
}

static void write_action(struct ledger *ledger, const struct action *action)
{
    switch (action->type) {
    case ACT_RECORD:
        write_record(ledger, &action->event);
        break;
    case ACT_PHASE:
        write_phase(ledger, action);
        break;
    case ACT_REQUEUED:
    case ACT_RESTARTED:
        write_requeued(ledger, action);
        break;
    case ACT_FINISHED:
        write_finished(ledger, action);
        break;
    case ACT_DIRECTIVE:
        write_directive(ledger, action);
        break;
    default:
        break;
    }
}

void ledger_write_actions(struct manager *manager,
                          const struct actions *actions)
{
    struct ledger ledger = {
        .manager = manager,
        .store = manager->store,
        .now = manager_now(manager),
    };

    for (size_t i = 0; i < actions->n; i++)
        write_action(&ledger, &actions->items[i]);
}
