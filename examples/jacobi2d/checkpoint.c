/* SPDX-License-Identifier: BSD-2-Clause */
#include "checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAGIC "jacobi2d 1\n"

struct header {
    char magic[16];
    int size;
    struct progress progress;
};

/* The same answer on all ranks: 0 only where all have 0. */
static int agree(const struct grid *grid, int rc)
{
    MPI_Allreduce(MPI_IN_PLACE, &rc, 1, MPI_INT, MPI_MIN, grid->comm);
    return rc;
}

static int complain(const char *what, const char *path)
{
    fprintf(stderr, "jacobi2d: cannot %s %s: %s\n", what, path,
            strerror(errno));
    return -1;
}

static int read_all(int fd, void *data, size_t size, off_t at)
{
    for (char *to = data; size > 0;) {
        ssize_t n = pread(fd, to, size, at);

        if (n <= 0)
            return -1;
        to += n, at += n, size -= (size_t)n;
    }
    return 0;
}

static int write_all(int fd, const void *data, size_t size, off_t at)
{
    for (const char *from = data; size > 0;) {
        ssize_t n = pwrite(fd, from, size, at);

        if (n <= 0)
            return -1;
        from += n, at += n, size -= (size_t)n;
    }
    return 0;
}

static off_t place_of(const struct grid *grid, int row)
{
    return (off_t)sizeof(struct header) +
           (off_t)row * grid->size * (off_t)sizeof(double);
}

static int move_rows(int fd, const struct grid *grid, int is_read)
{
    size_t size = (size_t)grid->size * sizeof(double);
    int rc = 0;

    for (int i = 0; i < grid->n_rows && rc == 0; i++) {
        off_t at = place_of(grid, grid->first + i);
        rc = is_read ? read_all(fd, grid_row(grid, i), size, at)
                     : write_all(fd, grid_row(grid, i), size, at);
    }
    return rc;
}

/* On rank 0 before the others: a file without anything old. */
static int write_header(const char *path, const struct grid *grid,
                        const struct progress *progress)
{
    struct header header = {.magic = MAGIC, .size = grid->size};
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int rc;

    header.progress = *progress;
    rc = fd < 0 ? -1 : write_all(fd, &header, sizeof(header), 0);
    if (fd >= 0 && close(fd) != 0)
        rc = -1;
    return rc == 0 ? 0 : complain("write", path);
}

static int write_rows(const char *path, const struct grid *grid)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    int rc = fd < 0 ? -1 : move_rows(fd, grid, 0);

    if (rc == 0)
        rc = fsync(fd);
    if (fd >= 0 && close(fd) != 0)
        rc = -1;
    return rc == 0 ? 0 : complain("write", path);
}

int checkpoint_write(const char *path, const struct grid *grid,
                     const struct progress *progress)
{
    char *fresh = malloc(strlen(path) + 5);
    int rc = 0;

    if (fresh == NULL)
        MPI_Abort(grid->comm, 1);
    sprintf(fresh, "%s.new", path);
    if (grid->rank == 0)
        rc = write_header(fresh, grid, progress);
    rc = agree(grid, rc);
    if (rc == 0)
        rc = agree(grid, write_rows(fresh, grid));
    if (rc == 0 && grid->rank == 0 && rename(fresh, path) != 0)
        rc = complain("rename", fresh);
    free(fresh);
    return agree(grid, rc);
}

/* ENOENT in errno: there is none. */
static int read_rows(const char *path, const struct grid *grid,
                     struct header *header)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), rc = -1;

    if (fd < 0)
        return -1;
    errno = EINVAL;
    if (read_all(fd, header, sizeof(*header), 0) == 0 &&
        memcmp(header->magic, MAGIC, sizeof(MAGIC)) == 0 &&
        header->size == grid->size)
        rc = move_rows(fd, grid, 1);
    close(fd);
    return rc;
}

int checkpoint_read(const char *path, struct grid *grid,
                    struct progress *progress)
{
    struct header header = {.size = 0};
    int rc = read_rows(path, grid, &header);
    int is_missing = rc != 0 && errno == ENOENT;

    if (agree(grid, is_missing ? 0 : -1) == 0)
        return 0;
    if (rc != 0)
        complain("go on from", path);
    *progress = header.progress;
    return agree(grid, rc) == 0 ? 1 : -1;
}
