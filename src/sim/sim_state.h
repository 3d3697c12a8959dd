/* SPDX-License-Identifier: BSD-2-Clause */
/* A running simulation, for the files of sim alone. */
#ifndef ERM_SIM_SIM_STATE_H
#define ERM_SIM_SIM_STATE_H

#include "base/heap.h"
#include "sim/predictor.h"
#include "sim/random.h"
#include "sim/sim.h"

/* The core takes instant 0 for "not yet": its clock is this much ahead. */
#define SIM_ORIGIN USEC_PER_SEC

/* What is to come: heap_entry.kind; id and seq as named here. Those of one
 * instant happen in this order. */
enum sim_coming {
    COMING_END,       /* job index, app.expected */
    COMING_NODE_DOWN, /* node */
    COMING_NODE_UP,   /* node */
    COMING_STARTED,   /* job index, attempt */
    COMING_KILLED,    /* job index, attempt */
    COMING_WITHDRAWN, /* job index, directive; the rest of them too */
    COMING_FORCED,
    COMING_DONE,
    COMING_REFUSED,
    COMING_DEATH,
    COMING_PASS, /* nothing, but time for a pass */
};

struct sim {
    const struct workload *workload;   /* borrowed */
    const struct sim_options *options; /* borrowed */
    struct sim_result *result;         /* borrowed */
    struct sched *sched;               /* owned */
    struct actions actions;            /* owned, used again and again */
    struct app *apps;                  /* owned, by job index */
    struct heap coming;                /* owned */
    struct heap_entry *due;            /* owned: of one round */
    size_t n_due, size_due;
    size_t n_submitted;
    size_t n_running;
    uint64_t n_expected;  /* ends, so far */
    uint32_t n_down;      /* nodes */
    struct random random; /* for failures of nodes */
    struct predictor predictor;
    time_us now;     /* of the workload */
    time_us wake_at; /* of the workload; TIME_NEVER */
};

/* Says that something is to come. */
void sim_coming(struct sim *sim, enum sim_coming kind, time_us when,
                uint32_t id, uint64_t seq);
/* carry_out.c: does what the core has decided, sim->actions. */
void sim_carry_out(struct sim *sim);

#endif
