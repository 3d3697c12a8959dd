/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line of erm-dvm. It is written by a launcher, not by a person.
 */
#ifndef ERM_DVM_OPTIONS_H
#define ERM_DVM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#define DVM_USAGE                                                          \
    "usage: erm-dvm --job ID --attempt N [--part N] --dir DIR --key KEY "  \
    "--hosts FILE --rsh PATH [--rsh-how HOW] [--uri FILE] [--starts DIR] " \
    "[--within S] "                                                        \
    "[--per-node N --map-by HOW --bind-to WHAT] [--report FD] [-- COMMAND]\n"

struct dvm_options { /* all borrowed from argv */
    int64_t job_id;
    int64_t attempt;
    int64_t part;        /* of the attempt; 0: its own command */
    const char *dir;     /* of the claim: dvm.uri, dvm.log, failure, lost */
    const char *key;     /* of what runs in the DVM (dvm/host_script.h) */
    const char *hosts;   /* file: "name slots=N" a line */
    const char *rsh;     /* path of erm-rsh */
    const char *rsh_how; /* for ERM_RSH; NULL = ssh */
    const char *uri;     /* where jobs find the DVM that they share; NULL: the
                            command gets one of its own */
    const char *starts;  /* folder of the turnstile; NULL: none */
    int64_t within_s;    /* the DVM must be ready after so many seconds */
    int64_t per_node;    /* > 0: COMMAND is started by prun, so many a node */
    const char *map_by;  /* NULL: that many on each node, in order */
    const char *bind_to; /* NULL: none */
    int64_t report_fd;   /* -1: none */
    const char *command; /* for /bin/sh -c; NULL: only serve the DVM */
};

/* 0, or -1 with *PROBLEM (borrowed) = the word that is wrong. */
int dvm_options_parse(int argc, char **argv, struct dvm_options *out,
                      const char **problem);

#endif
