/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Command adaptation: what a job's command and environment become once its
 * nodes are known (README "Job command adaptation", doc/commands.md). Pure.
 *
 * Works on words of the command as a POSIX shell would split it, never on
 * substrings, and leaves everything else byte for byte as it was: quotes,
 * pipes, redirections. A word is NODES, ID or NNODES when it is exactly that,
 * unquoted, or the part of a word after the first '=' ("--hosts=NODES").
 */
#ifndef ERM_LAUNCH_CMDLINE_H
#define ERM_LAUNCH_CMDLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/hostlist.h"
#include "base/strbuf.h"

/* ERM_PROTOCOL: the version of doc/protocol.md. */
#define CMDLINE_PROTOCOL 1

struct allocation { /* all borrowed */
    int64_t job_id;
    uint32_t attempt;
    uint64_t epoch; /* ERM_EPOCH: how often its nodes were set */
    const char *job_name;
    const char *resize;           /* ERM_RESIZE: its mode; NULL = none */
    const struct hostlist *nodes; /* names, in order */
    const uint32_t *slots;        /* per node */
    uint32_t min_nodes, max_nodes, pref_nodes;
    uint32_t procs_per_node;   /* 0 = one */
    dur_us walltime;           /* TIME_NEVER = none */
    time_us start;             /* for ERM_END_TIME */
    const char *job_dir;       /* ERM_JOB_DIR, absolute */
    const char *node_file;     /* ERM_NODEFILE, absolute */
    const char *policy_file;   /* ERM_POLICY_FILE, NULL = none */
    const char *requests_file; /* ERM_REQUESTS_FILE, NULL = none */
    const char *socket;        /* ERM_SOCKET */
    const char *dvm_uri;       /* NULL: no DVM, prun is left alone */
    const char *dvm_key;       /* what prun starts is marked with; NULL = as
                                  the DVM is */
    const char *node;          /* a worker: the one that it is on, NODE and
                                  ERM_NODE; NULL = none */
    uint32_t node_index;       /* ERM_NODE_INDEX: no other worker has it now */
    bool can_lose_ranks;       /* of MPI, while others go on: Open MPI is told
                                  what it needs for that */
    const char *key;           /* ERM_DVM_KEY: by which what it starts on its
                                  hosts is known; NULL = none, or by others */
    const char *rsh;           /* ERM_RSH: how its hosts are reached; NULL = its
                                  nodes are slices of this machine */
};

/* Appends the adapted command to OUT. -1 and ERR (ERR_INPUT) when the command
 * has an unbalanced quote; OUT is then unchanged. */
int cmdline_adapt(const char *command, const struct allocation *allocation,
                  struct strbuf *out, struct err *err);

/* Does it call prun? False when it cannot be split into words. */
bool cmdline_calls_prun(const char *command);
/* The length of the program's name when COMMAND is that program with its
 * arguments and nothing else, so that a shell may exec it; 0 otherwise. */
size_t cmdline_program(const char *command);
/* The complete environment of the job: BASE without the manager's own and
 * dangerous names (LD_PRELOAD, LD_LIBRARY_PATH stay: the user set them),
 * then the ERM_*, EXAMOL and PARSL_RUN_DIR variables, then EXTRA (NAME=VALUE
 * of the job's own `env`), later ones winning. What Open MPI has to be told is
 * added where neither BASE nor EXTRA says anything else; nothing without BASE.
 * Returns an owned NULL-ended array of owned strings; cmdline_env_free() frees
 * it. */
char **cmdline_env(const char *const *base, const struct allocation *allocation,
                   const char *const *extra);
void cmdline_env_free(char **env);

#endif
