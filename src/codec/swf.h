/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SWF, the Standard Workload Format of the Parallel Workloads Archive: bytes
 * -> jobs, and jobs -> text. A line is a job of 18 numbers, -1 for what is not
 * known; ';' begins a comment, and comments before the first job may name the
 * machine ("; MaxProcs: 100"). Source: Chapin et al., "Benchmarks and
 * standards for the evaluation of parallel job schedulers", JSSPP 1999, and
 * https://www.cs.huji.ac.il/labs/parallel/workload/swf.html.
 * What is done with odd lines: doc/swf.md.
 */
#ifndef ERM_CODEC_SWF_H
#define ERM_CODEC_SWF_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strbuf.h"

#define SWF_FIELDS 18
/* A line may leave out the last fields, as some converters do; the requested
 * time (field 9) must be there. */
#define SWF_FIELDS_LEAST 9

/* The fields in the order of the format. Times are in seconds, memory in KB
 * per processor. < 0: not known. */
struct swf_job {
    int64_t id;
    int64_t submit; /* since the start of the trace */
    int64_t wait;
    int64_t run;
    int64_t procs_used;
    int64_t cpu_time; /* average of its processors */
    int64_t memory_used;
    int64_t procs_requested; /* the job's size, once normalised */
    int64_t requested_time;
    int64_t memory_requested;
    int64_t status; /* 1 completed, 0 failed, 5 cancelled */
    int64_t user, group, program, queue, partition;
    int64_t preceding;  /* the job that it waited for... */
    int64_t think_time; /* ... and how long after that it was submitted */
    int64_t line;       /* of the file, from 1; 0 for a job not read */
};

/* A job of which nothing is known. */
#define SWF_JOB_UNKNOWN                                                       \
    ((struct swf_job){-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, \
                      -1, -1, -1, -1, 0})

struct swf {
    struct swf_job *jobs; /* owned; in file order */
    size_t n, size;
    int64_t max_procs, max_nodes; /* of the header; -1 not told */
    int64_t start;                /* UnixStartTime of the header; -1 not told */
    size_t n_backward;            /* jobs submitted before the one above them */
};

/* What the strong filter did. */
struct swf_filtered {
    size_t n_kept;
    /* dropped, each job for the first reason of these that it has */
    size_t n_too_large; /* more processors than the machine */
    size_t n_no_size, n_no_run, n_no_request;
    size_t n_no_submit; /* submitted before 0 */
    size_t n_raised; /* kept; its requested time was less than its run time */
};

void swf_init(struct swf *swf);
void swf_release(struct swf *swf);
/* Copies JOB. */
void swf_add(struct swf *swf, const struct swf_job *job);
/* Fills OUT (initialised, empty) from SIZE bytes. NAME is what messages call
 * the text. 0, or -1 and ERR (ERR_INPUT, "NAME:LINE:COLUMN: ..."), OUT then
 * being empty. A text without a job is an error. */
int swf_read(struct swf *out, const char *text, size_t size, const char *name,
             struct err *err);
/* Processors by the header: MaxProcs, or MaxNodes without it; 0 not told. */
int64_t swf_machine(const struct swf *swf);
/* The strong filter of Gaussier, Glesser, Reis and Trystram (SC'15): drops
 * what cannot be replayed on N_PROCS processors, and gives each job that is
 * left both numbers of processors and a requested time that is not less than
 * its run time. Keeps the order. */
void swf_normalise(struct swf *swf, int64_t n_procs, struct swf_filtered *out);
/* Appends the header and the jobs. */
void swf_write(const struct swf *swf, struct strbuf *out);

#endif
