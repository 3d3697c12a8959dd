/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a batch system tells a job about its allocation, from environment
 * variables (doc/allocation.md): nodes, slots, id and end. Pure: variables come
 * from a lookup function, and a file that one names is read by the caller.
 */
#ifndef ERM_CODEC_ALLOCATION_ENV_H
#define ERM_CODEC_ALLOCATION_ENV_H

#include "base/clock.h"
#include "base/err.h"
#include "codec/hostfile.h"

enum allocation_kind {
    ALLOCATION_NONE,
    ALLOCATION_SLURM,
    ALLOCATION_PBS,
    ALLOCATION_LSF,
    ALLOCATION_COBALT,
};

/* The value of the variable NAME, borrowed; NULL when it is not set. */
typedef const char *allocation_lookup_f(void *context, const char *name);

struct allocation_env {
    enum allocation_kind kind; /* NONE: in no allocation */
    char *id;                  /* owned; NULL = not told */
    time_us ends;              /* wall clock; TIME_NEVER = not told */
    dur_us length;             /* TIME_NEVER = not told; from its start */
    const char *end_variable;  /* which told of ENDS or LENGTH; NULL none */
    const char *variable;      /* which tells of the nodes */
    char *path;                /* owned: the file that it names; NULL none */
};

void allocation_env_init(struct allocation_env *env);
void allocation_env_release(struct allocation_env *env);
/* Fills OUT (initialised) with the allocation of KIND, or of the first batch
 * system that has one for ALLOCATION_NONE. 0, also when there is none (then
 * OUT->kind says so); -1 and ERR, which names the variable that makes no
 * sense, OUT unchanged. */
int allocation_env_find(struct allocation_env *out, enum allocation_kind kind,
                        allocation_lookup_f *lookup, void *context,
                        struct err *err);
/* Adds the nodes of ENV, which was found by the same LOOKUP, to HOSTS
 * (initialised). With ENV->path there are none: that file is a hostfile. -1
 * and ERR as above. */
int allocation_env_hosts(const struct allocation_env *env,
                         allocation_lookup_f *lookup, void *context,
                         struct hostfile *hosts, struct err *err);

/* "Slurm", for people; NULL for ALLOCATION_NONE. */
const char *allocation_kind_title(enum allocation_kind kind);
/* "slurm", on the command line and in JSON; NULL for ALLOCATION_NONE. */
const char *allocation_kind_name(enum allocation_kind kind);
/* The variables of which one must be set, "A, B or C", into OUT. */
void allocation_kind_variables(enum allocation_kind kind, struct strbuf *out);

#endif
