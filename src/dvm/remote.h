/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A signal to what runs on the hosts: the host script, once on each, through
 * erm-rsh, some at a time. Needs no manager and nothing of PRRTE, whose own
 * signals go to every job of a DVM, and whose prun does not pass TERM on.
 */
#ifndef ERM_DVM_REMOTE_H
#define ERM_DVM_REMOTE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/hostlist.h"
#include "dvm/options.h"

#define REMOTE_AT_ONCE 64

struct remote {
    const struct dvm_options *options; /* borrowed */
    const struct hostlist *hosts;      /* borrowed */
    int log_fd;                        /* for what the hosts say */
    int signal;                        /* of the round that is under way */
    bool is_all;                       /* it is for PRRTE's daemons too */
    bool is_look;                      /* it only looks: */
    bool is_found;                 /* a process, or a host that cannot tell */
    size_t next;                   /* host; hosts->n: all are begun */
    pid_t running[REMOTE_AT_ONCE]; /* 0: free */
    size_t n_running;
};

/* Begins a round: SIGNAL to everything of the job but PRRTE's daemons, or
 * (IS_ALL) to these too, and the temporary folders go. A round that is under
 * way is given up. */
void remote_signal(struct remote *remote, int signal, bool is_all);
/* Begins a round that looks for processes of the job besides PRRTE's daemons;
 * afterwards is_found tells. */
void remote_look(struct remote *remote);
/* PID was reaped with STATUS. True when it was one of these; begins what can
 * begin. */
bool remote_reaped(struct remote *remote, pid_t pid, int status);
bool remote_is_done(const struct remote *remote);
/* Ends what is under way. */
void remote_give_up(struct remote *remote);

#endif
