/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An MPI program to start with `launch: mpi`: pi by the midpoint rule, the
 * work spread over all ranks.
 *
 * usage: mpi_pi [STEPS]
 */
#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

static double part(long first, long stride, long steps)
{
    double sum = 0;

    for (long i = first; i < steps; i += stride) {
        double x = ((double)i + 0.5) / (double)steps;
        sum += 4 / (1 + x * x);
    }
    return sum / (double)steps;
}

int main(int argc, char **argv)
{
    long steps = argc > 1 ? atol(argv[1]) : 200000000;
    char host[MPI_MAX_PROCESSOR_NAME];
    int rank, size, length;
    double own, pi = 0;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Get_processor_name(host, &length);
    own = part(rank, size, steps);
    printf("rank %d of %d on %s: %.6f\n", rank, size, host, own);
    MPI_Reduce(&own, &pi, 1, MPI_DOUBLE, MPI_SUM, 0, MPI_COMM_WORLD);
    if (rank == 0)
        printf("pi is %.9f\n", pi);
    MPI_Finalize();
    return rank == 0 && fabs(pi - 3.141592653589793) > 1e-6;
}
