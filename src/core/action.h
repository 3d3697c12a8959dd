/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Actions: what the scheduler wants done, in order. The caller first makes all
 * records durable, then does the rest; what comes of it returns as events.
 */
#ifndef ERM_CORE_ACTION_H
#define ERM_CORE_ACTION_H

#include "base/err.h"
#include "core/event.h"

enum action_type {
    ACT_RECORD,    /* event: put it into the journal */
    ACT_START,     /* job, attempt, nodes */
    ACT_KILL,      /* job, attempt, grace (0 = the job's own), ending */
    ACT_WALLTIME,  /* job, attempt, duration: the new limit, from
                    * its start */
    ACT_OFFER,     /* job, seq, op, nodes: show it to the job */
    ACT_WITHDRAW,  /* job, seq: take it back, answer EV_WITHDRAWN */
    ACT_FORCE,     /* job, seq, nodes: kill what runs there, EV_FORCED */
    ACT_RELEASE,   /* job, nodes: they are no longer the job's (news) */
    ACT_PHASE,     /* job, attempt, nodes, why: its nodes from now on (news) */
    ACT_DIRECTIVE, /* job, seq, op, nodes, directive: its new state (news) */
    ACT_REQUEUED,  /* job, attempt: that ended and goes back (news) */
    ACT_RESTARTED, /* job, attempt: that ended; the next one starts at once, on
                    * nodes that never left the job (news, before ACT_START) */
    ACT_ANSWER,    /* job, seq: of the wish, answer, n: nodes granted,
                    * duration: worth asking again after that, 0 = not known */
    ACT_FINISHED,  /* job, attempt, state, code, signal (news, the last) */
    ACT_WAKE_AT,   /* when: send EV_TIMER then */
};

enum phase_why {
    PHASE_START,
    PHASE_GROW,
    PHASE_SHRINK,
    PHASE_FORCED,
    PHASE_RESTART, /* started again in place */
    PHASE_LOST,    /* nodes went down, the job goes on without them */
};

struct action {
    enum action_type type;
    int64_t job;
    uint32_t attempt;
    uint64_t seq;
    enum directive_op op;
    enum asker asker;
    enum directive_state directive;
    enum job_ending ending;
    enum job_state state;
    enum phase_why why;
    enum wish_answer answer;
    uint32_t n;
    int code, signal;
    dur_us duration; /* grace; limit; retry after */
    time_us when;
    struct idset nodes; /* owned */
    struct event event; /* owned; of ACT_RECORD alone, else undefined */
};

struct actions {
    struct action *items; /* owned */
    size_t n, size;
    bool without_records; /* set by a caller that keeps no journal */
    struct err err;       /* why sched_step() returned -1 */
    dur_us retry_after;   /* a resize was refused: worth asking again after
                           * that; 0 = never, or not known */
};

void actions_init(struct actions *actions);
/* Empties; keeps the memory and the setting. */
void actions_clear(struct actions *actions);
void actions_release(struct actions *actions);
/* Returns a new action at the end, zeroed but for the event of others than
 * ACT_RECORD, borrowed until the next call. */
struct action *actions_add(struct actions *actions, enum action_type type);
/* The same about JOB and its attempt. */
struct action *actions_tell(struct actions *actions, enum action_type type,
                            const struct job *job);
const char *phase_why_name(enum phase_why why);

#endif
