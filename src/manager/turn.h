/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One turn of the loop: events are stepped as they come and their actions
 * kept; at the end of the turn the records and the history are committed
 * together (one fsync), then the actions are done, then clients are answered.
 *
 * A full disk: nothing is done, all is kept and tried again every few seconds.
 * Any other fault of the store stops the manager; jobs go on.
 */
#ifndef ERM_MANAGER_TURN_H
#define ERM_MANAGER_TURN_H

#include "manager/context.h"

/* Returns owned; MANAGER is borrowed. */
struct turn *turn_create(struct manager *manager);
void turn_destroy(struct turn *turn);
/* The actions of this turn, to append to. */
struct actions *turn_actions(struct turn *turn);

/* A job that is being submitted; goes into this turn's transaction. */
struct turn_spec {
    int64_t id;
    char *text;                    /* owned: job_spec_to_text */
    char *name, *label, *identity; /* owned or NULL */
    const char *source;            /* borrowed, a constant */
    time_us submitted;
};
/* Takes what SPEC owns. */
void turn_add_spec(struct turn *turn, const struct turn_spec *spec);
/* Takes the last one back. */
void turn_drop_spec(struct turn *turn);
/* The spec of a job, owned text: this turn's or the store's. */
char *turn_job_spec(const struct turn *turn, int64_t id, struct err *err);
/* The same, read: SPEC needs job_spec_release() after 0. */
int turn_read_spec(const struct turn *turn, int64_t id, struct job_spec *spec,
                   struct err *err);

/* What the launcher said about the end of an attempt, for the history. */
struct turn_end {
    int64_t job;
    uint32_t attempt;
    bool has_exit;
    struct exit_record exit;
    char *note; /* owned: why, NULL = nothing to say */
};
/* Takes NOTE; EXIT (may be NULL) is copied. */
void turn_add_end(struct turn *turn, int64_t job, uint32_t attempt,
                  const struct exit_record *exit, char *note);
/* NULL when there is none in this turn; borrowed until the turn ends. */
const struct turn_end *turn_find_end(struct turn *turn, int64_t job);

/* What there is to say of a directive, for the history. */
struct turn_note {
    int64_t job;
    uint64_t seq;
    char *text; /* owned */
};
/* Adds TEXT (copied; one clause without a full stop, like "in a checkpoint" or
 * "2 processes were killed") to the note of a directive that was offered in
 * this turn or before, also of one that is over. */
void turn_add_directive_note(struct turn *turn, int64_t job, uint64_t seq,
                             const char *text);

/* Is there anything to commit or to do? */
bool turn_is_pending(const struct turn *turn);
/* Ends the turn. When the disk is full all is kept for the next try. */
void turn_run(struct turn *turn);
/* EV_TIMER is sent at WHEN. */
void turn_wake_at(struct turn *turn, time_us when);

#endif
