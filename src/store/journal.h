/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The journal's records and the snapshots, as texts. What the texts mean is
 * the codec's business. Rules: doc/journal.md.
 *
 * Records are numbered from 1 without a gap. Each one and each snapshot has a
 * sum, so that a damaged one is found and not replayed.
 */
#ifndef ERM_STORE_JOURNAL_H
#define ERM_STORE_JOURNAL_H

#include "base/clock.h"
#include "store/store.h"

/* So many records stay, also when no snapshot needs them: for people. */
#define JOURNAL_KEEP 200000

struct record {
    int64_t seq;
    time_us time;
    int64_t job; /* 0 = about no job */
    const char *type, *text;
};

/* A nonzero result ends the iteration and becomes its result. RECORD is
 * borrowed for the call. Must not read the journal itself. */
typedef int (*record_f)(void *arg, const struct record *record);

/* Adds a record; returns its number, or -1 as a failed write. */
int64_t store_add_record(struct store *store, time_us time, int64_t job,
                         const char *type, const char *text, struct err *err);
/* Number of the last record, also of one not yet committed; 0 = none. */
int64_t store_last_seq(const struct store *store);
/*
 * Calls EACH for the records from FROM on (or from the oldest there is), at
 * most LIMIT of them (0 = all), oldest first. Returns 0, EACH's nonzero
 * result, or -1: ERR_INPUT when a record is damaged or missing, ERR_SYSTEM.
 */
int store_each_record(struct store *store, int64_t from, int64_t limit,
                      record_f each, void *arg, struct err *err);

/* Stores the state after record SEQ; the newest two snapshots are kept. Then
 * prunes the journal. */
int store_save_snapshot(struct store *store, int64_t seq, const char *text,
                        struct err *err);
/*
 * The newest snapshot, or the one before when that is damaged: 1 with SEQ and
 * owned TEXT; 0 with SEQ 0 and TEXT NULL when there is none. -1: ERR_INPUT
 * when the records from SEQ + 1 on are not all there to go on with.
 */
int store_load_snapshot(struct store *store, int64_t *seq, char **text,
                        struct err *err);
/* Removes records that the older snapshot has in it and that are not among
 * the newest KEEP. */
int store_prune_journal(struct store *store, int64_t keep, struct err *err);

#endif
