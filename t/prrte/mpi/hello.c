// SPDX-License-Identifier: BSD-2-Clause
// Says who it is: "rank R of N on HOST: VERSION". usage: hello [EXIT-STATUS],
// which the last rank returns.
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    int rank, size, length, sum;
    char host[MPI_MAX_PROCESSOR_NAME];
    char version[MPI_MAX_LIBRARY_VERSION_STRING];

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Get_processor_name(host, &length);
    MPI_Get_library_version(version, &length);
    // Only ranks that really hear each other get this right.
    MPI_Allreduce(&rank, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    if (sum != size * (size - 1) / 2)
        MPI_Abort(MPI_COMM_WORLD, 99);
    printf("rank %d of %d on %s: %.*s\n", rank, size, host, 15, version);
    MPI_Finalize();
    return rank == size - 1 && argc > 1 ? atoi(argv[1]) : 0;
}
