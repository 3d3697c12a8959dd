/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A square plate of SIZE * SIZE points, its rows spread over the ranks in
 * blocks: each has some rows, and a halo row above and below them.
 */
#ifndef GRID_H
#define GRID_H

#include <mpi.h>

struct grid {
    MPI_Comm comm;      /* borrowed */
    int rank, n_ranks;  /* of comm */
    int size;           /* rows, and columns, without the edge */
    int first, n_rows;  /* that this rank has */
    double *now, *next; /* owned: n_rows + 2 rows of size + 2 */
    double *row_sums;   /* owned: n_rows, of the last sweep */
    double *all_sums;   /* owned: size, on rank 0 */
};

/* The rows of one rank: from *FIRST, how many is returned. */
int grid_share(int size, int n_ranks, int rank, int *first);
/* All zero, but for the upper edge. Requires: no more ranks than rows. */
void grid_init(struct grid *grid, MPI_Comm comm, int size);
void grid_release(struct grid *grid);
/* One sweep over all points: each becomes the mean of its four neighbours. */
void grid_sweep(struct grid *grid);
/* On rank 0: how much the last sweep has changed. All sums are made in the same
 * order however many ranks there are, so that it is the same bit for bit. */
double grid_residual(struct grid *grid);
/* Row I of those that this rank has: size points. */
double *grid_row(const struct grid *grid, int i);
/* All rows to the N_STAY ranks of RANKS; the others have none afterwards. To be
 * followed by grid_set_comm() on those who stay. */
void grid_give(struct grid *grid, const int *ranks, int n_stay);
void grid_set_comm(struct grid *grid, MPI_Comm comm);

#endif
