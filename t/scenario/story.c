/* SPDX-License-Identifier: BSD-2-Clause */
/* Time, wake-ups and the journal of a story. */
#include "story.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "action_text.h"
#include "base/alloc.h"
#include "command.h"
#include "core/invariants.h"
#include "state_text.h"
#include "words.h"

/* More wake-ups than this in one line: the scheduler does not come to rest. */
#define MAX_WAKES 1000

struct story *story_create(void)
{
    struct story *story = mem_alloc(sizeof *story);

    sched_config_init(&story->config);
    story->sched = sched_create(&story->config);
    actions_init(&story->actions);
    story->now = STORY_START;
    story->wake_at = TIME_NEVER;
    return story;
}

void story_destroy(struct story *story)
{
    if (story == NULL)
        return;
    for (size_t i = 0; i < story->n_records; i++)
        event_release(&story->records[i]);
    free(story->records);
    actions_release(&story->actions);
    sched_destroy(story->sched);
    free(story);
}

static void keep_record(struct story *story, const struct event *event)
{
    if (story->n_records == story->size_records) {
        story->size_records = 2 * story->size_records + 64;
        story->records = mem_resize(story->records, story->size_records,
                                    sizeof *story->records);
    }
    event_copy(&story->records[story->n_records++], event);
}

/* Keeps the journal and the next wake-up, tells the rest. */
static int take_actions(struct story *story, bool after_pass, struct err *err)
{
    /* Nothing at all came out: the wake-up asked for before still stands. */
    if (story->actions.n > 0 && after_pass)
        story->wake_at = TIME_NEVER;
    for (size_t i = 0; i < story->actions.n; i++) {
        const struct action *action = &story->actions.items[i];

        if (action->type == ACT_RECORD)
            keep_record(story, &action->event);
        else if (action->type == ACT_WAKE_AT)
            story->wake_at = action->when;
    }
    actions_add_text(story->out, &story->actions);
    return invariants_hold(story->sched, after_pass, err) ? 0 : -1;
}

int story_feed(struct story *story, struct event *event, struct err *err)
{
    int result;

    event->now = story->now;
    actions_clear(&story->actions);
    result = sched_step(story->sched, event, &story->actions);
    event_release(event);
    if (result < 0) {
        strbuf_add_fmt(story->out, "error: %s", story->actions.err.text);
        if (story->actions.retry_after > 0) {
            strbuf_add_str(story->out, "; retry ");
            span_add_text(story->out, story->actions.retry_after);
        }
        strbuf_add_char(story->out, '\n');
        return 0;
    }
    return take_actions(story, !event->more, err);
}

/* Sends the wake-ups that are due by UNTIL; tells their time. */
static int pass_time(struct story *story, time_us until, struct err *err)
{
    int n = 0;

    while (story->wake_at <= until) {
        struct strbuf told, *out = story->out;
        struct event event;
        int result;

        if (++n > MAX_WAKES)
            return err_set(err, ERR_CONFLICT, "too many wake-ups");
        if (story->wake_at > story->now)
            story->now = story->wake_at;
        story->wake_at = TIME_NEVER;
        event_init(&event, EV_TIMER, story->now);
        strbuf_init(&told);
        story->out = &told;
        result = story_feed(story, &event, err);
        story->out = out;
        if (told.len > 0) {
            strbuf_add_char(out, '[');
            span_add_text(out, story->now - STORY_START);
            strbuf_add_str(out, "]\n");
            strbuf_add_str(out, told.text);
        }
        strbuf_release(&told);
        if (result < 0)
            return -1;
    }
    return 0;
}

/* "[12.5]" at the start of a line. */
static const char *take_time(const char *line, time_us *out, struct err *err)
{
    char text[32];
    size_t length = strcspn(line, "]");
    dur_us span;

    if (length - 1 >= sizeof text || line[length] != ']') {
        err_set(err, ERR_INPUT, "no time: %s", line);
        return NULL;
    }
    memcpy(text, line + 1, length - 1);
    text[length - 1] = '\0';
    if (span_parse(text, &span) < 0 || STORY_START + span < *out) {
        err_set(err, ERR_INPUT, "time goes on only: %s", line);
        return NULL;
    }
    *out = STORY_START + span;
    return line + length + 1;
}

static int run_commands(struct story *story, const char *text, struct err *err)
{
    char copy[2048], *save = NULL;

    if (strlen(text) >= sizeof copy)
        return err_set(err, ERR_INPUT, "the line is too long");
    memcpy(copy, text, strlen(text) + 1);
    for (char *command = strtok_r(copy, ";", &save); command != NULL;
         command = strtok_r(NULL, ";", &save)) {
        if (command_run(story, command, err) < 0)
            return -1;
    }
    return 0;
}

int story_line(struct story *story, const char *line, struct strbuf *out,
               struct err *err)
{
    time_us when = story->now;

    story->out = out;
    line += strspn(line, " \t");
    if (*line == '[') {
        line = take_time(line, &when, err);
        if (line == NULL || pass_time(story, when - 1, err) < 0)
            return -1;
        story->now = when;
    }
    if (run_commands(story, line, err) < 0)
        return -1;
    return pass_time(story, story->now, err);
}

int story_check_replay(const struct story *story, struct err *err)
{
    struct sched *copy =
        state_replay(story->sched, story->records, story->n_records, err);

    sched_destroy(copy);
    return copy == NULL ? -1 : 0;
}

int story_restart(struct story *story, struct err *err)
{
    struct sched *again =
        state_replay(story->sched, story->records, story->n_records, err);

    if (again == NULL)
        return -1;
    sched_destroy(story->sched);
    story->sched = again;
    sched_set_config(again, &story->config);
    actions_clear(&story->actions);
    sched_resume(again, story->now, &story->actions);
    return take_actions(story, true, err);
}
