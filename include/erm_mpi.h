/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How an MPI program takes part in being resized; beside erm.h (liberm), in
 * this file alone. doc/mpi.md tells what MPI can do and what it cannot.
 *
 *     erm_t *e = erm_open();                  on every rank
 *     MPI_Comm comm;
 *     erm_directive d;
 *     MPI_Comm_dup(MPI_COMM_WORLD, &comm);
 *     while (work_is_left()) {
 *         if (ERM_Check(e, comm, &d) == 1) {
 *             if (d.op == ERM_SHRINK) {
 *                 move_data_to_those_who_stay();         see ERM_Stayers()
 *                 ERM_Leave_if_told(e, &comm, &d);
 *             } else {
 *                 write_checkpoint();
 *                 ERM_Restart(e, comm);
 *             }
 *         }
 *         do_a_step(comm);
 *     }
 *
 * A world of MPI can become smaller in place: the ranks of the nodes that go
 * leave it one by one. It cannot grow: that is a checkpoint and a start at the
 * new size. erm starts ranks node by node and takes the last nodes first, so
 * mostly the ranks that leave are the last ones; nothing here relies on it.
 *
 * All calls with a communicator are collective over it; all ranks give the same
 * directive. Results are the same on all ranks, below 0 an error of erm.h.
 * Include it in one source file, or in more when their calls do not mix: what
 * ERM_Check() has found is kept for each. Needs C99 and POSIX, MPI 2.
 */
#ifndef ERM_MPI_H
#define ERM_MPI_H

#include <mpi.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "erm.h"

/* Exit code: there is a checkpoint, run me again. */
#define ERM_EXIT_RESTART 85

/* For messages between ranks that part. */
#define ERM_MPI_TAG 28277

/* Without a use no warning. */
#if defined(__GNUC__)
#define ERM_MPI_CALL static __attribute__((unused))
#else
#define ERM_MPI_CALL static
#endif

static struct { /* what ERM_Check() has found: owned */
    char *text; /* the reason and all names, each ended by a zero */
    const char **names;
} erm_mpi_found;

/* ---- directives for all ranks ---- */

static void *erm_mpi_memory(MPI_Comm comm, void *old, size_t size)
{
    void *memory = realloc(old, size > 0 ? size : 1);

    if (memory == NULL)
        MPI_Abort(comm, 1);
    return memory;
}

static size_t erm_mpi_put(char *out, const char *text)
{
    size_t size = strlen(text) + 1;

    if (out != NULL)
        memcpy(out, text, size);
    return size;
}

/* The reason, then all names. Returns the size; OUT may be NULL. */
static size_t erm_mpi_pack(const erm_directive *d, char *out)
{
    size_t n = erm_mpi_put(out, d->reason);
    int i;

    for (i = 0; i < d->n_cur; i++)
        n += erm_mpi_put(out == NULL ? NULL : out + n, d->cur[i]);
    for (i = 0; i < d->n_delta; i++)
        n += erm_mpi_put(out == NULL ? NULL : out + n, d->delta[i]);
    for (i = 0; i < d->n_target; i++)
        n += erm_mpi_put(out == NULL ? NULL : out + n, d->target[i]);
    return n;
}

static void erm_mpi_unpack(MPI_Comm comm, erm_directive *d)
{
    int n = d->n_cur + d->n_delta + d->n_target, i;
    const char *text = erm_mpi_found.text;
    const char **names = (const char **)erm_mpi_memory(
        comm, (void *)erm_mpi_found.names, (size_t)n * sizeof(char *));

    erm_mpi_found.names = names;
    d->reason = text;
    for (i = 0; i < n; i++) {
        text += strlen(text) + 1;
        names[i] = text;
    }
    d->cur = names;
    d->delta = names + d->n_cur;
    d->target = names + d->n_cur + d->n_delta;
}

static void erm_mpi_share(MPI_Comm comm, int rank, int size, erm_directive *d)
{
    int counts[7] = {0};
    double times[2] = {0, 0};
    char *text;

    if (rank == 0) {
        counts[0] = d->seq, counts[1] = d->op;
        counts[2] = d->forced, counts[3] = d->choice;
        counts[4] = d->n_cur, counts[5] = d->n_delta, counts[6] = d->n_target;
        times[0] = d->accept_by, times[1] = d->done_by;
    }
    MPI_Bcast(counts, 7, MPI_INT, 0, comm);
    MPI_Bcast(times, 2, MPI_DOUBLE, 0, comm);
    text = (char *)erm_mpi_memory(comm, NULL, (size_t)size);
    if (rank == 0)
        erm_mpi_pack(d, text);
    MPI_Bcast(text, size, MPI_CHAR, 0, comm);
    free(erm_mpi_found.text);
    erm_mpi_found.text = text;
    d->seq = counts[0], d->op = counts[1];
    d->forced = counts[2], d->choice = counts[3];
    d->n_cur = counts[4], d->n_delta = counts[5], d->n_target = counts[6];
    d->accept_by = times[0], d->done_by = times[1];
    erm_mpi_unpack(comm, d);
}

/*
 * A reconfiguration point. 1: a directive is open, *D tells all ranks the same;
 * 0: none. Rank 0 looks (one stat()) and tells the others by one broadcast of
 * two integers; the rest is broadcast only when there is a directive. Says 1
 * until the directive is answered: by ERM_Leave_if_told(), by ERM_Restart(), or
 * by rank 0 with erm_done(), erm_refuse() or erm_fail(). What *D points to
 * lives until the next call.
 */
ERM_MPI_CALL int ERM_Check(erm_t *e, MPI_Comm comm, erm_directive *d)
{
    int found[2] = {0, 0}; /* result, size of the text */
    int rank;

    MPI_Comm_rank(comm, &rank);
    if (rank == 0) {
        found[0] = erm_poll(e, d);
        if (found[0] == 1)
            found[1] = (int)erm_mpi_pack(d, NULL);
    }
    MPI_Bcast(found, 2, MPI_INT, 0, comm);
    if (found[0] == 1)
        erm_mpi_share(comm, rank, found[1], d);
    return found[0];
}

/* ---- who stays ---- */

/* The same host: one of the two may be without its domain. */
static int erm_mpi_is_host(const char *a, const char *b)
{
    size_t n = strcspn(a, "."), m = strcspn(b, ".");

    return strcmp(a, b) == 0 ||
           (n == m && strncmp(a, b, n) == 0 && (a[n] == '\0' || b[m] == '\0'));
}

/* The index in the list of N names of the node that this rank runs on; -1 when
 * it is not there. Not collective. */
ERM_MPI_CALL int ERM_Node_index(const char *const *names, int n)
{
    const char *node = getenv("ERM_NODE");
    char host[MPI_MAX_PROCESSOR_NAME];
    int length, i;

    MPI_Get_processor_name(host, &length);
    for (i = 0; i < n; i++) {
        if (erm_mpi_is_host(names[i], node != NULL ? node : host))
            return i;
    }
    return -1;
}

/* Does this rank have to leave? Not collective. */
ERM_MPI_CALL int ERM_Leaves(const erm_directive *d)
{
    return d->op == ERM_SHRINK && ERM_Node_index(d->delta, d->n_delta) >= 0;
}

/* How many ranks of COMM stay, and in RANKS (room for all of COMM) which: rank
 * K of the communicator to come is RANKS[K] of this one. */
ERM_MPI_CALL int ERM_Stayers(MPI_Comm comm, const erm_directive *d, int *ranks)
{
    int leaves = ERM_Leaves(d), size, i, n = 0;

    MPI_Comm_size(comm, &size);
    MPI_Allgather(&leaves, 1, MPI_INT, ranks, 1, MPI_INT, comm);
    for (i = 0; i < size; i++) {
        if (!ranks[i])
            ranks[n++] = i;
    }
    return n;
}

/* ---- leaving ---- */

static void erm_mpi_free(MPI_Comm *comm)
{
    if (*comm != MPI_COMM_WORLD && *comm != MPI_COMM_SELF)
        MPI_Comm_free(comm);
}

/* Goes when LEADER says so, and has no message under way then. TERM is what erm
 * sends to what still runs on a node that goes; of a rank that dies of a signal
 * PRRTE would end all others. */
static void erm_mpi_leave(erm_t *e, MPI_Comm *comm, int leader)
{
    signal(SIGTERM, SIG_IGN);
    MPI_Send(NULL, 0, MPI_CHAR, leader, ERM_MPI_TAG, *comm);
    MPI_Recv(NULL, 0, MPI_CHAR, leader, ERM_MPI_TAG, *comm, MPI_STATUS_IGNORE);
    erm_mpi_free(comm);
    erm_close(e);
    MPI_Finalize();
    exit(0);
}

/* Lets N ranks go, once all of them are through with the others. */
static void erm_mpi_let_go(MPI_Comm comm, int n)
{
    int *ranks = (int *)erm_mpi_memory(comm, NULL, (size_t)n * sizeof(int));
    MPI_Status status;
    int i;

    for (i = 0; i < n; i++) {
        MPI_Recv(NULL, 0, MPI_CHAR, MPI_ANY_SOURCE, ERM_MPI_TAG, comm, &status);
        ranks[i] = status.MPI_SOURCE;
    }
    for (i = 0; i < n; i++)
        MPI_Send(NULL, 0, MPI_CHAR, ranks[i], ERM_MPI_TAG, comm);
    free(ranks);
}

/* A rank 0 that was not rank 0 has not looked before. */
static int erm_mpi_say_done(erm_t *e, int seq)
{
    erm_directive d;
    int rc = erm_wait(e, &d, 10);

    if (rc < 0)
        return rc;
    return rc == 1 && d.seq == seq ? erm_done(e, seq, NULL, 0) : ERM_ESEQ;
}

/*
 * Ends a shrink: ranks on nodes of D->delta call MPI_Finalize() and exit with
 * 0; they do not return from here. For the others *COMM becomes the
 * communicator of those who stay, in the same order, and the old one is freed
 * (unless it is MPI_COMM_WORLD). 0; and 0 at once, with nothing done, where *D
 * is no shrink.
 *
 * Before it the data of the leavers has to be moved, and all communicators,
 * windows and files with leavers in them be freed or closed; no receive from
 * any source may be open on *COMM.
 *
 * The new rank 0 then says that the shrink is done: no rank has a message for a
 * leaver, or waits for one. erm looks until nothing of the job runs on
 * the nodes any more, and then gives them to others.
 *
 * Needs a finalize that does not wait for all ranks of MPI_COMM_WORLD, and no
 * collectives that rest on all of them: Open MPI 5 with
 * OMPI_MCA_async_mpi_finalize=1 and OMPI_MCA_coll=^han, which erm sets for
 * `launch: mpi`.
 */
ERM_MPI_CALL int ERM_Leave_if_told(erm_t *e, MPI_Comm *comm,
                                   const erm_directive *d)
{
    int rank, size, n_stay, leader, rc = 0, stays = !ERM_Leaves(d);
    MPI_Comm rest;

    if (d->op != ERM_SHRINK)
        return 0;
    MPI_Comm_rank(*comm, &rank);
    MPI_Comm_size(*comm, &size);
    leader = stays ? rank : size;
    MPI_Allreduce(MPI_IN_PLACE, &leader, 1, MPI_INT, MPI_MIN, *comm);
    if (leader == size)
        return ERM_EINVAL; /* nobody would stay */
    MPI_Comm_split(*comm, stays ? 0 : MPI_UNDEFINED, rank, &rest);
    if (!stays)
        erm_mpi_leave(e, comm, leader);
    MPI_Barrier(rest);
    MPI_Comm_size(rest, &n_stay);
    if (rank == leader) {
        erm_mpi_let_go(*comm, size - n_stay);
        rc = erm_mpi_say_done(e, d->seq);
    }
    erm_mpi_free(comm);
    *comm = rest;
    MPI_Bcast(&rc, 1, MPI_INT, 0, *comm);
    return rc;
}

/*
 * There is a checkpoint: ends the program, on all ranks, so that erm starts it
 * again at once, at the size of the directive that is open, or at the same
 * size. Does not return. All of MPI_COMM_WORLD that has not left has to be in
 * COMM.
 *
 * Rank 0 exits with 85, the others with 0. It is the last one: of a rank that
 * fails while others run PRRTE tells at length.
 */
ERM_MPI_CALL void ERM_Restart(erm_t *e, MPI_Comm comm)
{
    struct timespec a_moment = {0, 250000000};
    int rank;

    MPI_Comm_rank(comm, &rank);
    MPI_Barrier(comm);
    erm_close(e);
    MPI_Finalize();
    if (rank == 0)
        nanosleep(&a_moment, NULL);
    exit(rank == 0 ? ERM_EXIT_RESTART : 0);
}

#endif
