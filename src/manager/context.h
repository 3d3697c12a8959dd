/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The manager's inside: pointers to its parts and nothing else, and the few
 * calls by which the parts (API, file watchers, launcher reports) act.
 */
#ifndef ERM_MANAGER_CONTEXT_H
#define ERM_MANAGER_CONTEXT_H

#include <event2/event.h>

#include "base/clock.h"
#include "base/hostlist.h"
#include "base/log.h"
#include "codec/job_spec.h"
#include "core/sched.h"
#include "launch/launcher.h"
#include "manager/manager.h"
#include "store/store.h"

struct state_dir;   /* store/state_dir.h */
struct node_names;  /* manager/node_names.h: node number <-> name, slots */
struct node_source; /* manager/node_source.h: where they come from */
struct node_pool;   /* manager/node_pool.h: which nodes there are; its lists */
struct job_cache;   /* manager/job_cache.h: names, specs of live jobs */
struct turn;        /* manager/turn.h */
struct jobs_watch;  /* manager/jobs_watch.h: jobs.json */
struct policy_box;  /* manager/policy_box.h: policy.json, jobrequests.json */
struct problems;    /* manager/problems.h: present faults of watched files */
struct late_starts; /* manager/late_starts.h: while the disk is full */
struct parts;       /* manager/parts.h: of attempts, besides their commands */
struct workers;     /* manager/workers.h */
struct handover;    /* manager/handover.h: nodes that jobs give back */
struct mailbox;     /* manager/mailbox.h: folders of running jobs */
struct waiting_restart; /* manager/restarting.h */
struct api;             /* manager/api.h */

/* What the options' paths became; all owned, absolute, NULL = none. */
struct manager_paths {
    char *policy, *requests, *output, *shepherd, *jobs_dir, *nodes_dir, *socket;
};

struct manager {
    struct manager_options options;
    struct log log;
    struct clock clock;
    struct event_base *loop;
    struct state_dir *state_dir;
    int lock_fd; /* on the state directory; -1 = none */
    struct manager_paths paths;
    struct store *store;
    struct sched *sched;
    struct launcher *launcher;
    const struct engine *engine; /* the launcher's; NULL: no PRRTE here */
    bool is_remote;              /* nodes are other machines */
    struct node_names *nodes;
    struct node_source *source; /* NULL: slices of this machine */
    struct node_pool *pool;
    struct job_cache *jobs;
    struct turn *turn;
    struct jobs_watch *jobs_watch;
    struct policy_box *policy;
    struct mailbox *mailbox; /* NULL: nothing runs */
    struct problems *problems;
    struct late_starts *late_starts;
    struct parts *parts;
    struct workers *workers;
    struct handover *handovers;       /* owned list */
    struct waiting_restart *restarts; /* owned list */
    struct api *api;
    time_us started;       /* this run */
    time_us first_started; /* the first run in this state directory */
    int64_t max_asked_id;  /* job ids up to here are not given by itself */
    char *home;            /* owned: folder of the jobs file, or where it was
                              started; a job without `cwd` runs there */
    char *launcher_note;   /* owned: what was chosen and why */
    struct err fatal;      /* why it had to stop; ERR_NONE: nothing */
    bool is_stopping;      /* ends after this turn */
    bool is_draining;      /* told to end its jobs and then stop */
    uint32_t n_left;       /* jobs for another allocation, then */
    bool is_idle_end;      /* stops because all is done (until_idle) */
    bool is_read_only;     /* the disk is full: nothing new is taken */
};

/*
 * Steps the core with EVENT (takes its content: event_release is done here)
 * and keeps its actions for the end of this turn: commit, then act. 0, or -1
 * and ERR when the core refused it.
 */
int manager_event(struct manager *manager, struct event *event,
                  struct err *err);
time_us manager_now(const struct manager *manager);

/* Ends the manager after this turn. IS_CANCELLING: cancels every job first
 * and ends once they are gone; otherwise jobs go on. */
void manager_stop(struct manager *manager, bool is_cancelling);
/* Reads the hostfile and the jobs file again. -1 and ERR: the hostfile is bad,
 * the pool stays as it was. */
int manager_reload(struct manager *manager, struct err *err);

/* After this turn's commit (or at once when nothing is to be committed).
 * IS_COMMITTED false: the disk is full. What was asked is kept in memory; it
 * becomes durable and is done when there is space again. */
typedef void turn_done_f(void *context, bool is_committed);
void turn_after_commit(struct turn *turn, turn_done_f *done, void *context);
/* Calls NEWS after every commit with all actions of that turn (borrowed for
 * the call): ended jobs, directives, records; for waiting clients. One
 * listener; NULL removes it. */
typedef void turn_news_f(void *context, const struct actions *actions);
void turn_on_news(struct turn *turn, turn_news_f *news, void *context);

struct submit_result {
    int64_t id;
    char warning[256]; /* "" = none */
};
/*
 * Submits N specs (borrowed), all or none: gives ids, resolves dependencies by
 * name, makes begin times, stores them, steps the core. SOURCE is "jobs file",
 * "api", "command line". 0 and RESULTS (N entries), or -1 and ERR.
 */
int manager_submit(struct manager *manager, const struct job_spec *specs,
                   size_t n, const char *source, struct submit_result *results,
                   struct err *err);

#endif
