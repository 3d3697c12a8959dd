/* SPDX-License-Identifier: BSD-2-Clause */
#include "grid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t width(const struct grid *grid)
{
    return (size_t)grid->size + 2;
}

static double *allocate(size_t n)
{
    double *values = calloc(n > 0 ? n : 1, sizeof(double));

    if (values == NULL) {
        fprintf(stderr, "jacobi2d: no memory\n");
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    return values;
}

int grid_share(int size, int n_ranks, int rank, int *first)
{
    *first = (int)((long)size * rank / n_ranks);
    return (int)((long)size * (rank + 1) / n_ranks) - *first;
}

/* The upper edge is hot, and only who has the first row sees it. */
static double *make_rows(const struct grid *grid, int first, int n_rows)
{
    double *rows = allocate((size_t)(n_rows + 2) * width(grid));

    for (size_t i = 0; first == 0 && n_rows > 0 && i < width(grid); i++)
        rows[i] = 1;
    return rows;
}

static void take_rows(struct grid *grid, double *rows, int first, int n_rows)
{
    free(grid->now);
    free(grid->next);
    free(grid->row_sums);
    grid->first = first;
    grid->n_rows = n_rows;
    grid->now = rows;
    grid->next = make_rows(grid, first, n_rows);
    grid->row_sums = allocate((size_t)n_rows);
}

void grid_set_comm(struct grid *grid, MPI_Comm comm)
{
    grid->comm = comm;
    MPI_Comm_rank(comm, &grid->rank);
    MPI_Comm_size(comm, &grid->n_ranks);
    if (grid->rank == 0 && grid->all_sums == NULL)
        grid->all_sums = allocate((size_t)grid->size);
}

void grid_init(struct grid *grid, MPI_Comm comm, int size)
{
    int first, n_rows;

    *grid = (struct grid){.size = size};
    grid_set_comm(grid, comm);
    n_rows = grid_share(size, grid->n_ranks, grid->rank, &first);
    take_rows(grid, make_rows(grid, first, n_rows), first, n_rows);
}

void grid_release(struct grid *grid)
{
    free(grid->now);
    free(grid->next);
    free(grid->row_sums);
    free(grid->all_sums);
}

double *grid_row(const struct grid *grid, int i)
{
    return grid->now + (size_t)(i + 1) * width(grid) + 1;
}

static void swap_halos(struct grid *grid)
{
    int n = grid->size, last = grid->n_rows - 1, size = grid->size;
    int up = grid->first > 0 ? grid->rank - 1 : MPI_PROC_NULL;
    int down =
        grid->first + grid->n_rows < size ? grid->rank + 1 : MPI_PROC_NULL;

    MPI_Sendrecv(grid_row(grid, 0), n, MPI_DOUBLE, up, 1,
                 grid_row(grid, last + 1), n, MPI_DOUBLE, down, 1, grid->comm,
                 MPI_STATUS_IGNORE);
    MPI_Sendrecv(grid_row(grid, last), n, MPI_DOUBLE, down, 2,
                 grid_row(grid, -1), n, MPI_DOUBLE, up, 2, grid->comm,
                 MPI_STATUS_IGNORE);
}

static double sweep_row(const struct grid *grid, int i)
{
    const double *above = grid_row(grid, i - 1), *here = grid_row(grid, i);
    const double *below = grid_row(grid, i + 1);
    double *next = grid->next + (here - grid->now), sum = 0;

    for (int j = 0; j < grid->size; j++) {
        double value = 0.25 * (above[j] + below[j] + here[j - 1] + here[j + 1]);
        double change = value - here[j];
        next[j] = value;
        sum += change * change;
    }
    return sum;
}

void grid_sweep(struct grid *grid)
{
    double *old = grid->now;

    swap_halos(grid);
    for (int i = 0; i < grid->n_rows; i++)
        grid->row_sums[i] = sweep_row(grid, i);
    grid->now = grid->next;
    grid->next = old;
}

double grid_residual(struct grid *grid)
{
    int n = grid->n_ranks, *counts = NULL, *starts = NULL;
    double sum = 0;

    if (grid->rank == 0) {
        counts = calloc(2 * (size_t)n, sizeof(int));
        if (counts == NULL)
            MPI_Abort(grid->comm, 1);
        starts = counts + n;
        for (int i = 0; i < n; i++)
            counts[i] = grid_share(grid->size, n, i, &starts[i]);
    }
    MPI_Gatherv(grid->row_sums, grid->n_rows, MPI_DOUBLE, grid->all_sums,
                counts, starts, MPI_DOUBLE, 0, grid->comm);
    for (int i = 0; grid->rank == 0 && i < grid->size; i++)
        sum += grid->all_sums[i];
    free(counts);
    return sum;
}

/* ---- other owners ---- */

/* Rows FIRST to END (not included) that two blocks share; how many. */
static int overlap(int a, int n_a, int b, int n_b, int *first)
{
    int end = a + n_a < b + n_b ? a + n_a : b + n_b;

    *first = a > b ? a : b;
    return end > *first ? end - *first : 0;
}

static int receive(const struct grid *grid, double *rows, int first, int n_rows,
                   MPI_Request *requests)
{
    int n = 0;

    for (int from = 0; from < grid->n_ranks; from++) {
        int start, at;
        int count = grid_share(grid->size, grid->n_ranks, from, &start);

        count = overlap(start, count, first, n_rows, &at);
        if (count > 0)
            MPI_Irecv(rows + (size_t)(at - first + 1) * width(grid),
                      count * (int)width(grid), MPI_DOUBLE, from, 3, grid->comm,
                      &requests[n++]);
    }
    return n;
}

static int send(const struct grid *grid, const int *ranks, int n_stay,
                MPI_Request *requests)
{
    int n = 0;

    for (int to = 0; to < n_stay; to++) {
        int start, at, count = grid_share(grid->size, n_stay, to, &start);

        count = overlap(start, count, grid->first, grid->n_rows, &at);
        if (count > 0)
            MPI_Isend(grid->now + (size_t)(at - grid->first + 1) * width(grid),
                      count * (int)width(grid), MPI_DOUBLE, ranks[to], 3,
                      grid->comm, &requests[n++]);
    }
    return n;
}

void grid_give(struct grid *grid, const int *ranks, int n_stay)
{
    MPI_Request *requests =
        calloc(2 * (size_t)grid->n_ranks, sizeof(*requests));
    int first = 0, n_rows = 0, n;
    double *rows;

    if (requests == NULL)
        MPI_Abort(grid->comm, 1);
    for (int i = 0; i < n_stay; i++) {
        if (ranks[i] == grid->rank)
            n_rows = grid_share(grid->size, n_stay, i, &first);
    }
    rows = make_rows(grid, first, n_rows);
    n = receive(grid, rows, first, n_rows, requests);
    n += send(grid, ranks, n_stay, requests + n);
    MPI_Waitall(n, requests, MPI_STATUSES_IGNORE);
    free(requests);
    take_rows(grid, rows, first, n_rows);
}
