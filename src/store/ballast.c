/* SPDX-License-Identifier: BSD-2-Clause */
/* The ballast file: see ballast.h. */
#include "store/ballast.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define BALLAST_NAME "ballast"
#define PAGE 4096

/* Bytes that we may use, or -1. */
static int64_t free_bytes(int dir_fd)
{
    struct statvfs fs;

    if (fstatvfs(dir_fd, &fs) < 0)
        return -1;
    return (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
}

/* Size of the file that is there, 0 when there is none of any use. */
static int64_t size_there(int dir_fd)
{
    struct stat st;

    if (fstatat(dir_fd, BALLAST_NAME, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
        !S_ISREG(st.st_mode) || st.st_blocks * 512 < st.st_size ||
        st.st_size < BALLAST_MIN)
        return 0;
    return st.st_size;
}

static int make(struct ballast *ballast, struct err *err)
{
    int fd =
        openat(ballast->dir_fd, BALLAST_NAME,
               O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd < 0)
        return err_set_errno(err, "cannot make the file " BALLAST_NAME);
    errno = posix_fallocate(fd, 0, ballast->size);
    close(fd);
    if (errno) {
        err_set_errno(err, "cannot make the file " BALLAST_NAME);
        unlinkat(ballast->dir_fd, BALLAST_NAME, 0);
        return -1;
    }
    ballast->is_there = true;
    return 0;
}

int ballast_init(struct ballast *ballast, int dir_fd, struct err *err)
{
    int64_t size = size_there(dir_fd), room;

    *ballast = (struct ballast){dir_fd, size > 0, size};
    if (size > 0)
        return 0;
    room = free_bytes(dir_fd);
    if (room < 0)
        return err_set_errno(err, "cannot see how full the disk is");
    size = room / 4 < BALLAST_SIZE ? room / 4 / PAGE * PAGE : BALLAST_SIZE;
    ballast->size = size < BALLAST_MIN ? BALLAST_MIN : size;
    if (size < BALLAST_MIN)
        return err_set(err, ERR_FULL, "the disk is almost full");
    return make(ballast, err);
}

bool ballast_drop(struct ballast *ballast)
{
    if (!ballast->is_there)
        return false;
    ballast->is_there = false;
    return unlinkat(ballast->dir_fd, BALLAST_NAME, 0) == 0;
}

bool ballast_restore(struct ballast *ballast)
{
    if (!ballast->is_there && free_bytes(ballast->dir_fd) >= 2 * ballast->size)
        (void)make(ballast, NULL);
    return ballast->is_there;
}
