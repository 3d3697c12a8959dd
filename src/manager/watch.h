/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Watching one file for changes: inotify on its folder for speed, and stat
 * every 2 s because inotify does not see the writes of other hosts.
 *
 * A change is told 50 ms after the last sign of it (at most 1 s after the
 * first), so that a writer can finish; the last change is never swallowed.
 * What the file says is not looked at.
 */
#ifndef ERM_MANAGER_WATCH_H
#define ERM_MANAGER_WATCH_H

#include <stdbool.h>

#include <event2/event.h>

#include "base/err.h"

struct watch;

typedef void watch_changed_f(void *context);

/* Watches PATH (copied), which need not exist, not even its folder. Returns
 * owned, or NULL and ERR. The state now is taken as known. */
struct watch *watch_create(struct event_base *loop, const char *path,
                           watch_changed_f *changed, void *context,
                           struct err *err);
void watch_destroy(struct watch *watch);
/* Is there no sign of a change that was not told yet? Looks at the file. */
bool watch_is_settled(const struct watch *watch);
/* As if the file had changed just now. */
void watch_touch(struct watch *watch);
/* How often stat is called; 2 s when nothing else is asked for. */
void watch_set_poll(struct watch *watch, long milliseconds);

#endif
