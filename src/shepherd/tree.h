/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processes below one process. As a child subreaper the shepherd has all
 * that its job left behind below itself, whatever session or group it is in.
 *
 * A list is old as soon as it is made; nothing here promises to catch all in
 * one pass. The caller repeats until wait() says that no child is left. This
 * is the slow path: a job that leaves nothing behind never comes here.
 */
#ifndef ERM_SHEPHERD_TREE_H
#define ERM_SHEPHERD_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct pids {
    pid_t *items; /* owned */
    size_t n;
    size_t size;
};

enum tree_source {
    TREE_BY_CHILDREN, /* /proc/PID/task/TID/children: asks only the tree */
    TREE_BY_SCAN,     /* every /proc/PID/stat: for kernels without the first */
};

enum tree_source tree_best_source(void);
/* Adds the descendants of ROOT, parents first, without ROOT. */
void tree_list(pid_t root, enum tree_source source, struct pids *out);
void pids_release(struct pids *pids);

/* Has PID a handler for SIGNAL? */
bool tree_has_handler(pid_t pid, int signal);

/* To every descendant of this process: */
void tree_signal(int signal);
/* As tree_signal, but when some of them have a handler for SIGNAL only to
 * those: a warning must not end the shell around the program it is for. */
void tree_forward(int signal);
/* As tree_forward, to ROOT and its descendants. */
void tree_forward_from(pid_t root, int signal);
/* To ROOT and its descendants. */
void tree_signal_from(pid_t root, int signal);
/* Stops what it finds until nothing new appears, so that nothing can fork
 * away, then kills all of it. */
void tree_kill(void);

#endif
