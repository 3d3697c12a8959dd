/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The launcher port: how jobs become processes.
 *
 * local (slices of this machine), prrte (other machines, a later step) and
 * fake (timers, no process) stand behind it. A launcher knows nothing of
 * queues. It is told what to start where and says what became of it, always
 * later from the event loop, never from inside a call. At most one report of
 * `started` or `start_failed`, then exactly one `ended`, per attempt or part of
 * it (`start_failed` is final: no `ended` follows).
 */
#ifndef ERM_LAUNCH_LAUNCHER_H
#define ERM_LAUNCH_LAUNCHER_H

#include <stdbool.h>

#include <event2/event.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/hostlist.h"
#include "base/idset.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "shepherd/claim.h"

/* What is started and ended on its own: the command of an attempt (part 0), or
 * one of its further parts. Hashed as bytes: no padding. */
struct launch_key {
    int64_t job_id;
    uint32_t attempt;
    uint32_t part;
};

/* How a job uses PRRTE; all borrowed. */
struct launch_dvm {
    bool is_pool;          /* the pool's DVM; else one of its own */
    uint32_t per_node;     /* > 0: prun starts the command, so many a node; 0:
                              the command calls prun itself */
    const char *map_by;    /* for prun; NULL = in order, that many a node */
    const char *bind_to;   /* for prun; NULL = none */
    const char *node_file; /* "name slots=N" a line */
    const char *job_dir;   /* the claim's folder, absolute */
};

struct launch_request { /* all borrowed for the call */
    struct launch_key key;
    const char *command;       /* for /bin/sh -c, already adapted; NULL: only a
                                  DVM is to be kept */
    const char *const *env;    /* NAME=VALUE..., NULL at the end: complete */
    const char *cwd;           /* absolute */
    const char *stdout_path;   /* absolute; appended to */
    const char *stderr_path;   /* absolute; the same path = same file */
    const struct idset *nodes; /* node numbers of the pool */
    dur_us walltime;           /* TIME_NEVER = no limit */
    dur_us warn_before;        /* 0 = no warning signal */
    int warn_signal;
    dur_us grace;                 /* TERM to KILL */
    const struct launch_dvm *dvm; /* NULL = the command runs by itself */
    const char *const *wrapper;   /* from one launcher to the next: the words
                                     before COMMAND, NULL at the end; NULL =
                                     /bin/sh -c */
};

/* What an attempt that was started before had, for adopt(). */
struct launch_place {
    const struct idset *nodes; /* borrowed */
    bool has_dvm, is_pool;
};

/* Nodes that an attempt gives back; all borrowed for the call. */
struct launch_change {
    struct launch_key key;
    uint64_t seq;              /* of the directive, for the report */
    const struct idset *nodes; /* that go */
    const struct idset *stay;  /* that it keeps */
    dur_us patience;           /* before TERM: what ends by itself may */
    dur_us grace;              /* TERM to KILL */
};

enum launch_handles {
    LAUNCH_HANDLES_NOT,
    LAUNCH_HANDLES,
    LAUNCH_UNSEEN, /* it runs where nobody can look */
};

struct launch_report {
    struct launch_key key;
    enum {
        LAUNCH_STARTED,
        LAUNCH_START_FAILED,
        LAUNCH_ENDED,
        LAUNCH_LOST,
        LAUNCH_CLEARED, /* at any time between the start and the end */
    } what;
    uint64_t seq;            /* LAUNCH_CLEARED: as in the change */
    uint32_t n_killed;       /* the same: processes that had to be ended */
    pid_t pid;               /* LAUNCH_STARTED: of the command, 0 unknown */
    const char *text;        /* LAUNCH_START_FAILED: why; LAUNCH_ENDED: what is
                                to be said of it or NULL; borrowed */
    struct exit_record exit; /* LAUNCH_ENDED */
};

typedef void launch_report_f(void *context, const struct launch_report *report);

/* A node answers, or does not. Comes at any time from the event loop. */
struct launch_node_report {
    uint32_t node;
    bool is_up;
    const char *reason; /* down: why; borrowed */
    uint32_t slots;     /* up: its cores, 0 unknown */
};

typedef void launch_node_report_f(void *context,
                                  const struct launch_node_report *report);

/* Copies to OUT the nodes that a job has or is offered now: it may have grown,
 * or given some back. False: not known, OUT is unchanged. */
typedef bool launch_nodes_f(void *context, int64_t job_id, struct idset *out);

struct launcher {
    const struct launcher_ops *ops;
};

/* What a node of the pool is to the launcher. */
struct launch_node {
    const char *name;
    uint32_t slots; /* 0 = let the launcher say */
};

struct launcher_config {
    struct event_base *loop;   /* borrowed */
    const struct log *log;     /* borrowed */
    int jobs_fd;               /* folder for the claims, borrowed */
    const char *jobs_dir;      /* the same folder's absolute path */
    const char *shepherd_path; /* of erm-shepherd */
    bool is_unpinned;          /* jobs may use all processors of this machine */
    launch_report_f *report;
    launch_node_report_f *node_report;
    launch_nodes_f *job_nodes; /* NULL: jobs keep what they start with */
    void *context;             /* of all these */
};

struct launcher_ops {
    const char *name; /* "local", "prrte", "fake" */
    /* The pool's nodes by number (again when it changes). SLOTS (n entries)
     * receives each node's slots. UNREADY receives those of which it is not
     * known yet whether they answer; a node report about each will come. */
    int (*set_nodes)(struct launcher *launcher, const struct launch_node *nodes,
                     uint32_t n, uint32_t *slots, struct idset *unready,
                     struct err *err);
    /* Starts an attempt, or a part of one. -1 = refused at once, no report
     * follows. */
    int (*start)(struct launcher *launcher,
                 const struct launch_request *request, struct err *err);
    /* After a restart: finds out what became of an attempt that was started
     * and reports it (started if it runs, ended, lost). CLAIM_NONE is returned
     * and not reported: the caller may start the same attempt again. */
    enum claim_state (*adopt)(struct launcher *launcher,
                              const struct launch_key *key,
                              const struct launch_place *place);
    /* Sends SIGNAL to the job's processes. */
    int (*signal)(struct launcher *launcher, const struct launch_key *key,
                  int signal, struct err *err);
    /* Would a process of the job catch SIGNAL? What has no handler would end.
     */
    enum launch_handles (*handles)(struct launcher *launcher,
                                   const struct launch_key *key, int signal);
    /* TERM, GRACE, KILL; `ended` follows when nothing is left of the job. */
    int (*terminate)(struct launcher *launcher, const struct launch_key *key,
                     dur_us grace, struct err *err);
    /* The walltime, counted from the start, is now WALLTIME. */
    int (*set_walltime)(struct launcher *launcher, const struct launch_key *key,
                        dur_us walltime, struct err *err);
    /* May be NULL. Appends the processors of this machine that what runs on
     * NODE is pinned to ("0-3,8"), or nothing: it is not pinned. */
    void (*add_cpus)(struct launcher *launcher, uint32_t node,
                     struct strbuf *out);
    /* Ends everything of the attempt on CHANGE's nodes: TERM (when the patience
     * is over), the grace, KILL; what runs on its other nodes is not touched.
     * Its key is that of the command, which need not be there. When nothing of
     * it is left there, LAUNCH_CLEARED is reported; when the attempt ends
     * before, that is reported alone. Asked twice for one directive, it is
     * reported once. */
    int (*clear)(struct launcher *launcher, const struct launch_change *change,
                 struct err *err);
    /* The attempt's nodes are now these: its processes may use their
     * processors and no others. May be repeated; an attempt that is not there
     * is ignored. */
    void (*place)(struct launcher *launcher, const struct launch_key *key,
                  const struct idset *nodes);
    /* May be NULL. A person says that NODE is well: no more waiting before it
     * is used again, once it answers. */
    void (*resume_node)(struct launcher *launcher, uint32_t node);
    /* Jobs go on; the launcher forgets them. */
    void (*destroy)(struct launcher *launcher);
};

/* Each returns owned, NULL and ERR on failure; free by ops->destroy. */
struct launcher *launcher_local_create(const struct launcher_config *config,
                                       struct err *err);
struct launcher *launcher_fake_create(const struct launcher_config *config,
                                      struct err *err);

#endif
