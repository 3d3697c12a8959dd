/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * News actions carry no time of their own, and do not say why: they belong to
 * the record before them.
 */
#include "manager/ledger.h"

#include <stdlib.h>

#include "base/strbuf.h"
#include "codec/event_json.h"
#include "manager/node_names.h"
#include "store/history.h"
#include "store/journal.h"
#include "store/learned.h"
#include "store/resizes.h"

struct ledger {
    struct manager *manager;
    struct store *store;
    time_us now;
    const struct event *record; /* the last one; NULL = none yet */
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

static void write_started(struct ledger *ledger, const struct event *event)
{
    store_job_started(ledger->store, event->job, event->attempt, event->now,
                      NULL);
    if (event->attempt > 1)
        store_learn_restart(ledger->store, event->job, event->attempt,
                            event->now, NULL);
}

static void write_record(struct ledger *ledger, const struct event *event)
{
    char *text = event_to_text(event);

    ledger->now = event->now;
    ledger->record = event;
    store_add_record(ledger->store, event->now,
                     event->type == EV_SUBMIT ? event->request.id : event->job,
                     event_type_name(event->type), text, NULL);
    if (event->type == EV_STARTED)
        write_started(ledger, event);
    else if (event->type == EV_PROGRESS)
        store_progress(ledger->store, event->job, event->n, event->now, NULL);
    free(text);
}

static void write_phase(struct ledger *ledger, const struct action *action)
{
    struct strbuf nodes;

    strbuf_init(&nodes);
    node_names_format(ledger->manager->nodes, &action->nodes, &nodes);
    store_phase(ledger->store, action->job, action->attempt, ledger->now,
                nodes.text, idset_count(&action->nodes),
                phase_why_name(action->why), NULL);
    strbuf_release(&nodes);
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

/* Was the cancel before the core's own? */
static bool is_by_dependency(const struct event *record)
{
    return record != NULL && record->type == EV_CANCEL && record->is_dependency;
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
        return is_by_dependency(ledger->record) ? "dependency" : "user";
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

/* By starting again: how long that takes is known once the job runs. */
static bool is_by_exit(const struct event *record)
{
    return record != NULL && record->type == EV_EXITED;
}

static void write_directive(struct ledger *ledger, const struct action *action)
{
    const struct event *record = ledger->record;
    struct directive_row row = {
        .seq = (int64_t)action->seq,
        .job = action->job,
        .attempt = action->attempt,
        .op = directive_op_name(action->op),
        .asker = asker_name(action->asker),
        .state = directive_state_name(action->directive),
        .offered = ledger->now,
        .n = idset_count(&action->nodes),
    };
    struct strbuf nodes;

    strbuf_init(&nodes);
    node_names_format(ledger->manager->nodes, &action->nodes, &nodes);
    row.nodes = nodes.text;
    if (action->directive == DIRECTIVE_ACCEPTED)
        row.accepted = ledger->now;
    if (!directive_state_is_open(action->directive))
        row.closed = ledger->now;
    if (record != NULL && record->type == EV_OFFER)
        row.for_job = record->for_job;
    if (record != NULL && record->type == EV_REFUSED)
        row.retry = record->duration;
    store_directive(ledger->store, &row, NULL);
    if (action->directive == DIRECTIVE_DONE && !is_by_exit(record))
        store_learn_resize(ledger->store, row.seq, ledger->now, NULL);
    strbuf_release(&nodes);
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

void ledger_write_note(struct manager *manager, const struct turn_note *note)
{
    store_directive_note(manager->store, (int64_t)note->seq, note->text, NULL);
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
