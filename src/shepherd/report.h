/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages to the manager, one line each on a pipe that all its shepherds
 * share. They only wake it sooner: what they say is in the claim as well, so
 * one that is lost (no manager, a full pipe) does no harm.
 */
#ifndef ERM_SHEPHERD_REPORT_H
#define ERM_SHEPHERD_REPORT_H

#include <stdint.h>
#include <sys/types.h>

struct report {
    int fd; /* -1: nobody listens */
    int64_t job_id;
    uint32_t attempt, part;
};

/* "ID ATTEMPT PART started PID" */
void report_started(const struct report *report, pid_t pid);
/* "ID ATTEMPT PART failed WHAT: strerror(ERROR): NAME" */
void report_failed(const struct report *report, const char *what,
                   const char *name, int error);

#endif
