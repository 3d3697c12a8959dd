/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * liberm: how a program takes part in being resized.
 *
 * A job that erm runs with `resize: app` is told through its mailbox, the
 * folder $ERM_JOB_DIR, to grow or to shrink (a directive), and answers there.
 * These calls read and write that folder; doc/protocol.md says what is in it.
 *
 *     erm_t *e = erm_open();
 *     erm_directive d;
 *     while (work_is_left()) {
 *         if (erm_poll(e, &d) == 1) {
 *             move_data_to(d.target, d.n_target);
 *             erm_done(e, d.seq, NULL, 0);
 *         }
 *         do_a_step();
 *     }
 *     erm_close(e);
 *
 * Without a manager everything works, too: erm_open() gives a handle whose
 * nodes are those of $ERM_NODES or this host, no directive ever comes, and a
 * wish to grow is denied.
 *
 * Results: 0 or more is success, below 0 one of the errors below; erm_error()
 * then says what happened. Nothing is printed, and there is no global state.
 * Times are seconds; points in time are seconds since 1970.
 *
 * Threads: a handle must be used by one thread at a time; different handles
 * are independent. Signals: no call is for a signal handler. erm_wait()
 * returns early when a signal was caught; the others go on. No call changes
 * signal handlers, the environment or the current folder.
 *
 * One process of a job talks to the manager: of an MPI program, rank 0.
 */
#ifndef ERM_H
#define ERM_H

#ifdef __cplusplus
extern "C" {
#endif

typedef struct erm erm_t;

/* erm_directive.op */
#define ERM_GROW 1
#define ERM_SHRINK 2

/* Errors. */
#define ERM_EINVAL (-1)     /* an argument is wrong */
#define ERM_ESYSTEM (-2)    /* the system refused: see erm_error() */
#define ERM_EFORMAT (-3)    /* what is in the mailbox cannot be understood */
#define ERM_ENOMANAGER (-4) /* there is no mailbox: the program runs alone */
#define ERM_EDENIED (-5)    /* the manager said no */
#define ERM_ETIME (-6)      /* the manager did not answer */
#define ERM_ESEQ (-7)       /* that directive is not open (any more) */
#define ERM_ENOMEM (-8)     /* no memory */

/*
 * The job is to grow or to shrink by `delta`: from `cur` to `target`. All
 * strings belong to the handle and live until the next erm_poll(), erm_wait(),
 * erm_settled() or erm_close() with it.
 */
typedef struct erm_directive {
    int seq;    /* which one; rises with every directive of the job */
    int op;     /* ERM_GROW or ERM_SHRINK */
    int forced; /* 1: too late to refuse; what is left on delta is killed */
    int choice; /* 1: as many other nodes as n_delta may be given instead */
    int n_cur, n_delta, n_target;
    double accept_by; /* until when to accept or refuse; 0 = no limit */
    double done_by;   /* until when to be done; 0 = no limit */
    const char *const *cur, *const *delta, *const *target; /* node names */
    const char *reason; /* for people; never NULL */
} erm_directive;

/* Opens the mailbox named by $ERM_JOB_DIR, or a handle that stands alone.
 * NULL only when there is no memory. Close it with erm_close(). */
erm_t *erm_open(void);
/* Frees the handle; NULL is fine. An open directive stays open. */
void erm_close(erm_t *e);
/* What the last failure with this handle was, "" when there was none. Lives
 * until the next call with it. */
const char *erm_error(erm_t *e);

/*
 * Is a directive open? 1: yes, it is in *D (which may be NULL); 0: no; below
 * 0: an error. Never blocks; one stat() when nothing has changed. Says 1 again
 * and again until the directive has been answered by erm_done(), erm_refuse()
 * or erm_fail(), or was withdrawn; look at d->seq to know whether it is new.
 */
int erm_poll(erm_t *e, erm_directive *d);
/* As erm_poll(), but waits for one, TIMEOUT seconds at most (below 0: without
 * end). 0 when the time is over or a signal was caught. */
int erm_wait(erm_t *e, erm_directive *d, double timeout);
/* A descriptor that becomes readable when the mailbox changes: then call
 * erm_poll(), which empties it. It belongs to the handle. -1 where there is
 * none (no mailbox, no inotify); and in a mailbox on a network file system it
 * may stay silent: poll once a second as well. */
int erm_fd(erm_t *e);

/*
 * Answers to the directive SEQ, which this handle has seen. 0, or below 0:
 * ERM_ESEQ when it is not open.
 *
 * accept: it will be done; then there is time until done_by. Not needed when
 * the answer is erm_done() at once.
 * refuse: no, but ask again RETRY_AFTER seconds later (0: as soon as you
 * like), because of WHY (may be NULL).
 * done: it is so. A shrink: nothing of the program runs on the nodes any more.
 * With d->choice GONE may name the N nodes that were given up instead of delta
 * (as many); else NULL, 0. A grow: the new nodes are in use.
 * fail: accepted, but it could not be done; nothing has changed.
 * busy: still at it: the time to be done counts anew, unless a waiting job was
 * promised the nodes.
 */
int erm_accept(erm_t *e, int seq);
int erm_refuse(erm_t *e, int seq, double retry_after, const char *why);
int erm_done(erm_t *e, int seq, const char *const *gone, int n);
int erm_fail(erm_t *e, int seq, const char *why);
int erm_busy(erm_t *e, int seq);
/* Waits, TIMEOUT seconds at most (below 0: without end), until the manager has
 * closed the directive SEQ: erm_nodes() then tells what holds now. 1; 0 when
 * the time is over or a signal was caught. */
int erm_settled(erm_t *e, int seq, double timeout);

/* How much of the program's whole work is done, 0 to 1: the manager learns
 * from it how well the program scales, and when it will end. */
int erm_progress(erm_t *e, double fraction);

/*
 * Asks for MIN to MAX further nodes. When they are not there at once the wish
 * may wait for WAIT seconds (0: not at all). Returns how many are granted: a
 * directive to grow by them follows, see erm_poll(); 0 when the wish waits
 * (erm_answer() tells what became of it); ERM_EDENIED, and erm_retry_after()
 * tells when to ask again; ERM_ETIME when no manager answers within 10 seconds,
 * mostly it does in a few milliseconds. A new wish takes the place of one that
 * waits.
 */
int erm_grow(erm_t *e, int min, int max, double wait);
/* What became of a wish that waits: as erm_grow(), 0 = it still waits (or
 * there is none). Never blocks. */
int erm_answer(erm_t *e);
/* Seconds after which a wish that was denied may be asked again; 0 = any. */
double erm_retry_after(erm_t *e);
/* Gives N nodes back (the names are checked by the manager), which the program
 * does not use any more. 0, or below 0. */
int erm_release(erm_t *e, const char *const *nodes, int n);
/* What a wish to grow would get now: *NODES nodes until *UNTIL (0 = without
 * end); either may be NULL. 1; 0 when there is nothing to be had. */
int erm_offer(erm_t *e, int *nodes, double *until);

/* Seconds until the job's walltime is over (below 0: it is); infinity when it
 * has none. */
double erm_time_left(erm_t *e);
/* How many nodes the job has now, and their names in *NAMES (may be NULL).
 * They live until the next erm_nodes() or erm_close(). */
int erm_nodes(erm_t *e, const char *const **names);
/* The path of a file with a line "node:slots" for each node that the job has
 * now; it is kept up to date. NULL when the program runs alone. Lives until
 * erm_close(), as that of erm_dir(). */
const char *erm_hostfile(erm_t *e);
/* The mailbox: checkpoints may be kept there until the job has ended. NULL
 * when the program runs alone. */
const char *erm_dir(erm_t *e);

#ifdef __cplusplus
}
#endif

#endif
