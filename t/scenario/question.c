/* SPDX-License-Identifier: BSD-2-Clause */
/* Looking at the scheduler in the middle of a story. */
#include "question.h"

#include <inttypes.h>
#include <string.h>

#define N_OF(array) (sizeof(array) / sizeof *(array))

static void add_time(struct strbuf *out, const char *name, time_us when)
{
    strbuf_add_fmt(out, " %s=", name);
    span_add_text(out, when == TIME_NEVER ? when : when - STORY_START);
}

/* ---- nodes and jobs ---- */

/* Runs of nodes with the same state and job: "0-1=1 2=idle 3=down". */
static void tell_state(struct story *story, struct words *words)
{
    const struct idset *nodes = sched_nodes(story->sched);
    uint32_t last = idset_is_empty(nodes) ? 0 : idset_last(nodes);
    struct idset run = {.count = 0};
    enum node_state before = NODE_ABSENT;
    int64_t owner = 0;

    (void)words;
    strbuf_add_str(story->out, "nodes");
    for (uint32_t node = 0; node <= last + 9; node++) {
        enum node_state state = sched_node_state(story->sched, node);
        int64_t job = sched_node_job(story->sched, node);

        if ((state != before || job != owner) && !idset_is_empty(&run)) {
            strbuf_add_char(story->out, ' ');
            set_add_text(story->out, &run);
            strbuf_add_fmt(story->out, "=%s", node_state_name(before));
            if (owner != 0)
                strbuf_add_fmt(story->out, ":%" PRId64, owner);
            idset_clear(&run);
        }
        if (state != NODE_ABSENT)
            idset_add(&run, node);
        before = state;
        owner = job;
    }
    idset_release(&run);
    strbuf_add_char(story->out, '\n');
}

static void tell_jobs(struct story *story, struct words *words)
{
    const struct job *job = sched_next_job(story->sched, 0);

    (void)words;
    if (job == NULL)
        strbuf_add_str(story->out, "no jobs\n");
    for (; job != NULL; job = sched_next_job(story->sched, job->request.id)) {
        strbuf_add_fmt(story->out, "job %" PRId64 " %s", job->request.id,
                       job_display_state(job));
        if (job_is_active(job)) {
            strbuf_add_str(story->out, " on ");
            set_add_text(story->out, &job->nodes);
        }
        if (job->attempt > 1)
            strbuf_add_fmt(story->out, " attempt %" PRIu32, job->attempt);
        strbuf_add_char(story->out, '\n');
    }
}

static void tell_counts(struct story *story, struct words *words)
{
    struct sched_counts counts;

    (void)words;
    sched_counts(story->sched, &counts);
    strbuf_add_fmt(story->out,
                   "counts pending %u active %u pool %u idle %u allocated %u "
                   "reserved %u drained %u down %u\n",
                   counts.pending, counts.active, counts.pool, counts.idle,
                   counts.allocated, counts.reserved, counts.drained,
                   counts.down);
}

/* ---- why ---- */

static void tell_reserved(struct story *story, const struct why *why)
{
    if (why->reason != REASON_RESERVED)
        return;
    strbuf_add_str(story->out, " reserved=");
    set_add_text(story->out, &why->reserved);
    strbuf_add_str(story->out, " coming=");
    set_add_text(story->out, &why->coming);
    strbuf_add_fmt(story->out, " shrinking=%u", why->n_shrinking);
    for (uint32_t i = 0; i < why->n_shrinking && i < N_OF(why->shrinking); i++)
        strbuf_add_fmt(story->out, "%c%" PRId64, i == 0 ? ':' : ',',
                       why->shrinking[i]);
    add_time(story->out, "by", why->shrink_by);
}

static void tell_why(struct story *story, struct words *words)
{
    int64_t id = words_next_number(words);
    struct why why;

    if (sched_why(story->sched, id, story->now, &why) < 0) {
        strbuf_add_fmt(story->out, "why %" PRId64 ": not pending\n", id);
        return;
    }
    strbuf_add_fmt(story->out, "why %" PRId64 ": %s needs=%u free=%u", id,
                   pending_reason_name(why.reason), why.needs, why.n_free);
    if (why.position > 0)
        strbuf_add_fmt(story->out, " position=%u/%u", why.position,
                       why.n_queued);
    if (why.reason == REASON_TOO_LARGE || why.reason == REASON_UNAVAILABLE)
        strbuf_add_fmt(story->out, " pool=%u usable=%u", why.n_pool,
                       why.n_usable);
    if (why.reason == REASON_ALLOCATION_END)
        add_time(story->out, "ends", why.ends);
    if (why.reason == REASON_DEPENDENCY)
        strbuf_add_fmt(story->out, " after=%s:%" PRId64,
                       dependency_kind_name(why.depends_kind), why.depends_on);
    add_time(story->out, "start", why.expected_start);
    if (why.position > 0) {
        strbuf_add_fmt(story->out, " first=%" PRId64, why.first_id);
        add_time(story->out, "promised", why.first_start);
        strbuf_add_fmt(story->out, " extra=%u", why.extra);
    }
    tell_reserved(story, &why);
    if (why.backfill[0] != '\0')
        strbuf_add_fmt(story->out, " (%s)", why.backfill);
    strbuf_add_char(story->out, '\n');
    why_release(&why);
}

static void tell_forecast(struct story *story, struct words *words)
{
    int64_t ids[64];
    time_us starts[64];
    size_t n = sched_forecast(story->sched, story->now, ids, starts, 64);

    (void)words;
    strbuf_add_str(story->out, "forecast");
    for (size_t i = 0; i < n; i++) {
        strbuf_add_fmt(story->out, " %" PRId64 "@", ids[i]);
        span_add_text(story->out, starts[i] == TIME_NEVER
                                      ? TIME_NEVER
                                      : starts[i] - STORY_START);
    }
    strbuf_add_char(story->out, '\n');
}

static void tell_offers(struct story *story, struct words *words)
{
    int64_t id = words_next_number(words);
    uint32_t n;
    time_us until;

    sched_offers(story->sched, id, story->now, &n, &until);
    strbuf_add_fmt(story->out, "offers %" PRId64 ": %" PRIu32, id, n);
    if (n > 0)
        add_time(story->out, "until", until);
    strbuf_add_char(story->out, '\n');
}

/* ---- settings ---- */

static const struct strategy *
strategy_of(struct words *words, const char *key,
            const struct strategy *(*find)(const char *),
            const struct strategy *otherwise)
{
    const char *name = words_value(words, key);
    const struct strategy *strategy = name == NULL ? otherwise : find(name);

    if (strategy == NULL)
        err_set(&words->err, ERR_INPUT, "no such strategy: %s", name);
    return strategy;
}

static void set_config(struct story *story, struct words *words)
{
    struct sched_config *config = &story->config;
    const char *backfill = words_value(words, "backfill");
    const char *order = words_value(words, "order");
    const char *mode = words_value(words, "mode");
    const char *sizing = words_value(words, "sizing");
    const char *estimates = words_value(words, "estimates");
    dur_us ends;

    if (backfill != NULL && backfill_parse(backfill, &config->backfill) < 0)
        err_set(&words->err, ERR_INPUT, "no such backfill: %s", backfill);
    if (order != NULL &&
        backfill_order_parse(order, &config->backfill_order) < 0)
        err_set(&words->err, ERR_INPUT, "no such order: %s", order);
    if (mode != NULL && sched_mode_parse(mode, &config->mode) < 0)
        err_set(&words->err, ERR_INPUT, "no such mode: %s", mode);
    if (estimates != NULL && estimates_parse(estimates, &config->estimates) < 0)
        err_set(&words->err, ERR_INPUT, "no such estimates: %s", estimates);
    if (sizing != NULL && sizing_parse(sizing, &config->sizing) < 0)
        err_set(&words->err, ERR_INPUT, "no such sizing: %s", sizing);
    config->backfill_depth =
        (uint32_t)words_number(words, "depth", config->backfill_depth);
    config->start_at_max =
        words_number(words, "start", config->start_at_max) != 0;
    config->expand =
        strategy_of(words, "expand", strategy_expand, config->expand);
    config->shrink =
        strategy_of(words, "shrink", strategy_shrink, config->shrink);
    config->accept_within = words_span(words, "accept", config->accept_within);
    config->done_within = words_span(words, "done", config->done_within);
    config->policy_done_within =
        words_span(words, "policy_done", config->policy_done_within);
    config->cooldown = words_span(words, "cooldown", config->cooldown);
    config->evolving_delay =
        words_span(words, "evolving_delay", config->evolving_delay);
    config->least_run = words_span(words, "least_run", config->least_run);
    ends = words_span(words, "ends", -1);
    if (ends >= 0)
        config->ends = time_add(STORY_START, ends);
    sched_set_config(story->sched, config);
}

static const struct question {
    const char *name;
    void (*tell)(struct story *story, struct words *words);
} questions[] = {
    {"state", tell_state},       {"jobs", tell_jobs}, {"counts", tell_counts},
    {"forecast", tell_forecast}, {"why", tell_why},   {"config", set_config},
    {"offers", tell_offers},
};

int question_run(struct story *story, const char *name, struct words *words,
                 struct err *err)
{
    for (size_t i = 0; i < N_OF(questions); i++) {
        if (strcmp(questions[i].name, name) != 0)
            continue;
        questions[i].tell(story, words);
        return words_end(words, err);
    }
    if (strcmp(name, "restart") == 0)
        return words_end(words, err) < 0 ? -1 : story_restart(story, err);
    return err_set(err, ERR_INPUT, "unknown command: %s", name);
}
