/* SPDX-License-Identifier: BSD-2-Clause */
/* The state as text, and replay against it. */
#include "state_text.h"

#include <inttypes.h>
#include <string.h>

#include "core/invariants.h"
#include "core/sched_state.h"
#include "words.h"

static void add_set(struct strbuf *out, const char *name,
                    const struct idset *set)
{
    strbuf_add_fmt(out, " %s=", name);
    set_add_text(out, set);
}

static void add_number(struct strbuf *out, const char *name, int64_t number)
{
    strbuf_add_fmt(out, " %s=%" PRId64, name, number);
}

static void add_request(struct strbuf *out, const struct job_request *request)
{
    strbuf_add_fmt(out, "job %" PRId64 " %s %s %s hold=%d requeue=%d",
                   request->id, job_kind_name(request->kind),
                   resize_mode_name(request->resize),
                   deadline_action_name(request->on_deadline), request->hold,
                   request->requeue);
    strbuf_add_fmt(out, " loss=%s", loss_rule_name(request->loss));
    add_number(out, "resize_cost", request->resize_cost);
    add_number(out, "min", request->min_nodes);
    add_number(out, "max", request->max_nodes);
    add_number(out, "pref", request->pref_nodes);
    add_number(out, "priority", request->priority);
    add_number(out, "walltime", request->walltime);
    add_number(out, "scales", request->walltime_scales);
    add_number(out, "expected", request->expected);
    add_number(out, "begin", request->begin);
    add_number(out, "accept_within", request->accept_within);
    add_number(out, "done_within", request->done_within);
    add_number(out, "cooldown", request->cooldown);
    strbuf_add_fmt(out, " serial=%g", request->serial_fraction);
    for (uint32_t i = 0; i < request->n_after; i++)
        strbuf_add_fmt(out, " after=%s:%" PRId64,
                       dependency_kind_name(request->after[i].kind),
                       request->after[i].id);
    for (uint32_t i = 0; i < request->n_runtimes; i++)
        strbuf_add_fmt(out, " runtime=%" PRIu32 ":%" PRId64,
                       request->runtimes[i].nodes,
                       request->runtimes[i].runtime);
    strbuf_add_char(out, '\n');
}

static void add_directive(struct strbuf *out, const struct directive *directive)
{
    strbuf_add_fmt(out, "  %s %s %s shown=%d",
                   directive_state_name(directive->state),
                   directive_op_name(directive->op),
                   asker_name(directive->asker), directive->shown);
    add_number(out, "seq", (int64_t)directive->seq);
    add_number(out, "offered", directive->offered);
    add_number(out, "accept_by", directive->accept_by);
    add_number(out, "done_by", directive->done_by);
    add_number(out, "for", directive->for_job);
    add_set(out, "delta", &directive->delta);
    strbuf_add_char(out, '\n');
}

static void add_learned(struct strbuf *out, const struct job *job)
{
    const struct job_wish *wish = &job->wish;

    strbuf_add_str(out, "  learned");
    add_number(out, "short_attempts", job->n_short_attempts);
    add_number(out, "attempt_started", job->attempt_started);
    add_number(out, "seen_running", job->seen_running);
    add_number(out, "resize_cost", job->resize_cost);
    add_number(out, "delayed", job->delayed);
    add_number(out, "progress", job->progress);
    add_number(out, "progressed", job->progressed);
    add_number(out, "progress_from", job->progress_from);
    add_number(out, "progress_since", job->progress_since);
    if (wish->n > 0)
        strbuf_add_fmt(out,
                       " wish=%s:%" PRIu32 ":%" PRIu32 " seq=%" PRIu64
                       " order=%" PRIu64 " until=%" PRId64,
                       directive_op_name(wish->op), wish->n, wish->n_min,
                       wish->seq, wish->order, wish->until);
    strbuf_add_char(out, '\n');
}

static void add_job(struct strbuf *out, const struct job *job)
{
    add_request(out, &job->request);
    strbuf_add_fmt(out, "  %s ending=%s", job_state_name(job->state),
                   job_ending_name(job->ending));
    add_number(out, "attempt", job->attempt);
    add_number(out, "start_failures", job->n_start_failures);
    add_number(out, "arrival", (int64_t)job->arrival);
    add_number(out, "submitted", job->submitted);
    add_number(out, "started", job->started);
    add_number(out, "planned_end", job->planned_end);
    add_number(out, "no_resize_before", job->no_resize_before);
    add_number(out, "unmet", job->n_unmet);
    add_set(out, "nodes", &job->nodes);
    strbuf_add_char(out, '\n');
    add_learned(out, job);
    if (job->directive.seq != 0)
        add_directive(out, &job->directive);
}

void state_add_text(struct strbuf *out, const struct sched *sched)
{
    const struct job *job = sched_next_job(sched, 0);
    int64_t id = 0;

    add_number(out, "recorded", sched->recorded);
    add_number(out, "last_arrival", (int64_t)sched->last_arrival);
    add_number(out, "last_seq", (int64_t)sched->last_seq);
    add_number(out, "last_wish_order", (int64_t)sched->last_wish_order);
    add_set(out, "members", &sched->pool.members);
    add_set(out, "down", &sched->pool.down);
    add_set(out, "drained", &sched->pool.drained);
    add_set(out, "free", &sched->pool.free);
    add_number(out, "reserved_for", sched->reservation.job);
    add_number(out, "promised", sched->reservation.promised);
    add_set(out, "reserved", &sched->reservation.nodes);
    strbuf_add_char(out, '\n');
    for (; job != NULL; job = sched_next_job(sched, job->request.id))
        add_job(out, job);
    while ((id = job_table_next_ended(&sched->jobs, id)) != 0) {
        enum job_state state;

        sched_outcome(sched, id, &state);
        strbuf_add_fmt(out, "ended %" PRId64 " %s\n", id,
                       job_state_name(state));
    }
}

/* The first line in which two texts differ. */
static int tell_difference(const char *live, const char *again, struct err *err)
{
    size_t i = 0, line = 0;

    for (; live[i] != '\0' && live[i] == again[i]; i++) {
        if (live[i] == '\n')
            line = i + 1;
    }
    return err_set(err, ERR_CONFLICT,
                   "I6: replay differs\nlive:   %.*s\nagain:"
                   "  %.*s",
                   (int)strcspn(live + line, "\n"), live + line,
                   (int)strcspn(again + line, "\n"), again + line);
}

struct sched *state_replay(const struct sched *sched,
                           const struct event *records, size_t n,
                           struct err *err)
{
    struct sched *copy = sched_create(sched_config(sched));
    struct strbuf live, again;
    int result = 0;

    strbuf_init(&live);
    strbuf_init(&again);
    for (size_t i = 0; result == 0 && i < n; i++)
        result = sched_replay(copy, &records[i], err);
    state_add_text(&live, sched);
    state_add_text(&again, copy);
    if (result == 0 && strcmp(live.text, again.text) != 0)
        result = tell_difference(live.text, again.text, err);
    if (result == 0 && !invariants_hold(copy, false, err))
        result = -1;
    strbuf_release(&live);
    strbuf_release(&again);
    if (result == 0)
        return copy;
    sched_destroy(copy);
    return NULL;
}
