/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line of erm-shepherd. It is written by a launcher, not by a
 * person: one form of each option, every value a word of its own.
 */
#ifndef ERM_SHEPHERD_OPTIONS_H
#define ERM_SHEPHERD_OPTIONS_H

#include <stdint.h>

#define OPTIONS_USAGE                                                          \
    "usage: erm-shepherd --jobs DIR --job ID --attempt N [--part N] "          \
    "--stdout F --stderr F --cwd D [--walltime-us N] "                         \
    "[--warn-us N --warn-signal N] [--grace-us N] [--cpus LIST] [--nofile N] " \
    "[--report FD] [--wrapped 1] "                                             \
    "-- ARGV...\n"

/* A wrapper has this much more than the job's grace, to end what runs on other
 * hosts, before it is killed itself. */
#define OPTIONS_WRAPPER_EXTRA_US 15000000

struct options { /* all borrowed from argv */
    const char *jobs_dir;
    const char *stdout_path;
    const char *stderr_path;
    const char *cwd;
    const char *cpus; /* NULL: not pinned */
    int64_t job_id;
    int64_t attempt;
    int64_t part;        /* of the attempt; 0: the command itself */
    int64_t walltime_us; /* INT64_MAX: none */
    int64_t warn_us;     /* 0: no warning */
    int64_t warn_signal;
    int64_t grace_us;
    int64_t nofile;     /* soft RLIMIT_NOFILE of the job, -1: as inherited */
    int64_t report_fd;  /* -1: none */
    int64_t is_wrapped; /* 1: ARGV starts the command (doc/shepherd.md) */
    int64_t wrapper_extra_us;
    char **argv; /* of the command */
};

/* 0, or -1 with *PROBLEM (borrowed from ARGV) = the word that is wrong. */
int options_parse(char **argv, struct options *out, const char **problem);

#endif
