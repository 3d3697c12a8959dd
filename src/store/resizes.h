/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The history of directives: who asked a job to change its size, when, by
 * which nodes, and what came of it. One row for each, from its offer on.
 * Words are stored as given: those of core/job.h.
 */
#ifndef ERM_STORE_RESIZES_H
#define ERM_STORE_RESIZES_H

#include "base/clock.h"
#include "store/store.h"

/* All texts are borrowed; times 0 = not so far. */
struct directive_row {
    int64_t seq, job;
    uint32_t attempt;
    const char *op, *asker, *state;
    int64_t for_job; /* 0 = none */
    time_us offered, accepted, closed;
    uint32_t n;        /* nodes */
    const char *nodes; /* their names, "n[1-2]" */
    dur_us retry;      /* refused: ask again after; 0 = not told */
    const char *note;  /* why, and what else happened; NULL = nothing to say */
};
typedef int (*directive_row_f)(void *arg, const struct directive_row *row);

/* Stores a directive, or its new state: of one that is stored already the
 * first ACCEPTED, and the rest but STATE, CLOSED, N, NODES and RETRY, stay as
 * they were. NOTE is not looked at. */
int store_directive(struct store *store, const struct directive_row *row,
                    struct err *err);
/* Adds TEXT to the directive's note; one that is not stored has none. */
int store_directive_note(struct store *store, int64_t seq, const char *text,
                         struct err *err);
/* A job's directives, oldest first: as history_view.h's iterations. */
int store_each_directive(struct store *store, int64_t job, directive_row_f each,
                         void *arg, struct err *err);

#endif
