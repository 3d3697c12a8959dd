/* SPDX-License-Identifier: BSD-2-Clause */
#include "launch/clearing.h"

#include <signal.h>
#include <stdlib.h>

#include <utlist.h>

#include "base/alloc.h"

#define FIRST_PAUSE (10 * USEC_PER_MSEC)
#define LONGEST_PAUSE (500 * USEC_PER_MSEC)
/* A process that is being started has its parent's environment until its exec,
 * which on a busy machine takes a while. */
#define QUIET_PAUSE (50 * USEC_PER_MSEC)
#define QUIET_LOOKS 2

static void wait(struct clearing *clearing, dur_us span)
{
    struct timeval tv = {.tv_sec = span / USEC_PER_SEC,
                         .tv_usec = span % USEC_PER_SEC};

    event_add(clearing->timer, &tv);
}

static void free_clearing(struct clearing *clearing)
{
    event_free(clearing->timer);
    idset_release(&clearing->nodes);
    idset_release(&clearing->stay);
    idset_release(&clearing->seen);
    free(clearing);
}

/* Whatever has kept us, the grace counts from the TERM. */
static int next_signal(struct clearing *clearing, time_us now)
{
    if (now < clearing->term_at)
        return 0;
    if (!clearing->is_asked)
        clearing->kill_at = time_add(now, clearing->grace);
    clearing->is_asked = true;
    return now < clearing->kill_at ? SIGTERM : SIGKILL;
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    struct clearing *clearing = context;

    (void)fd, (void)what;
    clearing->is_looking = true;
    clearing->look(clearing->context, clearing,
                   next_signal(clearing, clock_boot_us()));
}

static bool is_of(const struct clearing *clearing, const struct launch_key *key)
{
    return !clearing->is_abandoned && clearing->key.job_id == key->job_id &&
           clearing->key.attempt == key->attempt &&
           clearing->key.part == key->part;
}

static bool is_under_way(const struct clearing *list,
                         const struct launch_change *change)
{
    const struct clearing *clearing;

    DL_FOREACH(list, clearing)
    {
        if (is_of(clearing, &change->key) && clearing->seq == change->seq)
            return true;
    }
    return false;
}

void clearing_begin(struct clearing **list, struct event_base *loop,
                    const struct launch_change *change, clearing_look_f *look,
                    clearing_done_f *done, void *context)
{
    struct clearing *clearing;

    if (is_under_way(*list, change))
        return;
    clearing = mem_alloc(sizeof(*clearing));
    clearing->key = change->key;
    clearing->seq = change->seq;
    idset_copy(&clearing->nodes, change->nodes);
    idset_copy(&clearing->stay, change->stay);
    clearing->look = look;
    clearing->done = done;
    clearing->context = context;
    clearing->term_at = time_add(clock_boot_us(), change->patience);
    clearing->grace = change->grace;
    clearing->kill_at = time_add(clearing->term_at, change->grace);
    clearing->pause = FIRST_PAUSE;
    clearing->timer = evtimer_new(loop, on_timer, clearing);
    clearing->list = list;
    DL_APPEND(*list, clearing);
    wait(clearing, 0);
}

static void remove_from_list(struct clearing *clearing)
{
    DL_DELETE(*clearing->list, clearing);
    free_clearing(clearing);
}

/* Its owner hears of it when it is in no list any more. */
static void finish(struct clearing *clearing)
{
    DL_DELETE(*clearing->list, clearing);
    clearing->done(clearing->context, clearing);
    free_clearing(clearing);
}

/* The first TERM and KILL are on time, however long the pauses have become. */
static void wait_more(struct clearing *clearing)
{
    time_us now = clock_boot_us();
    dur_us left =
        (clearing->term_at > now ? clearing->term_at : clearing->kill_at) - now;
    dur_us pause = clearing->pause;

    if (left > 0 && left < pause)
        pause = left;
    wait(clearing, pause);
    clearing->pause = 2 * clearing->pause < LONGEST_PAUSE ? 2 * clearing->pause
                                                          : LONGEST_PAUSE;
}

void clearing_looked(struct clearing *clearing, uint32_t n, uint32_t n_leaving)
{
    clearing->is_looking = false;
    if (clearing->is_abandoned) {
        remove_from_list(clearing);
        return;
    }
    if (clearing->is_asked && clearing->n_ended < n)
        clearing->n_ended = n;
    clearing->n_quiet = n + n_leaving > 0 ? 0 : clearing->n_quiet + 1;
    if (clearing->n_quiet >= QUIET_LOOKS)
        finish(clearing);
    else if (clearing->n_quiet > 0)
        wait(clearing, QUIET_PAUSE);
    else
        wait_more(clearing);
}

/* One that is being looked for goes when the look comes back. */
static void abandon(struct clearing *clearing)
{
    clearing->is_abandoned = true;
    event_del(clearing->timer);
    if (!clearing->is_looking)
        remove_from_list(clearing);
}

void clearing_forget(struct clearing **list, const struct launch_key *key)
{
    struct clearing *clearing, *next;

    DL_FOREACH_SAFE(*list, clearing, next)
    {
        if (is_of(clearing, key))
            abandon(clearing);
    }
}

void clearing_release(struct clearing **list)
{
    while (*list != NULL)
        remove_from_list(*list);
}

bool clearing_takes_part(const struct clearing *clearing,
                         const struct launch_key *key,
                         const struct idset *nodes)
{
    return key->job_id == clearing->key.job_id &&
           key->attempt == clearing->key.attempt &&
           key->part != clearing->key.part && !idset_is_empty(nodes) &&
           idset_is_subset(nodes, &clearing->nodes);
}
