/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/remove.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define OPEN_FOLDERS 16
#define DEPTH_MAX 64

static int remove_entry(const char *path, const struct stat *st, int type,
                        struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    (void)remove(path);
    return 0;
}

void remove_all(const char *path)
{
    nftw(path, remove_entry, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static void remove_tree(int at_fd, const char *name, int depth);

/* Takes FD. */
static void remove_content(int fd, int depth)
{
    DIR *dir = fdopendir(fd);
    const struct dirent *entry;

    if (dir == NULL) {
        close(fd);
        return;
    }
    while ((entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            remove_tree(dirfd(dir), entry->d_name, depth + 1);
    }
    closedir(dir);
}

static void remove_tree(int at_fd, const char *name, int depth)
{
    int fd;

    if (unlinkat(at_fd, name, 0) == 0 || errno == ENOENT || depth > DEPTH_MAX)
        return;
    fd = openat(at_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0)
        remove_content(fd, depth);
    unlinkat(at_fd, name, AT_REMOVEDIR);
}

void remove_at(int at_fd, const char *name)
{
    remove_tree(at_fd, name, 0);
}
