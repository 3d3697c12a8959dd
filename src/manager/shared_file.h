/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file that erm and its clients edit in turn: the when and the patience
 * around locked_file.h. Looks at the file when it changes, when asked to, and
 * every second while something is open; a lock held by a client, or content
 * that makes no sense (yet), is waited for without stopping the loop.
 */
#ifndef ERM_MANAGER_SHARED_FILE_H
#define ERM_MANAGER_SHARED_FILE_H

#include <stdbool.h>

#include <event2/event.h>

#include "base/log.h"
#include "manager/locked_file.h"

struct shared_file;

/* Looks at FILE, which is locked and read, and may write it. -1 and ERR: it
 * makes no sense or cannot be written; it will be shown again later. */
typedef int shared_file_edit_f(void *context, struct locked_file *file,
                               struct err *err);
/* The file had vanished and was made anew, empty. */
typedef void shared_file_made_f(void *context);

struct shared_file_config {
    struct event_base *loop; /* all borrowed */
    const struct log *log;
    const char *path;
    const char *empty; /* the content of a new one */
    shared_file_edit_f *edit;
    shared_file_made_f *made; /* may be NULL */
    void *context;
};

/* Makes the file when there is none. Returns owned, or NULL and ERR. */
struct shared_file *shared_file_create(const struct shared_file_config *config,
                                       struct err *err);
void shared_file_destroy(struct shared_file *file);
const char *shared_file_path(const struct shared_file *file);
/* `edit` is called soon: from the loop, not from inside this. */
void shared_file_ask(struct shared_file *file);
/* Is it clear that the file cannot be edited for the time being? */
bool shared_file_is_stuck(const struct shared_file *file);
/* Calls it every second from now on, or no more. */
void shared_file_poll(struct shared_file *file, bool is_wanted);

#endif
