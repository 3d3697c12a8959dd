/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looking at the history. Rows are borrowed by the callbacks for the call; a
 * nonzero result of a callback ends the iteration and becomes its result. A
 * callback may look at other things, but not iterate over the same again.
 */
#ifndef ERM_STORE_HISTORY_VIEW_H
#define ERM_STORE_HISTORY_VIEW_H

#include <stddef.h>

#include "store/history.h"

struct history_job {
    int64_t id;
    const char *name, *label, *source; /* NULL = none */
    const char *spec;
    time_us submitted;
    /* from here on all is zero and NULL until the job has ended */
    const char *state, *ended_by;
    time_us first_started; /* of the first attempt; 0 = never */
    time_us started;       /* of the last attempt; 0 = never */
    time_us ended;
    uint32_t attempt;
    int code, signal;
    int64_t node_us;        /* nodes times microseconds, all attempts */
    struct job_usage usage; /* of the last attempt */
};
typedef int (*history_job_f)(void *arg, const struct history_job *job);

struct history_phase {
    uint32_t attempt, phase; /* from 1; phases begin anew in each attempt */
    time_us start, end;      /* end 0 = still open */
    uint32_t n_nodes;
    const char *nodes, *why;
};
typedef int (*history_phase_f)(void *arg, const struct history_phase *phase);

struct history_filter {
    const int64_t *ids; /* borrowed; NULL = all */
    size_t n_ids;
    time_us since; /* ended then or later */
    size_t limit;  /* 0 = no limit */
};

/* Directives that ended in a span of time, by outcome. */
struct resize_counts {
    int64_t done, forced, refused, failed, expired;
    double seconds; /* sum over those done, from offer to done */
};

/* Jobs that ended in a span of time. */
struct history_summary {
    int64_t jobs, completed, cancelled, failed;
    double node_seconds;
    time_us first_submitted, first_start, last_end; /* 0 = none */
    int64_t n_started;                              /* jobs that ran at all */
    double wait_seconds;      /* sum over those, from submit to first start */
    int64_t expands, shrinks; /* directives done or forced in the span */
    struct resize_counts resizes;
};

/* Ended jobs, newest end first. Returns 0, EACH's nonzero result, or -1. */
int store_each_ended_job(struct store *store,
                         const struct history_filter *filter,
                         history_job_f each, void *arg, struct err *err);
/* Calls EACH for one job, ended or not; returns its result. -1 with
 * ERR_NOT_FOUND when there is none. */
int store_view_job(struct store *store, int64_t id, history_job_f each,
                   void *arg, struct err *err);
/* A job's phases, oldest first. */
int store_each_phase(struct store *store, int64_t id, history_phase_f each,
                     void *arg, struct err *err);
/* Over the ends in FROM <= time < TO. */
int store_summary(struct store *store, time_us from, time_us to,
                  struct history_summary *out, struct err *err);
/* How many jobs have ended and, of them, failed. Costs nothing. */
void store_count_ended(const struct store *store, int64_t *ended,
                       int64_t *failed);

#endif
