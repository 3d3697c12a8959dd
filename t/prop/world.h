/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A random world around the scheduler: users who submit, hold, cancel and
 * resize, jobs that start, end, vanish and answer directives well and badly,
 * nodes that fail and come back. Everything follows from the seed.
 */
#ifndef ERM_T_PROP_WORLD_H
#define ERM_T_PROP_WORLD_H

#include "core/sched.h"

#define WORLD_JOBS 4096
#define WORLD_START (1000 * USEC_PER_SEC)

struct attempt { /* one that was started and has not been reported ended */
    int64_t job;
    uint32_t attempt;
    bool is_reported; /* started was reported */
    bool is_killed;
    dur_us limit; /* that its starter knows; 0 not yet */
};

struct open_offer {
    int64_t job;
    uint64_t seq;
    enum action_type what; /* ACT_OFFER, ACT_WITHDRAW, ACT_FORCE */
};

struct world {
    struct sched *sched;
    struct actions actions;
    /* Sees all that comes out; may be NULL. */
    void (*watch)(void *watcher, const struct actions *actions,
                  bool is_resumed);
    void *watcher;         /* borrowed */
    struct event *records; /* all of them, in order; owned */
    size_t n_records, size_records;
    uint64_t random;
    time_us now;
    uint32_t n_nodes;
    int64_t last_id;
    struct attempt attempts[WORLD_JOBS];
    size_t n_attempts;
    struct open_offer offers[WORLD_JOBS];
    size_t n_offers;
    uint32_t n_shrinks, n_grows, n_finished, n_reserved;
    uint32_t n_restarted, n_lost; /* in place; nodes of jobs that went on */
    uint32_t n_chosen;            /* nodes given, as the job chose them */
    uint32_t n_granted, n_queued, n_denied; /* wishes */
    uint32_t n_delayed, n_offered;          /* grants that did; offers taken */
    uint64_t last_wish;
    uint32_t n_scaled; /* limits that followed the size */
    uint32_t n_timed;  /* starts and reservations under an allocation's end */
    uint32_t n_whys[REASON_PRIORITY + 1];
    char error[512]; /* what the world itself saw go wrong, "" nothing */
};

struct world *world_create(uint64_t seed, const struct sched_config *config);
void world_destroy(struct world *world);
uint32_t world_random(struct world *world, uint32_t below);
/* A random configuration of the scheduler. */
void world_config(uint64_t seed, struct sched_config *config);
/* The manager died and came back with SCHED (taken), whose state is that of
 * the journal: what is owed is asked for again. */
void world_restart(struct world *world, struct sched *sched);
/* Makes one random event and feeds it in; looks at what comes out. */
void world_turn(struct world *world);
/* Lets everything end: no new jobs, every job runs and ends, every directive
 * is answered. Returns whether nothing is left after N turns. */
bool world_drain(struct world *world, int n_turns);

#endif
