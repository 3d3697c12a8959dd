/* SPDX-License-Identifier: BSD-2-Clause */
/* Actions as lines of text. */
#include "action_text.h"

#include <inttypes.h>

#include "words.h"

static void add_id(struct strbuf *out, const char *verb,
                   const struct action *action)
{
    strbuf_add_fmt(out, "%s %" PRId64, verb, action->job);
}

static void add_set(struct strbuf *out, const char *before,
                    const struct idset *set)
{
    strbuf_add_str(out, before);
    set_add_text(out, set);
}

static void add_seq(struct strbuf *out, const struct action *action)
{
    strbuf_add_fmt(out, " seq %" PRIu64, action->seq);
}

/* Is NEXT the news that always goes with ACTION? */
static bool is_pair(const struct action *action, const struct action *next)
{
    if (next == NULL || next->job != action->job ||
        !idset_is_equal(&next->nodes, &action->nodes))
        return false;
    if (action->type == ACT_START)
        return next->type == ACT_PHASE &&
               (next->why == PHASE_START || next->why == PHASE_RESTART);
    return action->type == ACT_DIRECTIVE && next->type == ACT_OFFER &&
           action->directive == DIRECTIVE_OFFERED;
}

/* NEXT is its phase; without one it is asked for again. */
static void add_start(struct strbuf *out, const struct action *action,
                      const struct action *next)
{
    bool is_paired = is_pair(action, next);
    bool is_in_place = is_paired && next->why == PHASE_RESTART;

    add_id(out, is_in_place ? "restart" : "start", action);
    add_set(out, " on ", &action->nodes);
    if (action->attempt > 1)
        strbuf_add_fmt(out, " attempt %" PRIu32, action->attempt);
    if (!is_paired)
        strbuf_add_str(out, " again");
}

static void add_kill(struct strbuf *out, const struct action *action)
{
    add_id(out, "kill", action);
    strbuf_add_fmt(out, " for %s", job_ending_name(action->ending));
    if (action->duration != 0) {
        strbuf_add_str(out, " grace ");
        span_add_text(out, action->duration);
    }
}

/* offer 1 expand 2-3 seq 1; withdraw and force alike. */
static void add_effect(struct strbuf *out, const char *verb,
                       const struct action *action)
{
    add_id(out, verb, action);
    strbuf_add_fmt(out, " %s ", directive_op_name(action->op));
    add_set(out, "", &action->nodes);
    add_seq(out, action);
}

static void add_asker(struct strbuf *out, const struct action *action)
{
    if (action->asker != ASKED_BY_SCHEDULER)
        strbuf_add_fmt(out, " for the %s", asker_name(action->asker));
}

/* answer 1 wish 7 partial 2 */
static void add_answer(struct strbuf *out, const struct action *action)
{
    add_id(out, "answer", action);
    if (action->seq != 0)
        strbuf_add_fmt(out, " wish %" PRIu64, action->seq);
    strbuf_add_fmt(out, " %s", wish_answer_name(action->answer));
    if (action->n > 0)
        strbuf_add_fmt(out, " %" PRIu32, action->n);
    if (action->duration > 0) {
        strbuf_add_str(out, " retry ");
        span_add_text(out, action->duration);
    }
}

static void add_finish(struct strbuf *out, const struct action *action)
{
    add_id(out, "finish", action);
    strbuf_add_fmt(out, " %s", job_state_name(action->state));
    if (action->code != 0)
        strbuf_add_fmt(out, " code %d", action->code);
    if (action->signal != 0)
        strbuf_add_fmt(out, " signal %d", action->signal);
}

static void add_record(struct strbuf *out, const struct event *event)
{
    if (event->type == EV_UNRESERVE) {
        strbuf_add_fmt(out, "unreserve %" PRId64 "\n", event->job);
    } else if (event->type == EV_RESERVE) {
        strbuf_add_fmt(out, "reserve %" PRId64, event->job);
        add_set(out, " on ", &event->nodes);
        strbuf_add_str(out, " until ");
        span_add_text(out, event->when - STORY_START);
        strbuf_add_char(out, '\n');
    } else if (event->type == EV_DELAY) {
        strbuf_add_fmt(out, "delay %" PRId64 " by ", event->job);
        span_add_text(out, event->duration);
        strbuf_add_char(out, '\n');
    }
}

static void add_news(struct strbuf *out, const struct action *action)
{
    switch (action->type) {
    case ACT_WALLTIME:
        add_id(out, "walltime", action);
        strbuf_add_char(out, ' ');
        span_add_text(out, action->duration);
        break;
    case ACT_RELEASE:
        add_id(out, "release", action);
        add_set(out, " ", &action->nodes);
        break;
    case ACT_PHASE:
        add_id(out, "phase", action);
        strbuf_add_fmt(out, " %s", phase_why_name(action->why));
        add_set(out, " ", &action->nodes);
        break;
    case ACT_DIRECTIVE:
        add_id(out, "directive", action);
        strbuf_add_fmt(out, " %s %s", directive_op_name(action->op),
                       directive_state_name(action->directive));
        if (action->asker == ASKED_BY_NODE_LOSS)
            add_set(out, " by node loss ", &action->nodes);
        add_seq(out, action);
        break;
    case ACT_REQUEUED:
        add_id(out, "requeued", action);
        break;
    case ACT_ANSWER:
        add_answer(out, action);
        break;
    default:
        add_finish(out, action);
    }
}

/* NEXT is told together with ACTION when it always follows it. */
static void add_effects(struct strbuf *out, const struct action *action,
                        const struct action *next)
{
    bool is_paired = is_pair(action, next);

    switch (action->type) {
    case ACT_START:
        add_start(out, action, next);
        break;
    case ACT_KILL:
        add_kill(out, action);
        break;
    case ACT_OFFER:
        add_effect(out, "offer", action);
        strbuf_add_str(out, " again");
        break;
    case ACT_WITHDRAW:
        add_effect(out, "withdraw", action);
        break;
    case ACT_FORCE:
        add_effect(out, "force", action);
        break;
    default:
        if (is_paired) {
            add_effect(out, "offer", next);
            add_asker(out, action);
        } else {
            add_news(out, action);
        }
    }
    strbuf_add_char(out, '\n');
}

void actions_add_text(struct strbuf *out, const struct actions *actions)
{
    for (size_t i = 0; i < actions->n; i++) {
        const struct action *action = &actions->items[i];
        const struct action *next = i + 1 < actions->n ? action + 1 : NULL;

        if (action->type == ACT_RECORD) {
            add_record(out, &action->event);
        } else if (action->type != ACT_WAKE_AT &&
                   action->type != ACT_RESTARTED) {
            add_effects(out, action, next);
            i += is_pair(action, next);
        }
    }
}
