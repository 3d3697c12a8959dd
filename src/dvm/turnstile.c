/* SPDX-License-Identifier: BSD-2-Clause */
#include "dvm/turnstile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

int turnstile_enter(const char *folder)
{
    char path[PATH_MAX];

    for (int i = 0; i < TURNSTILE_WIDTH; i++) {
        int fd;
        snprintf(path, sizeof(path), "%s/start.%d", folder, i);
        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
            return -1;
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return fd;
        close(fd);
    }
    errno = EWOULDBLOCK;
    return -1;
}
