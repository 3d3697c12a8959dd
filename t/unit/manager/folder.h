/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What tests of the manager share: a folder of their own, files in it, and an
 * event loop that runs until something is true.
 */
#ifndef ERM_T_MANAGER_FOLDER_H
#define ERM_T_MANAGER_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include <event2/event.h>

/* Makes a new folder and goes there; its path is borrowed from PATH. Takes what
 * tells of an allocation out of the environment. */
void folder_enter(char *path, size_t size);
/* Leaves it and removes it with all that is in it. */
void folder_leave(const char *path);
/* Writes the file in place, as open("w") does. */
void file_put(const char *name, const char *text);
/* Writes it beside and renames it over. */
void file_replace(const char *name, const char *text);
/* The content, owned; NULL when there is none. */
char *file_get(const char *name);
bool file_has(const char *name, const char *text);

typedef bool loop_until_f(void *context);
/* Turns LOOP until UNTIL(CONTEXT) is true (then true), at most MILLISECONDS
 * (then what it is at the end). */
bool loop_until(struct event_base *loop, loop_until_f *until, void *context,
                long milliseconds);

#endif
