/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler: one door in, one list of actions out. Pure: time comes in
 * with each event; no clock, file, thread or global is used.
 */
#ifndef ERM_CORE_SCHED_H
#define ERM_CORE_SCHED_H

#include "core/action.h"
#include "core/strategy.h"

struct sched;

enum backfill { BACKFILL_NONE, BACKFILL_EASY, BACKFILL_CONSERVATIVE };
/* In which order EASY tries the jobs behind the head. */
enum backfill_order {
    BACKFILL_IN_ORDER,
    BACKFILL_SHORTEST, /* the shortest walltime first, the first of equals */
};
/* How many nodes jobs are to have (sizing.h). */
enum sizing {
    SIZING_MIN,       /* a job is planned with the least that it can do with */
    SIZING_PREFERRED, /* with what it prefers, if it says so */
};
enum estimates { ESTIMATES_REQUESTED, ESTIMATES_PREDICTED }; /* estimate.h */
enum sched_mode { MODE_RIGID, MODE_EVOLVING, MODE_ELASTIC };

struct sched_config {
    bool start_at_max; /* -s 1 */
    enum backfill backfill;
    enum backfill_order backfill_order;
    uint32_t backfill_depth; /* jobs that conservative backfilling promises a
                              * start; 0 = all */
    enum sched_mode mode;
    enum sizing sizing;
    enum estimates estimates;
    const struct strategy *expand, *shrink; /* borrowed, from strategy.h */
    dur_us accept_within, done_within;
    dur_us policy_done_within; /* for RESIZE_POLICY, which never accepts */
    dur_us cooldown;           /* < 0: clamp(25 % of walltime, 60, 300 s) */
    dur_us evolving_delay;     /* by which grants to jobs that ask for more may
                                * delay a head's promised start, in total */
    time_us ends;              /* of the allocation; TIME_NEVER = none */
    dur_us least_run; /* a job without a walltime starts if `ends` is not
                       * nearer than this */
};

/* -s 0, EASY, 1000 promises, elastic, preferred sizes, both strategies speedup,
 * 30 s, 300 s, 600 s, cool-down by rule, no end. */
void sched_config_init(struct sched_config *config);
const char *backfill_name(enum backfill backfill);
const char *backfill_order_name(enum backfill_order order);
const char *sched_mode_name(enum sched_mode mode);
const char *sizing_name(enum sizing sizing);
const char *estimates_name(enum estimates estimates);
/* -1 for an unknown name. "scheduler_driven" is elastic. */
int backfill_parse(const char *name, enum backfill *out);
int backfill_order_parse(const char *name, enum backfill_order *out);
int sched_mode_parse(const char *name, enum sched_mode *out);
int sizing_parse(const char *name, enum sizing *out);
int estimates_parse(const char *name, enum estimates *out);

/* Returns an owned scheduler with no nodes; copies CONFIG. */
struct sched *sched_create(const struct sched_config *config);
void sched_destroy(struct sched *sched);
/* With another `ends` a pass must follow (EV_TIMER): jobs may start again. */
void sched_set_config(struct sched *sched, const struct sched_config *config);
const struct sched_config *sched_config(const struct sched *sched);

/*
 * The one door: checks EVENT (group 1), applies it, decides what follows, and
 * appends to OUT the records and actions in order. EVENT is borrowed.
 * Returns 0, or -1 with OUT->err and nothing changed or appended:
 * ERR_NOT_FOUND (no such job), ERR_CONFLICT (not in this state), ERR_INPUT.
 * Reports about directives that are closed, or attempts that are over, are
 * ignored: 0.
 * With EVENT->more others of the same instant follow: what follows from all of
 * them is decided with the last one (if that is refused, with the next that is
 * not). Until then nothing starts, and no ACT_WAKE_AT comes: an earlier one
 * still stands.
 * News that OUT carries (ACT_FINISHED...) is about jobs that sched_job() may
 * no longer know.
 */
int sched_step(struct sched *sched, const struct event *event,
               struct actions *out);

/* Replay: applies one record, of either group, without deciding anything.
 * -1 when it does not fit the state (a damaged journal), nothing changed. */
int sched_replay(struct sched *sched, const struct event *record,
                 struct err *err);
/* After the last record: appends what was decided and perhaps not yet done
 * (start, kill, offer, withdraw, force; all of them safe to repeat), then
 * decides what is due at NOW. */
void sched_resume(struct sched *sched, time_us now, struct actions *out);

/* ---- looking at it ---- */

/* The job, borrowed until the next step; NULL when unknown or terminal. */
const struct job *sched_job(const struct sched *sched, int64_t id);
/* Was this id ever used, and how did its job end? False: never used. A live
 * job gives its state. */
bool sched_outcome(const struct sched *sched, int64_t id, enum job_state *out);
/* Every live job, by rising id: the first with an id > AFTER; NULL at the end.
 */
const struct job *sched_next_job(const struct sched *sched, int64_t after);
int64_t sched_max_id(const struct sched *sched);

struct sched_counts {
    uint32_t pending, active;                                /* jobs */
    uint32_t pool, idle, allocated, reserved, drained, down; /* nodes */
};
void sched_counts(const struct sched *sched, struct sched_counts *out);

enum node_state {
    NODE_IDLE,
    NODE_ALLOCATED,
    NODE_RESERVED, /* idle, kept for a waiting job */
    NODE_DRAINING, /* drained, its job still runs */
    NODE_DRAINED,
    NODE_DOWN,
    NODE_LEAVING, /* not of the pool any more, its job still runs */
    NODE_ABSENT,
};
enum node_state sched_node_state(const struct sched *sched, uint32_t node);
/* The job that owns the node, or for which it is reserved; 0 none. */
int64_t sched_node_job(const struct sched *sched, uint32_t node);
const char *node_state_name(enum node_state state);
const struct idset *sched_nodes(const struct sched *sched);

enum pending_reason {
    REASON_NONE,
    REASON_HELD,
    REASON_DEPENDENCY,
    REASON_BEGIN_TIME,
    REASON_TOO_LARGE,      /* more nodes than the pool has */
    REASON_ALLOCATION_END, /* cannot end before the allocation does */
    REASON_UNAVAILABLE,    /* more than are neither down nor drained */
    REASON_RESERVED,       /* has its reservation, waits for a shrink */
    REASON_RESOURCES,      /* first in the queue, not enough free nodes */
    REASON_PRIORITY,       /* others are before it */
};
const char *pending_reason_name(enum pending_reason reason);

/* Why a pending job waits. */
struct why {
    enum pending_reason reason;
    uint32_t position, n_queued; /* from 1; 0 when it is not in the queue */
    uint32_t needs, n_free;      /* nodes: minimum, idle and unreserved */
    uint32_t n_pool, n_usable;
    time_us ends;           /* of the allocation; TIME_NEVER = none */
    time_us expected_start; /* TIME_NEVER = cannot be told */
    int64_t first_id;       /* the first of the queue */
    time_us first_start;    /* its promised start (shadow time) */
    uint32_t extra;         /* nodes that backfill may use past that */
    int64_t depends_on;     /* REASON_DEPENDENCY: the first unmet one */
    enum dependency_kind depends_kind;
    struct idset reserved; /* owned: nodes kept for it */
    struct idset coming;   /* owned: of those, still to be given back */
    uint32_t n_shrinking;  /* jobs that were asked to give nodes for it */
    int64_t shrinking[8];  /* the first of them */
    time_us shrink_by;     /* the last deadline among them */
    char backfill[160];    /* why it cannot be backfilled now, "" none */
};
/* 0, or -1 when ID is not pending. Release by why_release. */
int sched_why(const struct sched *sched, int64_t id, time_us now,
              struct why *out);
void why_release(struct why *why);
/* What a wish of job ID would get now without delaying anybody: up to N nodes,
 * which it may have until UNTIL (TIME_NEVER = for as long as it runs). False:
 * nothing, N is 0 then. */
bool sched_offers(const struct sched *sched, int64_t id, time_us now,
                  uint32_t *n, time_us *until);
/* Expected starts of the first MAX jobs of the queue, in queue order: fills
 * IDS and STARTS, returns how many. */
size_t sched_forecast(const struct sched *sched, time_us now, int64_t *ids,
                      time_us *starts, size_t max);

#endif
