/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds what is left over on hosts and on this machine, and ends it: first
 * look, then judge (leftovers.h), then clean. A host that shares its processes
 * with this machine is this machine.
 */
#ifndef ERM_DOCTOR_CLEANING_H
#define ERM_DOCTOR_CLEANING_H

#include "base/strbuf.h"
#include "doctor/calls.h"
#include "doctor/leftovers.h"

struct cleaning_host {
    const char *name; /* borrowed; for people */
    bool is_here;     /* this machine itself; on input: without erm-rsh */
    bool has_answered;
    char where[160];        /* which kernel and which process table */
    struct strbuf words;    /* standard error */
    struct leftovers *left; /* borrowed: of all */
    struct call *call;      /* borrowed */
};

struct cleaning {
    struct calls_how how;
    struct cleaning_host *hosts; /* owned; the first is this machine */
    struct call *calls;          /* owned; one a host */
    size_t n;
    struct leftovers left;
};

/* NAMES (borrowed) of N other hosts, HERE (borrowed) of this machine. */
void cleaning_init(struct cleaning *cleaning, const struct calls_how *how,
                   const char *here, char *const *names, size_t n);
void cleaning_release(struct cleaning *cleaning);
/* Fills LEFT. */
void cleaning_look(struct cleaning *cleaning);
/* Ends what is LEFT_OURS, and (IS_ALL) what is LEFT_FOREIGN. */
void cleaning_do(struct cleaning *cleaning, bool is_all);
/* Would cleaning_do() end it? */
bool cleaning_takes(const struct leftover *item, bool is_all);

#endif
