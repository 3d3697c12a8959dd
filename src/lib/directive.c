/* SPDX-License-Identifier: BSD-2-Clause */
/* What the job is to do: directive.json. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/inotify.h>
#endif

#include "lib/handle.h"
#include "lib/scan.h"

#define LOOK_MS 1000 /* how often a wait looks by itself */

void erm_forget_directive(struct erm *e)
{
    free(e->directive_text);
    e->directive_text = NULL;
    e->cur.n = e->delta.n = e->target.n = 0;
    memset(&e->directive, 0, sizeof(e->directive));
    e->directive.reason = "";
}

static int take_op(struct erm_scan *s, int *op)
{
    const char *word;
    if (erm_scan_string(s, &word) < 0)
        return -1;
    *op = strcmp(word, "grow") == 0     ? ERM_GROW
          : strcmp(word, "shrink") == 0 ? ERM_SHRINK
                                        : 0;
    return *op != 0 ? 0 : erm_scan_fail(s, "op is neither grow nor shrink");
}

static int take_version(struct erm_scan *s)
{
    int version = 0;
    if (erm_scan_int(s, 1, &version) < 0)
        return -1;
    return version == 1 ? 0 : erm_scan_fail(s, "it is for a later liberm");
}

static int take_directive(void *context, struct erm_scan *s, const char *key)
{
    struct erm *e = context;
    erm_directive *d = &e->directive;
    if (strcmp(key, "v") == 0)
        return take_version(s);
    if (strcmp(key, "seq") == 0)
        return erm_scan_int(s, 1, &d->seq);
    if (strcmp(key, "op") == 0)
        return take_op(s, &d->op);
    if (strcmp(key, "reason") == 0)
        return erm_scan_string(s, &d->reason);
    if (strcmp(key, "forced") == 0)
        return erm_scan_bool(s, &d->forced);
    if (strcmp(key, "choice") == 0)
        return erm_scan_bool(s, &d->choice);
    if (strcmp(key, "current") == 0)
        return erm_scan_list(s, &e->cur);
    if (strcmp(key, "delta") == 0)
        return erm_scan_list(s, &e->delta);
    if (strcmp(key, "target") == 0)
        return erm_scan_list(s, &e->target);
    bool is_time = strcmp(key, "accept_by") == 0 || strcmp(key, "done_by") == 0;
    if (!is_time || erm_scan_sees_null(s)) /* null: no limit */
        return 1;
    return erm_scan_number(s, *key == 'a' ? &d->accept_by : &d->done_by);
}

/* From e->directive_text. 1, or an error. */
static int parse_directive(struct erm *e)
{
    erm_directive *d = &e->directive;
    const char *why = erm_scan_text(e->directive_text, take_directive, e);
    if (why == NULL && d->seq == 0)
        why = "seq is missing";
    if (why == NULL && d->op == 0)
        why = "op is missing";
    if (why == NULL && e->delta.n == 0)
        why = "delta is missing";
    if (why == NULL && e->target.n == 0)
        why = "target is missing";
    if (why != NULL) {
        erm_forget_directive(e);
        return erm_set_error(e, ERM_EFORMAT, "directive.json: %s", why);
    }
    d->cur = e->cur.items;
    d->delta = e->delta.items;
    d->target = e->target.items;
    d->n_cur = e->cur.n;
    d->n_delta = e->delta.n;
    d->n_target = e->target.n;
    return 1;
}

/* Has another handle, as that of a script's line before, answered it? The
 * manager takes replies away before it has done what they ask for. */
static bool is_answered(struct erm *e, int seq)
{
    struct erm_stamp stamp;
    int rc;
    char *text = erm_read_file(e, ANSWERED_FILE, &stamp, &rc);
    bool is = text != NULL && strtol(text, NULL, 10) == seq;
    free(text);
    return is;
}

static void read_directive(struct erm *e)
{
    int rc;
    erm_forget_directive(e);
    e->directive_text =
        erm_read_file(e, "directive.json", &e->directive_stamp, &rc);
    e->state = e->directive_text != NULL ? parse_directive(e) : rc;
    if (e->state == 1 && is_answered(e, e->directive.seq))
        e->answered = e->directive.seq;
}

/* Brings e->state up to date. */
static int look(struct erm *e)
{
    struct stat st;
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/directive.json", e->dir);
    if (stat(path, &st) < 0) {
        memset(&e->directive_stamp, 0, sizeof(e->directive_stamp));
        if (errno != ENOENT && errno != ENOTDIR)
            return e->state = erm_set_errno(e, "read", path);
        return e->state = 0;
    }
    struct erm_stamp stamp = erm_stamp_of(&st);
    if (!erm_stamp_is_same(&stamp, &e->directive_stamp))
        read_directive(e);
    return e->state;
}

static void empty_notify(struct erm *e)
{
    char events[4096];
    while (e->notify >= 0 && read(e->notify, events, sizeof(events)) > 0)
        ;
}

int erm_poll(erm_t *e, erm_directive *d)
{
    if (e == NULL)
        return ERM_EINVAL;
    if (e->dir == NULL)
        return 0;
    empty_notify(e);
    int rc = look(e);
    if (rc <= 0 || e->directive.seq == e->answered)
        return rc < 0 ? rc : 0;
    if (d != NULL)
        *d = e->directive;
    return 1;
}

/* What is renamed into the mailbox or removed from it wakes a waiter. Only for
 * those that wait: to close it takes the kernel some milliseconds. */
static int open_notify(const char *dir)
{
#ifdef __linux__
    int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (fd >= 0 &&
        inotify_add_watch(fd, dir, IN_MOVED_TO | IN_DELETE | IN_ONLYDIR) < 0) {
        close(fd);
        fd = -1;
    }
    return fd;
#else
    (void)dir;
    return -1;
#endif
}

/* Until the mailbox changes, END (below 0: never) comes, or it is time to look
 * by oneself. 1, 0 when it is over or a signal was caught, or an error. */
static int wait_for_change(struct erm *e, double end)
{
    struct pollfd fd = {e->notify, POLLIN, 0};
    double left = end < 0 ? LOOK_MS : (end - erm_clock(CLOCK_MONOTONIC)) * 1000;
    if (!(left > 0))
        return 0;
    if (poll(&fd, 1, left < LOOK_MS ? (int)left + 1 : LOOK_MS) >= 0)
        return 1;
    return errno == EINTR ? 0 : erm_set_errno(e, "wait for", "the mailbox");
}

static double end_of(double timeout)
{
    return timeout < 0 ? -1 : erm_clock(CLOCK_MONOTONIC) + timeout;
}

int erm_wait(erm_t *e, erm_directive *d, double timeout)
{
    double end = end_of(timeout);
    if (timeout != 0)
        erm_fd(e); /* before the first look, so that no change is missed */
    for (;;) {
        int rc = erm_poll(e, d);
        if (rc != 0)
            return rc;
        rc = wait_for_change(e, end);
        if (rc <= 0)
            return rc;
    }
}

int erm_settled(erm_t *e, int seq, double timeout)
{
    double end = end_of(timeout);
    if (e == NULL)
        return ERM_EINVAL;
    if (timeout != 0)
        erm_fd(e);
    while (e->dir != NULL) {
        empty_notify(e);
        int rc = look(e);
        if (rc < 0)
            return rc;
        if (rc == 0 || e->directive.seq != seq)
            break;
        rc = wait_for_change(e, end);
        if (rc <= 0)
            return rc;
    }
    return 1;
}

int erm_fd(erm_t *e)
{
    if (e == NULL)
        return -1;
    if (e->notify < 0 && e->dir != NULL)
        e->notify = open_notify(e->dir);
    return e->notify;
}
