/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of attempts besides their commands: workers, one on each node, and
 * hooks (doc/shepherd.md). Which of them run, and what is done to an attempt
 * as a whole. An attempt has ended when all of its parts have: the last report
 * of its command is held back until then.
 */
#ifndef ERM_MANAGER_PARTS_H
#define ERM_MANAGER_PARTS_H

#include "manager/launch_plan.h"

struct parts; /* manager->parts */

struct parts *parts_create(void);
void parts_destroy(struct parts *parts);

/* ---- numbers ---- */

uint32_t parts_of_node(uint32_t node);
bool parts_is_worker(uint32_t part, uint32_t *node);
uint32_t parts_of_hook(uint64_t seq);

/* ---- one part ---- */

struct part_state {
    bool is_there;   /* it has, or had, a process: there is a claim */
    bool is_live;    /* its last report has not come */
    bool is_running; /* its start was reported */
    bool is_told;    /* to end */
    time_us started;
};

/* Starts what PLAN says. -1 and ERR when the launcher refuses it. */
int parts_start(struct manager *manager, const struct launch_plan *plan,
                struct err *err);
struct part_state parts_state(const struct manager *manager,
                              const struct launch_key *key);
/* Asks it to end, once. One that is not there is fine. */
void parts_end(struct manager *manager, const struct launch_key *key,
               dur_us grace);
/* Removes the files of one that has ended, so that it may be started again. */
void parts_forget(struct manager *manager, const struct launch_key *key);

/* ---- an attempt ---- */

uint32_t parts_n_live(const struct manager *manager, int64_t job,
                      uint32_t attempt);
/* Has its command ended, while others of its parts have not? */
bool parts_is_held(const struct manager *manager, int64_t job,
                   uint32_t attempt);
/* Its command and its parts: ends them, signals them, gives them the walltime
 * that is left. -1 and ERR: of the command, or where there is none of all. */
int parts_end_attempt(struct manager *manager, int64_t job, uint32_t attempt,
                      dur_us grace, struct err *err);
int parts_signal_attempt(const struct manager *manager, const struct job *job,
                         int signal, struct err *err);
int parts_set_walltime(const struct manager *manager, const struct job *job,
                       struct err *err);
/* It is accounted: forgets all parts and their files. */
void parts_forget_attempt(struct manager *manager, int64_t job,
                          uint32_t attempt);

/* ---- reports, a restart ---- */

/* True when REPORT is of a part, or is held back. */
bool parts_take(struct manager *manager, const struct launch_report *report);
/* After a restart: takes up all that are found on disk. Those of attempts that
 * are over are ended. Reports come later. */
void parts_adopt(struct manager *manager);
/* Calls TAKE with each part of an attempt that is there. */
typedef void parts_each_f(void *context, const struct launch_key *key);
void parts_each(const struct manager *manager, int64_t job, uint32_t attempt,
                parts_each_f *take, void *context);

#endif
