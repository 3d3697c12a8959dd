/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An open-file-description lock, not a process lock: closing another
 * descriptor of the same file does not drop it.
 */
#include "store/state_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOCK_NAME "lock"
#define TRY_EVERY_NS (20 * 1000 * 1000)

static int set_lock(int fd, short type)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET};

    return fcntl(fd, F_OFD_SETLK, &lock);
}

/* 0, or -1 with errno: EAGAIN while somebody else holds it. */
static int lock_patiently(int fd, dur_us patience)
{
    int64_t until = clock_boot_us() + patience;
    struct timespec pause = {.tv_nsec = TRY_EVERY_NS};

    for (;;) {
        if (set_lock(fd, F_WRLCK) == 0)
            return 0;
        if (errno == EACCES)
            errno = EAGAIN;
        if ((errno != EAGAIN && errno != EINTR) || clock_boot_us() >= until)
            return -1;
        nanosleep(&pause, NULL);
    }
}

static int refuse_busy(int fd, struct err *err)
{
    char line[512] = "", host[256] = "?", since[64] = "?";
    struct stat st;
    struct tm tm;
    long pid;

    if (pread(fd, line, sizeof(line) - 1, 0) <= 0 ||
        sscanf(line, "%ld %255s", &pid, host) != 2)
        return err_set(err, ERR_BUSY, "a manager is already running here");
    if (!fstat(fd, &st) && localtime_r(&st.st_mtime, &tm))
        strftime(since, sizeof(since), "%Y-%m-%d %H:%M:%S", &tm);
    return err_set(err, ERR_BUSY,
                   "a manager is already running here: pid %ld on host %s "
                   "(since %s)",
                   pid, host, since);
}

/* First line of a file in /proc, "?" when it cannot be read. */
static void read_line(const char *path, char *buf, size_t size)
{
    FILE *file = fopen(path, "re");

    if (!file || !fgets(buf, (int)size, file))
        snprintf(buf, size, "?");
    if (file)
        fclose(file);
    buf[strcspn(buf, "\n")] = '\0';
}

/* Field 22 of /proc/self/stat: with pid and boot id it names a process for
 * good. Fields are counted after the name, which may hold blanks. */
static unsigned long long start_time(void)
{
    char stat[1024];
    const char *at;
    unsigned long long ticks = 0;

    read_line("/proc/self/stat", stat, sizeof(stat));
    at = strrchr(stat, ')');
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    if (at)
        sscanf(at, "%llu", &ticks);
    return ticks;
}

static int sign(int fd)
{
    char boot_id[64], host[256] = "?";

    read_line("/proc/sys/kernel/random/boot_id", boot_id, sizeof(boot_id));
    gethostname(host, sizeof(host) - 1);
    if (ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0)
        return -1;
    return dprintf(fd, "%ld %s %s %llu\n", (long)getpid(), host, boot_id,
                   start_time()) < 0
               ? -1
               : 0;
}

int state_lock_take(int dir_fd, dur_us patience, struct err *err)
{
    int fd = openat(dir_fd, LOCK_NAME,
                    O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd < 0)
        return err_set_errno(err, "cannot open the file " LOCK_NAME);
    if (lock_patiently(fd, patience) < 0) {
        if (errno == EAGAIN)
            refuse_busy(fd, err);
        else
            err_set_errno(err, "cannot lock the state directory");
        close(fd);
        return -1;
    }
    /* On a full disk the line cannot be written; the lock holds all the same
     * and jobs that run must be looked after. */
    (void)sign(fd);
    return fd;
}

void state_lock_release(int lock_fd)
{
    if (lock_fd < 0)
        return;
    if (ftruncate(lock_fd, 0) < 0 || set_lock(lock_fd, F_UNLCK) < 0) {
        /* nothing to be done: closing lets go as well */
    }
    close(lock_fd);
}
