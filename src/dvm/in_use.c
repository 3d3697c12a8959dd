/* SPDX-License-Identifier: BSD-2-Clause */
#include "dvm/in_use.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* The manager's lock (store/state_lock.h); only asked about, never taken. */
static bool is_managed(int jobs_fd)
{
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
    int fd = openat(jobs_fd, "../lock", O_RDONLY | O_CLOEXEC);
    bool is_free =
        fd >= 0 && fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type == F_UNLCK;

    if (fd >= 0)
        close(fd);
    return !is_free;
}

/* A shepherd's (shepherd/claim.h). */
static bool is_claimed(int jobs_fd, const char *name)
{
    char path[300];
    int fd;
    bool is_held;

    snprintf(path, sizeof(path), "%.255s/lock", name);
    fd = openat(jobs_fd, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    is_held = flock(fd, LOCK_SH | LOCK_NB) != 0;
    close(fd);
    return is_held;
}

/* Takes JOBS_FD. */
static bool has_running_job(int jobs_fd)
{
    DIR *dir = fdopendir(jobs_fd);
    const struct dirent *entry;
    bool is_found = false;

    if (dir == NULL) {
        close(jobs_fd);
        return true;
    }
    while (!is_found && (entry = readdir(dir)) != NULL)
        is_found = entry->d_name[0] != '.' &&
                   strncmp(entry->d_name, "0.", 2) != 0 &&
                   is_claimed(dirfd(dir), entry->d_name);
    closedir(dir);
    return is_found;
}

bool in_use(const char *claim_dir)
{
    char path[4200];
    int jobs_fd;

    snprintf(path, sizeof(path), "%.4096s/..", claim_dir);
    jobs_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (jobs_fd < 0)
        return errno != ENOENT; /* the state directory was removed */
    if (!is_managed(jobs_fd))
        return has_running_job(jobs_fd);
    close(jobs_fd);
    return true;
}
