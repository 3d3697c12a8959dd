/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One job in its DVM, from the start of prte to the last process:
 *
 *   WAITING   for the turnstile
 *   STARTING  prte runs, the DVM is not ready; tried again when that fails
 *   PROBING   a first job through a DVM that others will use
 *   RUNNING   the command (prun, or a shell that may call prun)
 *   ENDING    told to end: TERM on every host, KILL when the grace is over
 *   STOPPING  prte is told to end
 *   OVER
 *
 *   CLEANING  what a shared DVM has left on its hosts is removed
 *
 * With a DVM that others keep it waits for that, and ends without STOPPING. A
 * DVM that serves (no command) ends by itself when neither its manager nor a
 * job is there any more.
 */
#ifndef ERM_DVM_STEP_H
#define ERM_DVM_STEP_H

#include <stdbool.h>
#include <stdint.h>

#include "dvm/daemon.h"
#include "dvm/remote.h"

enum step_state {
    STEP_WAITING,
    STEP_STARTING,
    STEP_PROBING,
    STEP_RUNNING,
    STEP_ENDING,
    STEP_STOPPING,
    STEP_CLEANING,
    STEP_OVER,
};

struct step {
    const struct dvm_options *options; /* borrowed */
    struct hostlist hosts;
    enum step_state state;
    struct daemon daemon;
    struct remote remote;
    struct strbuf uri_file, tmp;
    int place;       /* in the turnstile, -1 none */
    int64_t give_up; /* boot time: when a shared DVM must be there */
    int n_tries;     /* starts of the DVM so far */
    pid_t command;   /* 0: does not run */
    bool is_lost;    /* the DVM ended before the command */
    int64_t look_in; /* microseconds until the next look for hung ranks */
    int n_missing;   /* looks in a row that found none */
    int code;        /* what erm-dvm exits with */
    int64_t due;     /* boot time, microseconds: of the state; INT64_MAX none */
    off_t err_start; /* length of standard error when prun began */
};

/* 0, or -1 with errno and *WHAT (borrowed) = what failed. */
int step_init(struct step *step, const struct dvm_options *options,
              const char **what);
void step_release(struct step *step);
/* The first move. */
void step_begin(struct step *step);
/* PID ended with STATUS (of waitpid). */
void step_reaped(struct step *step, pid_t pid, int status);
/* Asked to end within GRACE_US. */
void step_end(struct step *step, int64_t grace_us);
/* SIGNAL is for the job. */
void step_forward(struct step *step, int signal);
/* prte has printed something. */
void step_heard(struct step *step);
/* The time due has come (or perhaps not: looks). */
void step_timer(struct step *step);

#endif
