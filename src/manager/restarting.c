/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The signal is sent once for each directive: it is "shown" with it, and what
 * was shown is not shown again after a restart of the manager. Only when that
 * died in the moment between the signal and the journal it comes twice; by
 * then the program had a handler, or has one.
 */
#include "manager/restarting.h"

#include <signal.h>
#include <stdlib.h>

#include <utlist.h>

#include "base/alloc.h"
#include "manager/mailbox.h"
#include "manager/turn.h"

#define LOOK_EVERY (200 * USEC_PER_MSEC)
/* Within this a program has set itself up, where nobody can see it. */
#define SETTLED (5 * USEC_PER_SEC)

struct waiting_restart {
    struct manager *manager; /* borrowed */
    int64_t job;
    uint64_t seq;
    time_us since;
    struct event *timer; /* owned */
    struct waiting_restart *next;
};

static void drop(struct waiting_restart *waiting)
{
    LL_DELETE(waiting->manager->restarts, waiting);
    event_free(waiting->timer);
    free(waiting);
}

static int signal_of(const struct manager *manager, int64_t job)
{
    struct job_spec spec;
    int number;

    if (turn_read_spec(manager->turn, job, &spec, NULL) != 0)
        return SIGUSR1;
    number = spec.resize_signal == 0 ? SIGUSR1 : spec.resize_signal;
    job_spec_release(&spec);
    return number;
}

static void tell(struct manager *manager, const struct job *job, int number)
{
    struct launcher *launcher = manager->launcher;
    struct launch_key key = {.job_id = job->request.id,
                             .attempt = job->attempt};
    uint64_t seq = job->directive.seq;
    struct err err;

    err_clear(&err);
    mailbox_show(manager, job);
    if (launcher->ops->signal(launcher, &key, number, &err) != 0) {
        resizing_failed(manager, key.job_id, seq, err.text);
        return;
    }
    resizing_shown(manager, key.job_id, seq);
    resizing_accepted(manager, key.job_id, seq);
}

static bool is_ready(const struct waiting_restart *waiting,
                     const struct job *job, int number)
{
    struct launcher *launcher = waiting->manager->launcher;
    struct launch_key key = {.job_id = job->request.id,
                             .attempt = job->attempt};

    switch (launcher->ops->handles(launcher, &key, number)) {
    case LAUNCH_HANDLES:
        return true;
    case LAUNCH_HANDLES_NOT:
        return false;
    case LAUNCH_UNSEEN:
        break;
    }
    return clock_boot_us() - waiting->since >= SETTLED;
}

static void look(evutil_socket_t fd, short what, void *context)
{
    struct waiting_restart *waiting = context;
    struct manager *manager = waiting->manager;
    const struct job *job = sched_job(manager->sched, waiting->job);
    const struct timeval pause = {.tv_usec = LOOK_EVERY};
    int number;

    (void)fd, (void)what;
    if (job == NULL || job->directive.seq != waiting->seq ||
        job->directive.state != DIRECTIVE_OFFERED) {
        drop(waiting);
        return;
    }
    number = signal_of(manager, waiting->job);
    if (!is_ready(waiting, job, number)) {
        event_add(waiting->timer, &pause);
        return;
    }
    drop(waiting);
    tell(manager, job, number);
}

static bool is_waiting(const struct manager *manager, int64_t job, uint64_t seq)
{
    const struct waiting_restart *waiting;

    LL_FOREACH(manager->restarts, waiting)
    {
        if (waiting->job == job && waiting->seq == seq)
            return true;
    }
    return false;
}

static void offer(struct manager *manager, const struct action *action)
{
    struct waiting_restart *waiting;

    if (is_waiting(manager, action->job, action->seq))
        return;
    waiting = mem_alloc(sizeof(*waiting));
    waiting->manager = manager;
    waiting->job = action->job;
    waiting->seq = action->seq;
    waiting->since = clock_boot_us();
    waiting->timer = evtimer_new(manager->loop, look, waiting);
    LL_PREPEND(manager->restarts, waiting);
    event_active(waiting->timer, EV_TIMEOUT, 0);
}

/* A signal cannot be taken back. Whoever follows it yet starts again with what
 * it has. */
static void withdraw(struct manager *manager, const struct action *action)
{
    resizing_withdrawn(manager, action->job, action->seq, true);
}

const struct resize_way restart_way = {
    .offer = offer,
    .withdraw = withdraw,
};

void restarting_release(struct manager *manager)
{
    while (manager->restarts != NULL)
        drop(manager->restarts);
}
