/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The workers of one attempt, as they are remembered: a slot for each node
 * that has one or should. Whether a worker runs is known by its part.
 */
#ifndef ERM_MANAGER_CREW_H
#define ERM_MANAGER_CREW_H

#include <sys/types.h>

#include <uthash.h>

#include "manager/workers.h"

struct slot {
    uint32_t node;
    uint32_t index;      /* ERM_NODE_INDEX: no other slot has it */
    unsigned n_failures; /* in a row */
    time_us due;         /* boot time: not started before; 0 = at once */
    bool is_done;        /* it ended and is not started again */
    struct slot *prev, *next;
};

struct crew {
    int64_t job;
    uint32_t attempt;
    struct manager *manager; /* borrowed */
    bool is_alone;           /* there is no command beside them */
    bool has_begun;
    bool has_failed, is_late; /* late: ended at its walltime */
    bool is_over;             /* its end was told */
    dur_us grace;
    time_us began;       /* is_alone: when the first was up; 0 not yet */
    uint64_t failed_seq; /* the growth that has failed */
    struct slot *slots;  /* owned list */
    struct event *timer; /* owned */
    int code, signal;    /* how one of them failed last */
    struct strbuf failure;
    struct exit_record usage; /* sums over those that have ended */
    UT_hash_handle hh;        /* by job */
};

/* Returns owned; TIMER is to be set. */
struct crew *crew_create(int64_t job, uint32_t attempt, bool is_alone,
                         dur_us grace);
void crew_destroy(struct crew *crew);
/* NULL when NODE has none. */
struct slot *crew_find(const struct crew *crew, uint32_t node);
/* Made when there is none, with the least index that is free. */
struct slot *crew_slot(struct crew *crew, uint32_t node);
void crew_remove(struct crew *crew, struct slot *slot);
/* SLOT's index is what process PID has in its environment. */
void crew_learn_index(struct crew *crew, struct slot *slot, pid_t pid);
void crew_add_usage(struct crew *crew, const struct exit_record *exit);
/* Before the next start after N failures in a row. */
dur_us crew_pause(const struct workers_spans *spans, unsigned n);

#endif
