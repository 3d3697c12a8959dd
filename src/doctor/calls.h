/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Questions to many hosts at the same time: on each the host script
 * (dvm/host_script.h) serves some lines of requests through erm-rsh. Blocks
 * until all have answered or their time is over.
 */
#ifndef ERM_DOCTOR_CALLS_H
#define ERM_DOCTOR_CALLS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"

#define CALLS_AT_ONCE 16

struct call {
    const char *host;  /* borrowed; NULL: this machine, without erm-rsh */
    const char *input; /* borrowed: requests, one a line */
    void *context;     /* for the lines that come back */
    bool is_late;      /* out: its time was over */
    int status;        /* out: as a shell tells it; -1: cannot be started */
};

/* When and where a line came. */
struct call_line {
    const char *text;
    bool is_error;   /* on standard error */
    dur_us after;    /* since the call began */
    time_us wall_us; /* CLOCK_REALTIME when it came */
};
typedef void call_line_f(void *context, const struct call_line *line);

struct calls_how {
    const char *rsh;     /* path of erm-rsh */
    const char *rsh_how; /* "pretend", or an ssh-like command */
    dur_us limit;        /* for each host */
};

/* Sets ERM_RSH in the environment, and takes ERM_DVM_KEY out: what is asked is
 * no part of a job. */
void calls_run(const struct calls_how *how, struct call *calls, size_t n,
               call_line_f *take);

#endif
