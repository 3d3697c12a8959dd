// SPDX-License-Identifier: BSD-2-Clause
// Knows nothing of erm: counts to N in a file, one step each 20 ms, on all
// ranks alike. At USR1 it saves how far it is and exits with 85; it begins with
// what was saved. usage: saves FILE N
#include <mpi.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static volatile sig_atomic_t is_told;

static void on_signal(int number)
{
    is_told = number;
}

// The signal is not there at the same time on all ranks.
static int is_anybody_told(void)
{
    int any = is_told != 0;

    MPI_Allreduce(MPI_IN_PLACE, &any, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    return any;
}

static int count(int from, int to)
{
    struct timespec step = {0, 20000000};

    while (from < to && !is_anybody_told()) {
        nanosleep(&step, NULL);
        from++;
    }
    return from;
}

static int load(const char *path)
{
    FILE *file = fopen(path, "r");
    int n = 0;

    if (file != NULL && fscanf(file, "%d", &n) != 1)
        abort();
    if (file != NULL)
        fclose(file);
    return n;
}

static void save(const char *path, int n)
{
    FILE *file = fopen(path, "w");

    if (file == NULL || fprintf(file, "%d\n", n) < 0 || fclose(file) != 0)
        abort();
}

int main(int argc, char **argv)
{
    int rank, size, begin, end, goal = argc > 2 ? atoi(argv[2]) : 0;

    signal(SIGUSR1, on_signal);
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    begin = load(argv[1]);
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0)
        printf("from %d on %d ranks\n", begin, size);
    fflush(stdout);
    end = count(begin, goal);
    if (rank == 0)
        save(argv[1], end);
    MPI_Finalize();
    return end < goal ? 85 : 0;
}
