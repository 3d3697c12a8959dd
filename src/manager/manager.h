/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The manager: the shell around the scheduler's core, and its one entry.
 */
#ifndef ERM_MANAGER_MANAGER_H
#define ERM_MANAGER_MANAGER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "codec/sched_settings.h"

struct job_spec;

/* What the command line asks for; all strings borrowed for the run, NULL or 0
 * = not given. */
struct manager_options {
    const char *hostfile;      /* -H */
    const char *jobs_file;     /* -j */
    const char *policy_file;   /* -p */
    const char *requests_file; /* -jr */
    uint32_t n_nodes;          /* -N; 0 = all that there are */
    const char *nodes_from;    /* "auto", "hostfile", "slurm"... */
    dur_us ends_in;            /* 0 = the allocation's, TIME_NEVER = no end */
    time_us ends_at;           /* wall clock; 0 = the allocation's */
    dur_us end_margin;         /* 0 = 30 s, or 20 s longer than grace */
    struct sched_settings sched;
    dur_us grace;              /* 0 = default */
    dur_us default_walltime;   /* 0 = no limit */
    const char *state_dir;     /* NULL = .erm beside the jobs file, or in cwd */
    const char *launcher;      /* "auto", "local", "prrte", "fake" */
    const char *dvm;           /* "job" (default), "pool": of MPI jobs */
    const char *rsh;           /* ssh-like command; NULL = ERM_RSH, or ssh */
    const char *shepherd_path; /* NULL = found beside erm */
    const char *output_dir;    /* of job output; NULL = the job's cwd */
    bool until_idle;           /* end when all is done */
    bool is_observer;          /* only tells what was; changes nothing */
    enum log_level log_level;
    struct job_spec *first_jobs; /* submitted at the start (run -- CMD) */
    uint32_t n_first_jobs;
    int ready_fd; /* gets "ok\n" once it serves, or the error's text and hint,
                   * each with a NUL; -1 none */
};

void manager_options_init(struct manager_options *options);

/* What a run amounted to, for the summary of `run --until-idle`. */
struct manager_summary {
    uint32_t n_jobs, n_completed, n_failed, n_timeout, n_cancelled, n_other;
    uint32_t n_grows, n_shrinks; /* done or forced */
    uint32_t n_refused, n_resizes_failed, n_expired, n_forced;
    dur_us mean_resize;  /* of those done, from offer to done; 0 = none */
    uint32_t n_left;     /* jobs for which the allocation was too short */
    uint32_t n_rejected; /* entries of the jobs file that were bad */
    dur_us makespan, mean_wait;
    double utilisation;
    int highest_exit; /* of the jobs: code, or 128 + signal; 124 timeout */
    bool is_idle;     /* ended because all was done */
};

/* Runs until told to stop (API, SIGTERM, SIGINT: jobs go on) or, with
 * until_idle, until all is done. 0, or -1 and ERR when it could not start or
 * had to stop. */
int manager_run(const struct manager_options *options,
                struct manager_summary *summary, struct err *err);

#endif
