/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The folder is watched and not the file, because a file that is replaced by
 * rename is another file. IN_MODIFY is left out: it comes in the middle of a
 * rewrite, IN_CLOSE_WRITE at its end.
 */
#include "manager/watch.h"

#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"

#define SETTLE_US (50 * USEC_PER_MSEC)
#define SETTLE_MAX_US USEC_PER_SEC
#define POLL_MS 2000
#define FOLDER_EVENTS                                                       \
    (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | \
     IN_ATTRIB)

/* What stat tells of a file's content. */
struct stamp {
    bool exists;
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec modified;
};

struct watch {
    char *path;   /* owned */
    char *folder; /* owned */
    char *name;   /* owned: in the folder */
    watch_changed_f *changed;
    void *context;
    int fd;              /* inotify */
    struct event *on_fd; /* owned, as all three */
    struct event *on_poll;
    struct event *on_settled;
    struct stamp known;
    int64_t first_sign; /* boot time; 0 = no change is waiting */
};

static struct timeval to_timeval(dur_us d)
{
    struct timeval tv = {.tv_sec = d / USEC_PER_SEC,
                         .tv_usec = d % USEC_PER_SEC};
    return tv;
}

static struct stamp take_stamp(const char *path)
{
    struct stamp stamp = {.exists = false};
    struct stat st;

    if (stat(path, &st) != 0)
        return stamp;
    stamp.exists = true;
    stamp.device = st.st_dev;
    stamp.inode = st.st_ino;
    stamp.size = st.st_size;
    stamp.modified = st.st_mtim;
    return stamp;
}

static bool is_same_stamp(const struct stamp *a, const struct stamp *b)
{
    return a->exists == b->exists && a->device == b->device &&
           a->inode == b->inode && a->size == b->size &&
           a->modified.tv_sec == b->modified.tv_sec &&
           a->modified.tv_nsec == b->modified.tv_nsec;
}

/* Harmless when it is watched already; a folder that was made anew is another
 * folder and needs it. */
static void watch_folder(struct watch *watch)
{
    inotify_add_watch(watch->fd, watch->folder, FOLDER_EVENTS);
}

/* Puts the report off while signs of change come, but not for ever: in the
 * end the timer that runs is left alone. */
static void note_sign(struct watch *watch)
{
    struct timeval delay = to_timeval(SETTLE_US);
    int64_t now = clock_boot_us();

    if (watch->first_sign == 0)
        watch->first_sign = now;
    if (now + SETTLE_US <= watch->first_sign + SETTLE_MAX_US)
        event_add(watch->on_settled, &delay);
}

static bool is_sign(const struct watch *watch,
                    const struct inotify_event *event)
{
    if ((event->mask & (IN_Q_OVERFLOW | IN_IGNORED)) != 0)
        return true;
    return event->len > 0 && strcmp(event->name, watch->name) == 0;
}

static void read_inotify(evutil_socket_t fd, short what, void *context)
{
    struct watch *watch = context;
    union {
        struct inotify_event event;
        char bytes[16 * (sizeof(struct inotify_event) + NAME_MAX + 1)];
    } buf;
    bool is_changed = false;
    ssize_t n;

    (void)what;
    while ((n = read(fd, buf.bytes, sizeof(buf.bytes))) > 0) {
        for (ssize_t at = 0; at < n;) {
            const struct inotify_event *event = (void *)(buf.bytes + at);
            is_changed = is_changed || is_sign(watch, event);
            at += (ssize_t)(sizeof(*event) + event->len);
        }
    }
    if (is_changed)
        note_sign(watch);
}

static void poll_file(evutil_socket_t fd, short what, void *context)
{
    struct watch *watch = context;
    struct stamp stamp = take_stamp(watch->path);

    (void)fd;
    (void)what;
    watch_folder(watch);
    if (watch->first_sign == 0 && !is_same_stamp(&stamp, &watch->known))
        note_sign(watch);
}

static void tell_change(evutil_socket_t fd, short what, void *context)
{
    struct watch *watch = context;

    (void)fd;
    (void)what;
    watch->first_sign = 0;
    watch->known = take_stamp(watch->path);
    watch->changed(watch->context);
}

static void split_path(struct watch *watch)
{
    char *copy = mem_strdup(watch->path);

    watch->folder = mem_strdup(dirname(copy));
    free(copy);
    copy = mem_strdup(watch->path);
    watch->name = mem_strdup(basename(copy));
    free(copy);
}

struct watch *watch_create(struct event_base *loop, const char *path,
                           watch_changed_f *changed, void *context,
                           struct err *err)
{
    struct watch *watch;
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

    if (fd < 0) {
        err_set_errno(err, "cannot watch %s", path);
        return NULL;
    }
    watch = mem_alloc(sizeof(*watch));
    watch->fd = fd;
    watch->path = mem_strdup(path);
    split_path(watch);
    watch->changed = changed;
    watch->context = context;
    watch->on_fd =
        event_new(loop, fd, EV_READ | EV_PERSIST, read_inotify, watch);
    watch->on_poll = event_new(loop, -1, EV_PERSIST, poll_file, watch);
    watch->on_settled = evtimer_new(loop, tell_change, watch);
    event_add(watch->on_fd, NULL);
    watch_set_poll(watch, POLL_MS);
    watch_folder(watch);
    watch->known = take_stamp(path);
    return watch;
}

void watch_destroy(struct watch *watch)
{
    if (watch == NULL)
        return;
    event_free(watch->on_fd);
    event_free(watch->on_poll);
    event_free(watch->on_settled);
    close(watch->fd);
    free(watch->path);
    free(watch->folder);
    free(watch->name);
    free(watch);
}

bool watch_is_settled(const struct watch *watch)
{
    struct stamp stamp = take_stamp(watch->path);

    return watch->first_sign == 0 && is_same_stamp(&stamp, &watch->known);
}

void watch_touch(struct watch *watch)
{
    note_sign(watch);
}

void watch_set_poll(struct watch *watch, long milliseconds)
{
    struct timeval interval = to_timeval(milliseconds * USEC_PER_MSEC);

    event_del(watch->on_poll);
    event_add(watch->on_poll, &interval);
}
