/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A disk that fails on demand: SQLite's calls of pwrite and fdatasync end up
 * here, because a program's own functions come before those of libraries.
 * Include it in one file of a program only.
 */
#ifndef ERM_T_STORE_FAULTS_H
#define ERM_T_STORE_FAULTS_H

#include <errno.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static struct faults {
    int write_error; /* errno of the next writes; 0 = none */
    int n_writes;    /* how many of them fail; -1 = all */
    int sync_error;  /* errno of each sync; 0 = none */
    int n_syncs;     /* counts them */
} faults;

ssize_t pwrite64(int fd, const void *data, size_t n, off64_t at)
{
    if (faults.write_error && faults.n_writes) {
        if (faults.n_writes > 0)
            faults.n_writes--;
        errno = faults.write_error;
        return -1;
    }
    return syscall(SYS_pwrite64, fd, data, n, at);
}

int fdatasync(int fd)
{
    faults.n_syncs++;
    if (faults.sync_error) {
        errno = faults.sync_error;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, fd);
}

#endif
