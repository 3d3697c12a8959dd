/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The nodes of a start are looked up when it is done: they stay the job's.
 */
#include "manager/late_starts.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "manager/perform.h"

#define TRY_AGAIN_SEC 3

struct late_start {
    int64_t job;
    uint32_t attempt;
};

struct late_starts {
    struct manager *manager;  /* borrowed */
    struct late_start *items; /* owned, in order */
    size_t n, size;
    struct event *timer; /* owned */
};

static void set_timer(struct late_starts *late)
{
    struct timeval later = {.tv_sec = TRY_AGAIN_SEC};

    if (!event_pending(late->timer, EV_TIMEOUT, NULL))
        event_add(late->timer, &later);
}

static void start(struct manager *manager, const struct late_start *item)
{
    const struct job *job = sched_job(manager->sched, item->job);
    struct action action = {
        .type = ACT_START, .job = item->job, .attempt = item->attempt};

    if (job == NULL || job->state != JOB_STARTING)
        return;
    idset_copy(&action.nodes, &job->nodes);
    perform_action(manager, &action);
    idset_release(&action.nodes);
}

static void try_again(evutil_socket_t fd, short what, void *context)
{
    struct late_starts *late = context;
    struct late_start *items = late->items;
    size_t n = late->n;

    (void)fd;
    (void)what;
    if (late->manager->is_read_only) {
        set_timer(late);
        return;
    }
    /* those that still cannot be done are added again */
    late->items = NULL;
    late->n = late->size = 0;
    for (size_t i = 0; i < n; i++)
        start(late->manager, &items[i]);
    free(items);
}

struct late_starts *late_starts_create(struct manager *manager)
{
    struct late_starts *late = mem_alloc(sizeof(*late));

    late->manager = manager;
    late->timer = evtimer_new(manager->loop, try_again, late);
    return late;
}

void late_starts_destroy(struct late_starts *late)
{
    if (late == NULL)
        return;
    event_free(late->timer);
    free(late->items);
    free(late);
}

void late_starts_add(struct late_starts *late, int64_t job, uint32_t attempt)
{
    if (late->n == late->size) {
        late->size = late->size == 0 ? 16 : 2 * late->size;
        late->items = mem_resize(late->items, late->size, sizeof(*late->items));
    }
    late->items[late->n++] =
        (struct late_start){.job = job, .attempt = attempt};
    set_timer(late);
}

bool late_starts_remove(struct late_starts *late, int64_t job)
{
    for (size_t i = 0; i < late->n; i++) {
        if (late->items[i].job != job)
            continue;
        for (late->n--; i < late->n; i++)
            late->items[i] = late->items[i + 1];
        return true;
    }
    return false;
}
