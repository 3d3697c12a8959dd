/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ways by which a world of MPI can change its size, each again and again in one
 * job, for bench/mpi_resize.py. A line "N SECONDS" on stdout for each time.
 *
 * usage: mpi_resize once
 *            computes and exits with 85: to be started again, at another size
 *        mpi_resize leave
 *            the last rank leaves, until one is left (needs
 *            OMPI_MCA_async_mpi_finalize=1)
 *        mpi_resize spawn FOLDER HOST,HOST... [+]HOST...
 *            one staying rank spawns one job over exactly these hosts, which
 *            computes and ends, then the next one. Those behind a + are
 *            added to the DVM.
 */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void tell(int n, double since)
{
    printf("%d %.6f\n", n, MPI_Wtime() - since);
    fflush(stdout);
}

static void pause_ms(long ms)
{
    struct timespec span = {ms / 1000, ms % 1000 * 1000000};

    nanosleep(&span, NULL);
}

/* Ranks that do not hear each other end the job. */
static void work(MPI_Comm comm)
{
    int size, sum, one = 1;

    MPI_Comm_size(comm, &size);
    MPI_Allreduce(&one, &sum, 1, MPI_INT, MPI_SUM, comm);
    if (sum != size)
        MPI_Abort(comm, 1);
}

static int leave(void)
{
    MPI_Comm comm, rest;
    int rank, size;

    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    for (int n = 1; size > 1; n++, size--) {
        double begin = MPI_Wtime();

        MPI_Comm_split(comm, rank == size - 1 ? MPI_UNDEFINED : 0, rank, &rest);
        MPI_Comm_free(&comm);
        if (rest == MPI_COMM_NULL)
            break;
        comm = rest;
        work(comm);
        if (rank == 0)
            tell(n, begin);
        pause_ms(50);
    }
    MPI_Finalize();
    return 0;
}

/* ---- one job after the other ---- */

/* "n1,n2" as "n1:1,n2:1"; how many. */
static int add_slots(const char *list, char *out, size_t size)
{
    char *copy = strdup(list), *rest = NULL;
    int n = 0;

    *out = '\0';
    for (char *host = strtok_r(copy, ",", &rest); host != NULL;
         host = strtok_r(NULL, ",", &rest), n++) {
        size_t len = strlen(out);
        snprintf(out + len, size - len, "%s%s:1", n > 0 ? "," : "", host);
    }
    free(copy);
    return n;
}

/* A message between the two jobs would fail from the second one on, so a file
 * tells that the job has computed. */
static void spawn(const char *program, const char *folder, const char *hosts,
                  const char *added, int generation)
{
    char list[1000], path[1000], *words[] = {"child", path, NULL};
    double begin = MPI_Wtime();
    int n = add_slots(hosts, list, sizeof(list));
    MPI_Info info;
    MPI_Comm child;

    snprintf(path, sizeof(path), "%s/done.%d", folder, generation);
    MPI_Info_create(&info);
    MPI_Info_set(info, "PMIX_HOST", list);
    if (added != NULL) {
        add_slots(added, list, sizeof(list));
        MPI_Info_set(info, "PMIX_ADD_HOST", list);
    }
    MPI_Comm_spawn(program, words, n, info, 0, MPI_COMM_SELF, &child,
                   MPI_ERRCODES_IGNORE);
    MPI_Comm_disconnect(&child);
    MPI_Info_free(&info);
    while (access(path, F_OK) != 0)
        pause_ms(1);
    unlink(path);
    tell(generation, begin);
    pause_ms(200);
}

static int child(const char *path)
{
    MPI_Comm parent;
    int rank;

    work(MPI_COMM_WORLD);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_get_parent(&parent);
    MPI_Comm_disconnect(&parent);
    if (rank == 0)
        fclose(fopen(path, "w"));
    MPI_Finalize();
    return 0;
}

static int once(void)
{
    int rank;

    work(MPI_COMM_WORLD);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Finalize();
    return rank == 0 ? 85 : 0;
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    if (argc == 2 && strcmp(argv[1], "once") == 0)
        return once();
    if (argc == 2 && strcmp(argv[1], "leave") == 0)
        return leave();
    if (argc == 3 && strcmp(argv[1], "child") == 0)
        return child(argv[2]);
    for (int i = 3, generation = 1; i < argc; i++, generation++) {
        const char *added = NULL;
        if (i + 1 < argc && argv[i + 1][0] == '+')
            added = argv[i + 1] + 1;
        spawn(argv[0], argv[2], argv[i], added, generation);
        i += added != NULL;
    }
    MPI_Finalize();
    return 0;
}
