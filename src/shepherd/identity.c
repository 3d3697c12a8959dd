/* SPDX-License-Identifier: BSD-2-Clause */
#include "shepherd/identity.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static ssize_t read_file(const char *path, char *buf, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t n = read(fd, buf, size - 1);
    close(fd);
    buf[n > 0 ? n : 0] = '\0';
    return n;
}

/* Field 22 of /proc/PID/stat, in clock ticks; 0 when there is no such
 * process. */
static unsigned long long start_of(pid_t pid)
{
    char path[32], text[1024];
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    if (read_file(path, text, sizeof(text)) <= 0)
        return 0;
    const char *p = strrchr(text, ')'); /* the name may hold anything */
    for (int field = 2; p && field < 22; field++)
        p = strchr(p + 1, ' ');
    return p ? strtoull(p, NULL, 10) : 0;
}

static int format(pid_t pid, char buf[IDENTITY_MAX])
{
    char boot_id[40] = "-\n";
    read_file("/proc/sys/kernel/random/boot_id", boot_id, sizeof(boot_id));
    return snprintf(buf, IDENTITY_MAX, "1 %d %llu %s", (int)pid, start_of(pid),
                    boot_id);
}

int identity_own(char buf[IDENTITY_MAX])
{
    return format(getpid(), buf);
}

bool identity_is_of(const char *line, pid_t pid)
{
    char now[IDENTITY_MAX];
    format(pid, now);
    return start_of(pid) > 0 && strcmp(line, now) == 0;
}
