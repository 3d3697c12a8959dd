/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nodes of a job that are being cleared: what runs there may end by itself as
 * long as one is patient, then it gets TERM, and KILL once the grace is over;
 * looks in between, until two of them in a row have found
 * nothing (in the middle of an exec a process shows no environment). How one
 * looks is the launcher's; this is the order of it, on the event loop.
 */
#ifndef ERM_LAUNCH_CLEARING_H
#define ERM_LAUNCH_CLEARING_H

#include "launch/launcher.h"

struct clearing;

/* Sends SIGNAL (SIGTERM: to what has not had it yet; SIGKILL: to all; 0: none,
 * and nothing is ended) to what is on the nodes; clearing_looked() follows, at
 * once or later. */
typedef void clearing_look_f(void *context, struct clearing *clearing,
                             int signal);
/* Nothing is left; the clearing is gone afterwards. Never from inside a call.
 */
typedef void clearing_done_f(void *context, const struct clearing *clearing);

struct clearing {
    struct launch_key key;
    uint64_t seq;
    struct idset nodes, stay; /* owned: that are cleared; that the job keeps */
    struct idset seen;        /* owned: for the looks of the launcher */
    uint32_t n_ended;         /* the most that were there since the TERM */
    clearing_look_f *look;
    clearing_done_f *done;
    void *context;
    struct event *timer;      /* owned */
    dur_us grace;             /* from the first TERM: */
    time_us term_at, kill_at; /* boot time */
    bool is_asked;            /* there was a TERM */
    dur_us pause;             /* before the next look */
    uint32_t n_quiet;         /* looks in a row that found nothing */
    bool is_looking, is_abandoned;
    bool is_told; /* for the looks: what is there has had its TERM */
    struct clearing **list, *prev, *next; /* the owner's, borrowed */
};

/* A clearing of CHANGE's nodes at the end of *LIST, which holds it until it is
 * done. One that is under way for the same directive goes on instead. */
void clearing_begin(struct clearing **list, struct event_base *loop,
                    const struct launch_change *change, clearing_look_f *look,
                    clearing_done_f *done, void *context);
/* A look has found N that run there; N_LEAVING: others, which are told of
 * elsewhere, are not gone yet. */
void clearing_looked(struct clearing *clearing, uint32_t n, uint32_t n_leaving);
/* KEY has ended: what was to be cleared for it is forgotten. */
void clearing_forget(struct clearing **list, const struct launch_key *key);
/* Forgets all. Looks that are under way must not come back. */
void clearing_release(struct clearing **list);

/* Must another part of the attempt (KEY, on NODES) end with the nodes that go?
 * One without nodes, as a hook, is on none of them. */
bool clearing_takes_part(const struct clearing *clearing,
                         const struct launch_key *key,
                         const struct idset *nodes);

#endif
