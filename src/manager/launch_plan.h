/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an attempt of a job runs as: its command and environment with the
 * nodes filled in, its folder and its output files. From the job's spec, what
 * the core says about it and the nodes it got; nothing is started here.
 */
#ifndef ERM_MANAGER_LAUNCH_PLAN_H
#define ERM_MANAGER_LAUNCH_PLAN_H

#include "launch/cmdline.h"
#include "manager/context.h"

/* What of an attempt is to run; all borrowed. */
struct launch_part {
    uint32_t number; /* 0: the command itself */
    const char *command;
    const char *node;         /* a worker: its node; NULL: no worker */
    uint32_t node_number;     /* the same in the pool */
    uint32_t node_index;      /* among the workers of the attempt */
    const char *output;       /* in the names of its output files; NULL: none */
    const char *const *extra; /* more environment: NAME=VALUE, NULL at the end;
                                 NULL: none */
};

struct launch_plan {
    struct launch_key owner; /* what it is the plan of */
    struct strbuf command;
    char **env; /* owned */
    char **own; /* owned: of it, what tells of the job and its nodes */
    char *cwd;  /* owned, absolute, as all paths here */
    char *stdout_path, *stderr_path;
    char *job_dir;   /* the mailbox */
    char *claim_dir; /* the claim's folder */
    char *node_file; /* written by launch_plan_write_nodes */
    char *part_file; /* a worker on another machine: the same for its one node,
                        else NULL */
    struct hostlist nodes;
    uint32_t *slots;      /* owned; per node */
    struct idset numbers; /* of these */
    struct idset where;   /* those that it runs on, to be pinned to */
    time_us start;        /* from when the walltime counts */
    dur_us walltime, warn_before, grace;
    int warn_signal;
    bool has_dvm;          /* its command runs in a DVM: */
    struct launch_dvm dvm; /* borrows from the plan and SPEC */
    char *dvm_uri;         /* owned: file with the DVM's address, or NULL */
    char *dvm_key;         /* owned: of its processes in the pool's DVM, NULL */
    char *key;             /* owned: of what it starts on its hosts; NULL: they
                              are slices of this machine, or erm-dvm says it */
};

/* Does a job of SPEC run in a DVM, and in the pool's? */
bool launch_plan_has_dvm(const struct manager *manager,
                         const struct job_spec *spec, bool *is_pool);

/* REQUEST is the job's present one (walltime and sizes may have been changed
 * since SPEC); SPEC is borrowed as long as the plan. -1 and ERR when the
 * command cannot be adapted (ERR_INPUT), or PRRTE is missing (ERR_NOT_FOUND);
 * PLAN needs launch_plan_release() only after 0. */
int launch_plan_make(struct launch_plan *plan, const struct manager *manager,
                     const struct job_spec *spec,
                     const struct job_request *request, int64_t id,
                     uint32_t attempt, const struct idset *nodes,
                     struct err *err);
/* The same for a part of the attempt. */
int launch_plan_make_part(struct launch_plan *plan,
                          const struct manager *manager,
                          const struct job_spec *spec,
                          const struct job_request *request, int64_t id,
                          uint32_t attempt, const struct idset *nodes,
                          const struct launch_part *part, struct err *err);
void launch_plan_release(struct launch_plan *plan);
/* What the launcher is asked for; borrows from PLAN. */
struct launch_request launch_plan_request(const struct launch_plan *plan);
/* How PRRTE takes part, in words for people; appends nothing when it does
 * not. */
void launch_plan_describe(const struct launch_plan *plan, struct strbuf *out);
/* The time from TERM to KILL: OWN of the job, or the default when that is 0. */
dur_us launch_plan_grace(const struct manager *manager, dur_us own);
/* Writes the node file in hostfile form; of a worker its own. */
int launch_plan_write_nodes(const struct launch_plan *plan, struct err *err);

#endif
