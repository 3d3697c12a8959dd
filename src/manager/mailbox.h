/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mailboxes of running jobs that can be resized: what the manager shows
 * there and what it finds there (doc/protocol.md).
 *
 * It is told by inotify what local programs write. Once a second it looks
 * where something is outstanding, because that does not see other hosts'
 * writes; on a network file system everywhere.
 */
#ifndef ERM_MANAGER_MAILBOX_H
#define ERM_MANAGER_MAILBOX_H

#include "manager/resizing.h"

struct mailbox;

/* Returns owned. */
struct mailbox *mailbox_create(struct manager *manager);
void mailbox_destroy(struct mailbox *mail);

/* The way of the mode app: directive.json, and replies to it. */
extern const struct resize_way mailbox_way;
/* Shows JOB's open directive to a job that is told of it in another way; its
 * replies count. */
void mailbox_show(struct manager *manager, const struct job *job);

/* An attempt of JOB is about to start (IS_NEW), or was adopted: looks after its
 * mailbox from now on. Nothing for jobs whose size is fixed. */
void mailbox_open(struct manager *manager, const struct job *job, bool is_new);
/* The attempt is over: forgets it, and what was asked and not answered. */
void mailbox_close(struct manager *manager, int64_t job);
/* There may be something: looks soon. */
void mailbox_touch(struct manager *manager, int64_t job);

/* News of the core, once they are durable: ACT_DIRECTIVE, ACT_PHASE and
 * ACT_ANSWER. */
void mailbox_directive(struct manager *manager, const struct action *action);
void mailbox_phase(struct manager *manager, const struct action *action);
void mailbox_answer(struct manager *manager, const struct action *action);

/* Has the job left the nodes of its open directive before it asked to give
 * them? Then it is not shown, and done. */
bool mailbox_is_released(const struct manager *manager, const struct job *job);

#endif
