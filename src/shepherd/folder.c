/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nothing here is fsync()ed: the manager's journal has the attempt on disk
 * before the shepherd starts, and a power cut ends the job as well.
 */
#include "shepherd/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "shepherd/identity.h"

/* Cut to its length last, so that a file keeps the room that it has. */
static int write_file(int dir_fd, const char *name, const char *text, int n)
{
    int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    ssize_t written = write(fd, text, (size_t)n);
    if (written >= 0 && written < n)
        errno = ENOSPC;
    if (written == n && ftruncate(fd, n))
        written = -1;
    int saved = errno;
    close(fd);
    errno = saved;
    return written == n ? 0 : -1;
}

/* Room for the record at the end, when the disk may be full. */
static int reserve_exit(int dir_fd)
{
    static const char blank[EXIT_RECORD_MAX];
    return write_file(dir_fd, "exit.tmp", blank, (int)sizeof(blank));
}

static int take_lock(struct folder *folder)
{
    folder->lock_fd =
        openat(folder->dir_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (folder->lock_fd < 0)
        return -1;
    return flock(folder->lock_fd, LOCK_EX | LOCK_NB);
}

/* Everything that must be in the folder before anybody can see it. */
static int fill(struct folder *folder, const char *tmp)
{
    folder->dir_fd =
        openat(folder->jobs_fd, tmp, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char identity[IDENTITY_MAX];
    if (folder->dir_fd < 0 || take_lock(folder))
        return -1;
    int n = identity_own(identity);
    if (write_file(folder->dir_fd, "shepherd", identity, n))
        return -1;
    return reserve_exit(folder->dir_fd);
}

static void clear(struct folder *folder, const char *tmp)
{
    if (folder->dir_fd >= 0) {
        unlinkat(folder->dir_fd, "exit.tmp", 0);
        unlinkat(folder->dir_fd, "shepherd", 0);
        unlinkat(folder->dir_fd, "lock", 0);
        close(folder->dir_fd);
    }
    if (folder->lock_fd >= 0)
        close(folder->lock_fd);
    unlinkat(folder->jobs_fd, tmp, AT_REMOVEDIR);
    close(folder->jobs_fd);
}

/* The pid alone is not unique where several hosts share the folder; the
 * kernel's 16 random bytes of each exec cost no system call. */
static void make_tmp_name(char *buf, size_t size)
{
    uint64_t random;
    memcpy(&random, (const void *)getauxval(AT_RANDOM), sizeof(random));
    snprintf(buf, size, ".tmp.%d.%" PRIx64, (int)getpid(), random);
}

int folder_claim(struct folder *folder, const char *jobs_dir, int64_t job_id,
                 uint32_t attempt, uint32_t part)
{
    char tmp[64], name[CLAIM_NAME_MAX];
    folder->dir_fd = folder->lock_fd = -1;
    folder->jobs_fd = open(jobs_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder->jobs_fd < 0)
        return -1;
    make_tmp_name(tmp, sizeof(tmp));
    if (mkdirat(folder->jobs_fd, tmp, 0700) == 0 && fill(folder, tmp) == 0 &&
        renameat(folder->jobs_fd, tmp, folder->jobs_fd,
                 claim_name(job_id, attempt, part, name)) == 0)
        return 0;
    int saved = errno == ENOTEMPTY ? EEXIST : errno;
    clear(folder, tmp);
    errno = saved;
    return -1;
}

int folder_write_command(const struct folder *folder, pid_t pid,
                         int64_t started_us)
{
    char text[64];
    int n = snprintf(text, sizeof(text), "1 %d %" PRId64 "\n", (int)pid,
                     started_us);
    return write_file(folder->dir_fd, "command", text, n);
}

bool folder_has(const struct folder *folder, const char *name)
{
    return faccessat(folder->dir_fd, name, F_OK, 0) == 0;
}

int folder_write_exit(const struct folder *folder,
                      const struct exit_record *record)
{
    char text[EXIT_RECORD_MAX];
    int n = exit_record_format(record, text, sizeof(text));
    while (write_file(folder->dir_fd, "exit.tmp", text, n) ||
           renameat(folder->dir_fd, "exit.tmp", folder->dir_fd, "exit")) {
        if (errno != ENOSPC && errno != EDQUOT)
            return -1;
        nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
    }
    return 0;
}
