/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events: everything that changes the scheduler's state, and nothing else.
 *
 * The first group comes from outside through sched_step(). The second group
 * are the core's own decisions: sched_step() makes them, applies them by the
 * same apply_event() and hands them out as records. A journal of the records
 * of both groups, applied in order, gives the same state (doc/journal.md).
 */
#ifndef ERM_CORE_EVENT_H
#define ERM_CORE_EVENT_H

#include "core/job.h"

/* X-macro: constant, name in the journal. The order is not stored. */
#define EVENT_TYPES(X)                                                        \
    /* from outside */                                                        \
    X(EV_SUBMIT, "submit")             /* request */                          \
    X(EV_UPDATE, "update")             /* job, change */                      \
    X(EV_HOLD, "hold")                 /* job */                              \
    X(EV_RELEASE, "release")           /* job */                              \
    X(EV_CANCEL, "cancel")             /* job, duration: grace (0 = its own), \
                                          dependency: by the core itself */   \
    X(EV_REQUEUE, "requeue")           /* job */                              \
    X(EV_STARTED, "started")           /* job, attempt */                     \
    X(EV_START_FAILED, "start_failed") /* job, attempt, is_final */           \
    X(EV_EXITED, "exited")             /* job, attempt, exit, code, signal */ \
    X(EV_LOST, "lost")                 /* job, attempt */                     \
    X(EV_NODE_UP, "node_up")           /* nodes */                            \
    X(EV_NODE_DOWN, "node_down")       /* nodes */                            \
    X(EV_DRAIN, "drain")               /* nodes */                            \
    X(EV_UNDRAIN, "undrain")           /* nodes */                            \
    X(EV_POOL_CHANGED,                                                        \
      "pool_changed") /* nodes: all that belong to the pool */                \
    X(EV_RESIZE_ASKED, "resize_asked") /* job, op, n or nodes, asker,         \
                                          duration: done within (0 default);  \
                                          by the job: n_min (0 = n), wait,    \
                                          seq: its number of the wish */      \
    X(EV_SHOWN, "shown")               /* job, seq: written to the job */     \
    X(EV_ACCEPTED, "accepted")         /* job, seq */                         \
    X(EV_REFUSED, "refused")           /* job, seq, duration: retry after */  \
    X(EV_PROGRESSED, "progressed")     /* job, seq: still at it */            \
    X(EV_DONE, "done")                 /* job, seq, nodes: what a shrink has  \
                                          really given; none = as asked */    \
    X(EV_FAILED, "failed")             /* job, seq */                         \
    X(EV_WITHDRAWN, "withdrawn")       /* job, seq, is_found: it was still    \
                                          there, so the job has not acted */  \
    X(EV_FORCED, "forced")             /* job, seq: confirmed killed */       \
    X(EV_PROGRESS, "progress")         /* job, n: parts per million done */   \
    X(EV_TIMER, "timer")               /* time has passed */                  \
    /* decided by the core */                                                 \
    X(EV_START, "start")           /* job, attempt, nodes */                  \
    X(EV_RESERVE, "reserve")       /* job, nodes, when: promised */           \
    X(EV_UNRESERVE, "unreserve")   /* */                                      \
    X(EV_OFFER, "offer")           /* job, seq, op, nodes, asker, for_job,    \
                                      accept_by, when: done by */             \
    X(EV_WITHDRAW, "withdraw")     /* job, seq */                             \
    X(EV_FORCE, "force")           /* job, seq */                             \
    X(EV_WISH, "wish")             /* job, op, n, n_min, seq, when: until; it \
                                      waits */                                \
    X(EV_WISH_ENDED, "wish_ended") /* job, answer, n: nodes granted */        \
    X(EV_DELAY, "delay")           /* job: the head, duration: by which a     \
                                      grant delays its promised start */

#define EVENT_ENUM(constant, name) constant,
enum event_type { EVENT_TYPES(EVENT_ENUM) };
#undef EVENT_ENUM

/* How a job's command ended, for EV_EXITED. */
enum exit_cause {
    EXITED_BY_ITSELF,
    EXITED_AT_WALLTIME,
    EXITED_ON_REQUEST,
    EXITED_NODE_LOST, /* cut off: a node, or what runs it there, was lost */
};

/* What EV_UPDATE changes. */
enum job_change {
    CHANGE_PRIORITY = 1,
    CHANGE_WALLTIME = 2,
    CHANGE_NODES = 4, /* min, max, pref; pending jobs only */
    CHANGE_BEGIN = 8,
};

struct job_update {
    unsigned changes; /* of enum job_change */
    int32_t priority;
    dur_us walltime;
    uint32_t min_nodes, max_nodes, pref_nodes;
    time_us begin;
};

/* A flat record: each type uses the fields named beside it above. */
struct event {
    enum event_type type;
    time_us now;
    int64_t job;
    uint32_t attempt;
    uint64_t seq;       /* of the directive */
    struct idset nodes; /* owned by the event */
    uint32_t n, n_min;
    enum directive_op op;
    enum asker asker;
    int64_t for_job;
    time_us accept_by;
    time_us when;
    dur_us duration, wait;
    enum wish_answer answer;
    enum exit_cause exit;
    int code, signal;
    bool is_final, is_found, is_dependency;
    bool more; /* others of this instant follow (sched_step()); not stored */
    struct job_update update;
    struct job_request request; /* owned by the event; EV_SUBMIT only */
};

/* An event of TYPE at NOW with all else zero. */
void event_init(struct event *event, enum event_type type, time_us now);
void event_copy(struct event *to, const struct event *from);
void event_release(struct event *event);
/* The name in the journal, and back: -1 for an unknown one. */
const char *event_type_name(enum event_type type);
int event_type_parse(const char *name, enum event_type *out);

#endif
