/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A job as its user wrote it: an entry of jobs.json, the body of a submit, the
 * text kept in the store. One struct for all three.
 */
#ifndef ERM_CODEC_JOB_SPEC_H
#define ERM_CODEC_JOB_SPEC_H

#include <jansson.h>

#include "base/err.h"
#include "core/job.h"

enum launch_kind { LAUNCH_SHELL, LAUNCH_MPI, LAUNCH_WORKERS };
/* Whose DVM a job runs in: by the manager's rule, its own, the pool's. */
enum dvm_choice { DVM_BY_RULE, DVM_OWN, DVM_OF_POOL };

struct spec_dependency {
    char *on; /* owned: a job id in decimal, or the name of an earlier job */
    enum dependency_kind kind;
};

struct job_spec {
    /* numbers; request.id = 0 when none was given, request.after is empty
     * (see `after`), request.begin is a delay in seconds while it comes from a
     * file or a client (the manager makes it an instant) */
    struct job_request request;
    char *label;   /* owned: an `id` that is not a number, or NULL */
    char *name;    /* owned, never NULL: "" when none was given */
    char *command; /* owned, never NULL */
    char *worker;  /* owned; `launch: workers`: what runs on each node; NULL:
                      the command does, and there is no other program */
    char *hook;    /* owned or NULL: run by erm at each resize */
    char *cwd;     /* owned or NULL, as all below */
    char *stdout_path; /* %j = id, %a = attempt, %x = name */
    char *stderr_path;
    char **env;                    /* NAME=VALUE, NULL at the end; or NULL */
    struct spec_dependency *after; /* owned */
    size_t n_after;
    dur_us begin_delay; /* start_time of the seed: seconds after the manager's
                           start (file) or after the submit (client); 0 none */
    uint32_t slots_per_node, procs_per_node; /* 0 = not given */
    enum launch_kind launch;
    enum dvm_choice dvm;
    char *map_by, *bind_to; /* owned or NULL: for prun, `launch: mpi` */
    dur_us warn_before;     /* < 0 = not given */
    int warn_signal;        /* 0 = not given (SIGUSR1) */
    int resize_signal;      /* 0 = not given */
    dur_us grace;           /* 0 = not given */
    char *identity; /* owned: what makes it the same entry on every reading
                       of the file; NULL for a client's submit */
};

void job_spec_init(struct job_spec *spec);
void job_spec_release(struct job_spec *spec);

/* The spec as the compact JSON text kept in the store and sent to the API
 * (keys as in jobs.json, "id" left out when 0). Returns owned. */
char *job_spec_to_text(const struct job_spec *spec);
json_t *job_spec_to_json(const struct job_spec *spec);
/* Back, from text or JSON that erm itself or a client made; every problem of
 * the object is told in ERR (the first one), with its key. */
int job_spec_from_text(const char *text, struct job_spec *out, struct err *err);
int job_spec_from_json(const json_t *object, struct job_spec *out,
                       struct err *err);

#endif
