/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Heat in a square plate by Jacobi's method, on as many ranks as there happen
 * to be: it becomes smaller in place, and larger by a checkpoint and a start
 * anew. The residuals that it prints do not depend on that in any bit.
 *
 * usage: jacobi2d [options]    by itself, by mpirun, or in erm (jobs.json)
 *   --size N          points a side (512)
 *   --sweeps N        over the plate (2000)
 *   --every N         sweeps between two reconfiguration points, where the
 *                     residual is printed (100)
 *   --checkpoint DIR  ($ERM_JOB_DIR; without both there is none)
 *   --save N          a checkpoint after so many of these points (0: only to
 *                     grow)
 *   --pause SECONDS   at each of these points, to have time to look (0)
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <erm_mpi.h>

#include "checkpoint.h"

struct options {
    int size;
    long sweeps, every, save;
    const char *folder; /* NULL: no checkpoints */
    double pause;
};

struct run {
    struct options options;
    MPI_Comm comm;
    struct grid grid;
    erm_t *erm;
    char *path; /* of the checkpoint, owned; NULL: none */
    long sweep;
};

static double now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static int usage(void)
{
    fprintf(stderr, "usage: jacobi2d [--size N] [--sweeps N] [--every N] "
                    "[--checkpoint DIR] [--save N] [--pause SECONDS]\n");
    return 2;
}

/* 0, or -1: they make no sense. */
static int read_options(int argc, char **argv, struct options *options)
{
    static const struct option known[] = {{"size", 1, NULL, 's'},
                                          {"sweeps", 1, NULL, 'n'},
                                          {"every", 1, NULL, 'e'},
                                          {"save", 1, NULL, 'v'},
                                          {"checkpoint", 1, NULL, 'c'},
                                          {"pause", 1, NULL, 'p'},
                                          {NULL, 0, NULL, 0}};
    int option;

    *options = (struct options){.size = 512, .sweeps = 2000, .every = 100};
    options->folder = getenv("ERM_JOB_DIR");
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option == 's')
            options->size = atoi(optarg);
        else if (option == 'n')
            options->sweeps = atol(optarg);
        else if (option == 'e')
            options->every = atol(optarg);
        else if (option == 'v')
            options->save = atol(optarg);
        else if (option == 'c')
            options->folder = optarg;
        else if (option == 'p')
            options->pause = atof(optarg);
        else
            return -1;
    }
    return optind == argc && options->size > 0 && options->size <= 100000 &&
                   options->sweeps > 0 && options->every > 0 &&
                   options->save >= 0 && options->pause >= 0
               ? 0
               : -1;
}

static void tell_resize(const char *how, int from, int to, double seconds)
{
    printf("resize: %d -> %d ranks %s, %.3f s\n", from, to, how, seconds);
}

/* ---- the two ways ---- */

static void shrink(struct run *run, const erm_directive *d)
{
    double begin = now();
    int before = run->grid.n_ranks, n;
    int *ranks = malloc((size_t)before * sizeof(int));

    if (ranks == NULL)
        MPI_Abort(run->comm, 1);
    n = ERM_Stayers(run->comm, d, ranks);
    grid_give(&run->grid, ranks, n);
    free(ranks);
    if (ERM_Leave_if_told(run->erm, &run->comm, d) != 0)
        fprintf(stderr, "jacobi2d: %s\n", erm_error(run->erm));
    grid_set_comm(&run->grid, run->comm);
    if (run->grid.rank == 0)
        tell_resize("in place", before, n, now() - begin);
}

static int save(struct run *run, int for_resize)
{
    struct progress progress = {.sweep = run->sweep,
                                .n_ranks = run->grid.n_ranks,
                                .for_resize = for_resize};

    progress.at = now();
    return checkpoint_write(run->path, &run->grid, &progress);
}

static void grow(struct run *run, const erm_directive *d)
{
    if (run->path != NULL && save(run, 1) == 0)
        ERM_Restart(run->erm, run->comm);
    if (run->grid.rank == 0)
        erm_refuse(run->erm, d->seq, 0, "no checkpoint could be written");
}

static void reconfigure(struct run *run)
{
    erm_directive d;
    int found = ERM_Check(run->erm, run->comm, &d);

    if (found == 1 && d.op == ERM_SHRINK)
        shrink(run, &d);
    else if (found == 1)
        grow(run, &d);
}

/* ---- the computation ---- */

static void go_on(struct run *run)
{
    struct progress progress;
    int found = 0;

    if (run->path != NULL)
        found = checkpoint_read(run->path, &run->grid, &progress);
    if (found < 0)
        MPI_Abort(run->comm, 1);
    if (found == 0)
        return;
    run->sweep = progress.sweep;
    if (run->grid.rank != 0)
        return;
    if (progress.for_resize)
        tell_resize("by a start anew", progress.n_ranks, run->grid.n_ranks,
                    now() - progress.at);
    else
        printf("restart: from the checkpoint after sweep %ld, %d -> %d ranks\n",
               run->sweep, progress.n_ranks, run->grid.n_ranks);
}

static void pause_for(double seconds)
{
    struct timespec ts = {.tv_sec = (time_t)seconds};

    ts.tv_nsec = (long)((seconds - (double)ts.tv_sec) * 1e9);
    nanosleep(&ts, NULL);
}

static void report(struct run *run)
{
    const struct options *options = &run->options;
    double residual = grid_residual(&run->grid);
    long n = run->sweep / options->every;

    if (run->grid.rank == 0) {
        printf("sweep %ld residual %.17g\n", run->sweep, residual);
        erm_progress(run->erm, (double)run->sweep / (double)options->sweeps);
    }
    if (run->path != NULL && options->save > 0 && n % options->save == 0)
        save(run, 0);
    fflush(stdout);
    if (options->pause > 0)
        pause_for(options->pause);
}

static void compute(struct run *run)
{
    const struct options *options = &run->options;

    while (run->sweep < options->sweeps) {
        grid_sweep(&run->grid);
        run->sweep++;
        if (run->sweep % options->every == 0 || run->sweep == options->sweeps) {
            report(run);
            if (run->sweep < options->sweeps)
                reconfigure(run);
        }
    }
}

static void set_path(struct run *run)
{
    static const char name[] = "/jacobi2d.state";
    const char *folder = run->options.folder;

    if (folder == NULL)
        return;
    run->path = malloc(strlen(folder) + sizeof(name));
    if (run->path == NULL)
        MPI_Abort(MPI_COMM_WORLD, 1);
    sprintf(run->path, "%s%s", folder, name);
}

static void check_size(const struct run *run)
{
    int n_ranks;

    MPI_Comm_size(run->comm, &n_ranks);
    if (n_ranks <= run->options.size)
        return;
    fprintf(stderr, "jacobi2d: more ranks than rows\n");
    MPI_Abort(run->comm, 2);
}

int main(int argc, char **argv)
{
    struct run run = {.sweep = 0};

    MPI_Init(&argc, &argv);
    if (read_options(argc, argv, &run.options) != 0) {
        MPI_Finalize();
        return usage();
    }
    MPI_Comm_dup(MPI_COMM_WORLD, &run.comm);
    check_size(&run);
    run.erm = erm_open();
    set_path(&run);
    grid_init(&run.grid, run.comm, run.options.size);
    go_on(&run);
    compute(&run);
    if (run.grid.rank == 0)
        printf("done: %ld sweeps, at the end on %d ranks\n", run.sweep,
               run.grid.n_ranks);
    grid_release(&run.grid);
    free(run.path);
    erm_close(run.erm);
    MPI_Comm_free(&run.comm);
    MPI_Finalize();
    return 0;
}
