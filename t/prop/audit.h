/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An auditor: it sees nothing but what the scheduler hands out (records and
 * actions, in order), keeps its own books by node and by job, and notices what
 * no look at a single state can show: a node given twice, an attempt launched
 * twice, a node freed before its job let go of it, a directive without an end
 * or with two (I1, I3-I5, I7, I11-I18 of doc/invariants.md).
 */
#ifndef ERM_T_PROP_AUDIT_H
#define ERM_T_PROP_AUDIT_H

#include "core/action.h"

#define AUDIT_NODES 64
#define AUDIT_JOBS 4096

enum audit_state {
    AUDIT_UNKNOWN,
    AUDIT_PENDING,
    AUDIT_ACTIVE,
    AUDIT_RESTARTING, /* between two attempts, on its nodes */
    AUDIT_ENDED,
};

struct audit_job {
    enum audit_state state;
    enum job_kind kind;
    uint32_t min_nodes, max_nodes;
    uint32_t attempt;   /* the last one launched */
    bool may_try_again; /* that start failed: the same attempt may start */
    struct idset nodes; /* its own */
    struct directive directive;
};

struct audit {
    struct audit_job jobs[AUDIT_JOBS];
    int64_t owner[AUDIT_NODES];
    struct idset members, down, drained, reserved;
    int64_t reserved_for;
    uint64_t last_seq;
    time_us last_record;
    char error[200]; /* the first thing that was wrong; "" nothing */
};

/* Returns owned books in which nothing has happened yet. */
struct audit *audit_create(void);
void audit_destroy(struct audit *audit);
/* Reads what one step handed out; IS_RESUMED: after a restart, when what is
 * owed is asked for again. */
void audit_read(struct audit *audit, const struct actions *actions,
                bool is_resumed);

#endif
