/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A story: a scheduler in virtual time, told line by line. A line is
 *
 *     [TIME] COMMAND; COMMAND...
 *
 * TIME in seconds; without it the time stays. Wake-ups that the scheduler
 * asked for come in between, as a manager would send them. The commands are in
 * command.c and, for the reader, in README.md.
 */
#ifndef ERM_T_SCENARIO_STORY_H
#define ERM_T_SCENARIO_STORY_H

#include "base/strbuf.h"
#include "core/sched.h"

struct story {
    struct sched *sched; /* owned */
    struct sched_config config;
    struct actions actions;
    struct event *records; /* owned: the journal so far */
    size_t n_records, size_records;
    time_us now;
    time_us wake_at;    /* TIME_NEVER = the scheduler sleeps */
    struct strbuf *out; /* borrowed, while a line runs */
};

/* Returns an owned story with no nodes, at time 0. */
struct story *story_create(void);
void story_destroy(struct story *story);
/* Runs one line; appends a line of text to OUT for everything that follows.
 * What the scheduler refuses is a line too ("error: ..."). -1 and ERR: LINE is
 * no story, or an invariant does not hold. */
int story_line(struct story *story, const char *line, struct strbuf *out,
               struct err *err);
/* Does the journal so far give the same state again? */
int story_check_replay(const struct story *story, struct err *err);

/* For the commands: feeds EVENT (its content is taken) and tells OUT. */
int story_feed(struct story *story, struct event *event, struct err *err);
/* The manager dies and comes back: replay, then what is owed. */
int story_restart(struct story *story, struct err *err);

#endif
