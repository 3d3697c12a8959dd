/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One timer says when to look next. Clients hold the lock for milliseconds, or
 * for seconds when they sleep before they act, so the tries get rarer.
 */
#include "manager/shared_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "manager/watch.h"

#define POLL_EVERY USEC_PER_SEC
#define FIRST_RETRY (5 * USEC_PER_MSEC)
#define LAST_RETRY (200 * USEC_PER_MSEC)
#define PATIENCE (5 * USEC_PER_SEC)

struct shared_file {
    struct shared_file_config config;
    char *path;          /* owned */
    struct watch *watch; /* owned */
    struct event *timer; /* owned */
    dur_us retry;        /* the next one's delay */
    bool is_polled;
    int64_t trouble_since; /* boot time; 0 = none */
    bool is_told;          /* the trouble was logged */
};

static void look_in(struct shared_file *file, dur_us delay)
{
    struct timeval tv = {.tv_sec = delay / USEC_PER_SEC,
                         .tv_usec = delay % USEC_PER_SEC};

    event_add(file->timer, &tv);
}

static void retry_later(struct shared_file *file)
{
    look_in(file, file->retry);
    file->retry *= 2;
    if (file->retry > LAST_RETRY)
        file->retry = LAST_RETRY;
}

/* True once the trouble has lasted too long to be a client at work. */
static bool note_trouble(struct shared_file *file, const struct err *err)
{
    int64_t now = clock_boot_us();

    if (file->trouble_since == 0)
        file->trouble_since = now;
    if (now - file->trouble_since < PATIENCE)
        return false;
    if (!file->is_told)
        log_warning(file->config.log, "%s: it is left alone until it is right",
                    err->text);
    file->is_told = true;
    return true;
}

static void all_is_well(struct shared_file *file)
{
    if (file->is_told)
        log_info(file->config.log, "%s is right again", file->path);
    file->is_told = false;
    file->trouble_since = 0;
    file->retry = FIRST_RETRY;
    if (file->is_polled)
        look_in(file, POLL_EVERY);
}

static void make_anew(struct shared_file *file)
{
    if (locked_file_make(file->path, file->config.empty, NULL) == 1 &&
        file->config.made != NULL)
        file->config.made(file->config.context);
}

static void look(struct shared_file *file)
{
    struct locked_file locked;
    struct err err;
    int result;

    err_clear(&err);
    if (locked_file_open(&locked, file->path, &err) == 0) {
        result = file->config.edit(file->config.context, &locked, &err);
        locked_file_close(&locked);
        if (result == 0) {
            all_is_well(file);
            return;
        }
    } else if (err.code == ERR_BUSY) {
        retry_later(file);
        return;
    }
    if (note_trouble(file, &err) && err.code == ERR_NOT_FOUND)
        make_anew(file);
    retry_later(file);
}

static void timer_rings(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    look(context);
}

static void file_changed(void *context)
{
    shared_file_ask(context);
}

struct shared_file *shared_file_create(const struct shared_file_config *config,
                                       struct err *err)
{
    struct shared_file *file;

    if (locked_file_make(config->path, config->empty, err) < 0)
        return NULL;
    file = mem_alloc(sizeof(*file));
    file->config = *config;
    file->path = mem_strdup(config->path);
    file->retry = FIRST_RETRY;
    file->timer = evtimer_new(config->loop, timer_rings, file);
    file->watch =
        watch_create(config->loop, file->path, file_changed, file, err);
    if (file->watch == NULL) {
        shared_file_destroy(file);
        return NULL;
    }
    return file;
}

void shared_file_destroy(struct shared_file *file)
{
    if (file == NULL)
        return;
    watch_destroy(file->watch);
    event_free(file->timer);
    free(file->path);
    free(file);
}

const char *shared_file_path(const struct shared_file *file)
{
    return file->path;
}

void shared_file_ask(struct shared_file *file)
{
    file->retry = FIRST_RETRY;
    look_in(file, 0);
}

bool shared_file_is_stuck(const struct shared_file *file)
{
    return file->is_told;
}

void shared_file_poll(struct shared_file *file, bool is_wanted)
{
    file->is_polled = is_wanted;
    if (is_wanted && !event_pending(file->timer, EV_TIMEOUT, NULL))
        look_in(file, POLL_EVERY);
}
