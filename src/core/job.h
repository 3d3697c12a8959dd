/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A job as the scheduler knows it: numbers only. Its command, name and files
 * stay outside the core. States and their rules: doc/states.md.
 */
#ifndef ERM_CORE_JOB_H
#define ERM_CORE_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/idset.h"
#include "base/tree.h"

/* Job ids are small on purpose: the table of jobs is an array of pages. */
#define JOB_ID_MAX 9999999
/* All of its work, in parts per million. */
#define PROGRESS_WHOLE 1000000

enum job_kind { JOB_RIGID, JOB_MOLDABLE, JOB_ELASTIC, JOB_EVOLVING };

/* Growing and shrinking are a running job with an open directive. */
enum job_state {
    JOB_PENDING,
    JOB_STARTING,
    JOB_RUNNING,
    JOB_COMPLETING, /* told to end, or ending; still owns its nodes */
    JOB_COMPLETED,  /* the first terminal state */
    JOB_FAILED,
    JOB_TIMEOUT,
    JOB_CANCELLED,
    JOB_NODE_FAIL,
    JOB_LOST, /* its shepherd vanished: nobody knows how it ended */
};
#define JOB_N_STATES (JOB_LOST + 1)

/* Why a running job is being ended by erm; decides what EV_EXITED makes of
 * it. Later ones win over earlier ones. */
enum job_ending {
    ENDING_NOT,
    ENDING_RESTART, /* it starts again at once, on the nodes it is to have */
    ENDING_REQUEUE,
    ENDING_NODE_FAIL,
    ENDING_CANCEL,
};

enum resize_mode {
    RESIZE_POLICY, /* entries in policy.json, the seed's way */
    RESIZE_APP,
    RESIZE_HOOK,
    RESIZE_RESTART,
    RESIZE_WORKERS,
};

enum deadline_action {
    DEADLINE_KEEP, /* withdraw the directive, the job keeps its size */
    DEADLINE_FORCE,
    DEADLINE_REQUEUE,
    DEADLINE_CANCEL,
};

/* What the loss of some of its nodes means for a job. */
enum loss_rule {
    LOSS_ENDS,     /* the attempt ends as node_fail */
    LOSS_SHRINKS,  /* it goes on without them, if min_nodes are left */
    LOSS_RESTARTS, /* it starts again on those that are left; with fewer than
                    * min_nodes it goes back to the queue */
};

enum dependency_kind { AFTER_OK, AFTER_ANY, AFTER_NOT_OK };

struct job_dependency {
    int64_t id;
    enum dependency_kind kind;
};

struct job_runtime { /* declared run time at one size */
    uint32_t nodes;
    dur_us runtime;
};

/* What a submit asks for. min >= 1, min <= pref <= max. */
struct job_request {
    int64_t id; /* chosen by the caller, never used before */
    enum job_kind kind;
    enum resize_mode resize;
    enum deadline_action on_deadline;
    enum loss_rule loss;
    bool hold;
    bool requeue;         /* run again after a node failure or a loss */
    bool walltime_scales; /* the walltime is meant at the preferred size and
                           * follows the size (walltime.h) */
    uint32_t min_nodes, max_nodes;
    uint32_t pref_nodes;    /* 0 = none given */
    int32_t priority;       /* higher starts earlier; default 0 */
    dur_us walltime;        /* TIME_NEVER = no limit */
    dur_us expected;        /* run time, at the preferred size; 0 = not known */
    time_us begin;          /* not before; 0 = at once */
    double serial_fraction; /* Amdahl's; default 0.1 */
    dur_us accept_within;   /* 0 in a submit: the configuration's */
    dur_us done_within;     /* 0 in a submit: the configuration's */
    dur_us cooldown;        /* < 0: the configuration's, or by rule */
    dur_us resize_cost;     /* what a resize is thought to take; 0 not known */
    uint32_t n_after, n_runtimes;
    struct job_dependency *after; /* owned */
    struct job_runtime *runtimes; /* owned, by rising nodes */
};

enum directive_op { DIRECTIVE_GROW, DIRECTIVE_SHRINK };

enum directive_state {
    DIRECTIVE_NONE,
    DIRECTIVE_OFFERED,
    DIRECTIVE_ACCEPTED,
    DIRECTIVE_WITHDRAWING, /* past its deadline, being taken back */
    DIRECTIVE_FORCING,
    DIRECTIVE_DONE, /* the first terminal state */
    DIRECTIVE_REFUSED,
    DIRECTIVE_FAILED,
    DIRECTIVE_EXPIRED,
    DIRECTIVE_FORCED,
};

enum asker {
    ASKED_BY_SCHEDULER,
    ASKED_BY_USER,
    ASKED_BY_JOB,
    ASKED_BY_NODE_LOSS, /* nobody: nodes of the job went down */
};

/* What becomes of a job's wish for another size. */
enum wish_answer {
    ANSWER_GRANTED, /* as many nodes as it wished */
    ANSWER_PARTIAL, /* fewer, but at least as many as it needs */
    ANSWER_QUEUED,  /* it waits */
    ANSWER_DENIED,
};

/* A job's own wish that could not be granted at once and may wait. */
struct job_wish {
    uint32_t n, n_min; /* nodes at most, at least; n 0 = there is none */
    enum directive_op op;
    uint64_t seq;   /* the job's own number of it, for the answer */
    uint64_t order; /* rising: who wished first is served first */
    time_us until;  /* it is denied then; TIME_NEVER = not */
};

/* One request to a running job to change its size; at most one is open. */
struct directive {
    enum directive_state state;
    enum directive_op op;
    enum asker asker;
    bool shown;         /* the job can have seen it */
    uint64_t seq;       /* rising over all jobs, from 1 */
    struct idset delta; /* nodes that come or go */
    time_us offered;
    time_us accept_by; /* TIME_NEVER = no such deadline */
    time_us done_by;
    int64_t for_job; /* shrink: the waiting job it is made for; 0 none */
};

/* Nodes that come back at some time: an entry of the profile. */
struct release {
    struct tree_node node;
    time_us when;
    int64_t job;
    uint32_t n;   /* nodes that can be used again */
    uint64_t sum; /* of n over the subtree, kept by the profile */
    bool is_listed;
};

struct job;

/* A place in an order of the queue; the last three are of the subtree. */
struct queue_place {
    struct tree_node node;
    struct job *job; /* NULL: not in that order */
    uint32_t min_nodes;
    dur_us min_walltime, max_needs;
};

/* One edge of the dependency graph, owned by the waiting job. */
struct waiter {
    struct job *job;
    struct job_dependency on;
    bool is_met;
    struct waiter *next; /* in the list of the job waited for */
};

struct job {
    struct job_request request;
    enum job_state state;
    enum job_ending ending;
    uint32_t attempt;          /* from 1; of the next start while pending */
    uint32_t n_start_failures; /* in a row */
    uint32_t n_short_attempts; /* in a row that ended at once to start again */
    uint64_t arrival;          /* rising over all jobs: FCFS order */
    time_us submitted;
    time_us started;     /* when it was given nodes; 0 while pending. Starting
                          * again in place does not count anew */
    time_us planned_end; /* started + walltime, at its size (walltime.h) */
    time_us attempt_started;  /* of this attempt: later than `started` when it
                               * started again in place */
    time_us seen_running;     /* of this attempt; 0 not yet */
    time_us no_resize_before; /* cool-down */
    dur_us resize_cost;     /* learned: what a resize of it takes; 0 unknown */
    dur_us delayed;         /* of its promised start, by grants to others */
    uint32_t progress;      /* parts per million of its work; 0 none told */
    time_us progressed;     /* when it said so */
    uint32_t progress_from; /* at this size: the first it said... */
    time_us progress_since; /* ... and when; 0 nothing yet */
    struct idset nodes;     /* its own, confirmed */
    struct directive directive;
    struct job_wish wish;

    /* indexes, rebuilt from the above (sched_index.h) */
    struct queue_place in_order; /* in the queue while it may start */
    struct queue_place in_class;
    struct queue_place by_walltime;
    dur_us length;   /* estimated, at its preferred size, queued or aside */
    dur_us shortest; /* the same at its best start */
    dur_us needs;    /* of the allocation, queued or aside */
    bool is_queued, is_aside, is_listed; /* listed: among the elastic jobs */
    bool is_giving;             /* it is to give nodes for one that waits */
    uint32_t listed_at;         /* its place there */
    time_us estimated_end;      /* of a job with nodes, as last looked at */
    struct release end_release; /* its nodes, then */
    struct job *prev, *next;    /* aside list */
    struct job *prev_wish, *next_wish; /* among those with a wish */
    struct waiter *waits;              /* owned, n_after entries */
    uint32_t n_unmet;
    struct waiter *waiters; /* borrowed: who waits for this job */
};

/* Returns an owned job for a copy of REQUEST, pending, not in any index. */
struct job *job_create(const struct job_request *request);
void job_destroy(struct job *job);

void job_request_init(struct job_request *request);
void job_request_copy(struct job_request *to, const struct job_request *from);
void job_request_release(struct job_request *request);

bool job_state_is_terminal(enum job_state state);
bool directive_state_is_open(enum directive_state state);
bool job_has_open_directive(const struct job *job);
/* Does the job hold nodes (starting, running, completing)? */
bool job_is_active(const struct job *job);
/* Nodes that the job has or was offered. */
uint32_t job_n_nodes(const struct job *job);
/* Can it be made to leave nodes only by ending it and starting it again? */
bool job_is_forced_by_restart(const struct job_request *request);
/* The size it would like at its start, by `-s 1` (max) or `-s 0`. */
uint32_t job_start_size(const struct job_request *request, bool start_at_max);
/* The size below which it would rather not be made: pref_nodes, or the least.
 */
uint32_t job_preferred_size(const struct job_request *request);
/* Its run time at N nodes (> 0), one node being 1: by its run times where it
 * has some (between two sizes in proportion, below the first as if it scaled,
 * above the last like that), otherwise by serial_fraction (Amdahl). */
double job_relative_time(const struct job_request *request, uint32_t n);
/* Speed-up over one node at N nodes: the inverse. */
double job_speedup(const struct job_request *request, uint32_t n);

/* Full words ("pending", "growing"...), borrowed. */
const char *job_kind_name(enum job_kind kind);
const char *job_state_name(enum job_state state);
/* As above with growing and shrinking told apart, and "held". */
const char *job_display_state(const struct job *job);
const char *job_ending_name(enum job_ending ending);
const char *resize_mode_name(enum resize_mode mode);
const char *deadline_action_name(enum deadline_action action);
const char *loss_rule_name(enum loss_rule rule);
const char *dependency_kind_name(enum dependency_kind kind);
const char *directive_op_name(enum directive_op op);
const char *directive_state_name(enum directive_state state);
const char *asker_name(enum asker asker);
const char *wish_answer_name(enum wish_answer answer);

#endif
