/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A pool of tasks at work: its processes, and the job's nodes under it. See
 * task_pool.h for what is run where, pool_follow.c for directives.
 */
#ifndef ERM_CLI_POOL_RUN_H
#define ERM_CLI_POOL_RUN_H

#include <stdio.h>
#include <sys/types.h>

#include "base/clock.h"
#include "cli/task_list.h"
#include "cli/task_pool.h"
#include "erm.h"

/* A process of a task. It is kept when its task is cut off, until it is gone.
 */
struct pool_process {
    pid_t pid; /* leads its group */
    int task, node;
    uint64_t run;
    bool is_ending;  /* has got TERM */
    time_us kill_at; /* then: CLOCK_BOOTTIME; TIME_NEVER: KILL was sent */
    bool is_ended;   /* and is looked at once more: did its node go with it? */
    int code;        /* then, as a shell tells it */
    time_us judge_at;
};

/* A shrink that the pool is at. */
struct pool_shrink {
    int seq;        /* 0 = none */
    time_us cut_at; /* what still runs then is cut off; TIME_NEVER: never */
    int *nodes;     /* owned: indices in the pool */
    int n;
};

struct pool_run {
    /* what was asked for */
    char **words; /* borrowed */
    int n_words;
    unsigned slots; /* of each node; 0: as the job's hosts file says */
    dur_us grace;   /* between TERM and KILL of a task */
    bool keeps_nodes;
    /* how it stands */
    erm_t *e;
    FILE *told; /* borrowed: words for people */
    struct task_list list;
    struct task_pool pool;
    struct pool_process *processes; /* owned */
    int n_processes, processes_size;
    struct pool_shrink shrink;
    int settling;    /* seq that was answered and is not closed yet; 0 = none */
    pid_t releasing; /* erm app release, while it asks; 0 = none */
    time_us release_after; /* not before, CLOCK_BOOTTIME: it was denied */
    FILE *done_file; /* what is done, for another attempt; NULL: nowhere */
    int ended_by;    /* the signal that ends the pool; 0 = none */
    time_us told_progress;
};

/* Starts what can be started. -1 and ERR when nothing can be. */
int pool_run_start(struct pool_run *run, struct err *err);
/* Takes note of the processes that have ended, and kills those that would
 * not. */
void pool_run_reap(struct pool_run *run);
/* TERM, and KILL after the grace, for those of NODE; -1: for all. */
void pool_run_end(struct pool_run *run, int node);
/* When something is to be done at the latest, CLOCK_BOOTTIME. */
time_us pool_run_next(const struct pool_run *run);
/* Does anything of the pool run on NODE, be it only to be ended? */
bool pool_run_is_on(const struct pool_run *run, int node);

/* The job's nodes and what it is asked for: brings the pool up to date. */
void pool_run_follow(struct pool_run *run);
/* Gives nodes back for which there is nothing to do any more. */
void pool_run_give_back(struct pool_run *run);
void pool_run_forget_shrink(struct pool_run *run);

#endif
