/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A mailbox that goes is first renamed, so that it is there whole or not at
 * all, whatever it holds.
 */
#include "manager/job_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/remove.h"
#include "manager/text_file.h"
#include "store/state_dir.h"

#define NAME_SIZE 64
#define PATH_SIZE 512
#define GONE ".gone."
#define APPEND_MAX (1024 * 1024)

static int open_folder(int at_fd, const char *name)
{
    return openat(at_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static const char *name_of(int64_t job, char name[NAME_SIZE])
{
    snprintf(name, NAME_SIZE, JOB_DIR_FOLDER "/%" PRId64, job);
    return name;
}

int job_dir_prepare(const struct state_dir *dir, struct err *err)
{
    if (mkdirat(dir->fd, JOB_DIR_FOLDER, 0700) == 0 || errno == EEXIST)
        return 0;
    return err_set_errno(err, "cannot make %s/" JOB_DIR_FOLDER, dir->path);
}

int job_dir_open(const struct state_dir *dir, int64_t job)
{
    char name[NAME_SIZE];

    return open_folder(dir->fd, name_of(job, name));
}

int job_dir_make(const struct state_dir *dir, int64_t job, struct err *err)
{
    char name[NAME_SIZE];
    int fd = -1;

    name_of(job, name);
    if (mkdirat(dir->fd, name, 0700) == 0 || errno == EEXIST)
        fd = open_folder(dir->fd, name);
    if (fd < 0)
        err_set_errno(err, "cannot make the mailbox %s/%s", dir->path, name);
    return fd;
}

void job_dir_remove(const struct state_dir *dir, int64_t job)
{
    char name[NAME_SIZE], gone[NAME_SIZE];

    snprintf(gone, sizeof(gone), JOB_DIR_FOLDER "/" GONE "%" PRId64, job);
    if (renameat(dir->fd, name_of(job, name), dir->fd, gone) != 0) {
        if (errno == ENOENT)
            return;
        remove_at(dir->fd, gone);
        (void)renameat(dir->fd, name, dir->fd, gone);
    }
    remove_at(dir->fd, gone);
}

void job_dir_sweep(const struct state_dir *dir, job_is_over_f *is_over,
                   void *context)
{
    int fd = open_folder(dir->fd, JOB_DIR_FOLDER);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;

    if (folder == NULL)
        return;
    while ((entry = readdir(folder)) != NULL) {
        const char *name = entry->d_name;
        int64_t job;
        char rest;
        if (strncmp(name, GONE, sizeof(GONE) - 1) == 0)
            remove_at(dirfd(folder), name);
        else if (sscanf(name, "%" SCNd64 "%c", &job, &rest) == 1 &&
                 is_over(context, job))
            job_dir_remove(dir, job);
    }
    closedir(folder);
}

/* ---- files ---- */

int job_dir_make_folder(int fd, const char *name, struct err *err)
{
    int folder;

    if (mkdirat(fd, name, 0700) == 0)
        return 0;
    folder = errno == EEXIST ? open_folder(fd, name) : -1;
    if (folder >= 0) {
        close(folder);
        return 0;
    }
    remove_at(fd, name);
    if (mkdirat(fd, name, 0700) == 0)
        return 0;
    return err_set_errno(err, "cannot make the folder %s in the mailbox", name);
}

/* The folder that the file is in ("answer/x.json": answer), step by step: not
 * through a link. A descriptor to be closed and *NAME, or -1 with errno. */
static int enter(int fd, const char *path, const char **name)
{
    const char *slash = strchr(path, '/');
    char folder[NAME_SIZE];

    *name = slash == NULL ? path : slash + 1;
    if (slash == NULL)
        return fcntl(fd, F_DUPFD_CLOEXEC, 0);
    snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
    return open_folder(fd, folder);
}

static int make_draft(int fd, const char *draft, mode_t mode)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
    int file = openat(fd, draft, flags, mode);

    if (file >= 0 || errno != EEXIST)
        return file;
    remove_at(fd, draft);
    return openat(fd, draft, flags, mode);
}

static int put_in_place(int fd, const char *draft, const char *path)
{
    if (renameat(fd, draft, fd, path) == 0)
        return 0;
    if (errno != EISDIR)
        return -1;
    remove_at(fd, path);
    return renameat(fd, draft, fd, path);
}

static int fill(int file, const struct strbuf *text, mode_t mode)
{
    int rc = write_all(file, text->text, text->len);

    if (rc == 0)
        rc = fchmod(file, mode);
    if (close(file) != 0)
        rc = -1;
    return rc;
}

static int write_in(int fd, const char *name, const struct strbuf *text,
                    mode_t mode)
{
    char draft[PATH_SIZE];
    int file, saved;

    snprintf(draft, sizeof(draft), ".%s.new", name);
    file = make_draft(fd, draft, mode);
    if (file < 0)
        return -1;
    if (fill(file, text, mode) == 0 && put_in_place(fd, draft, name) == 0)
        return 0;
    saved = errno;
    unlinkat(fd, draft, 0);
    errno = saved;
    return -1;
}

int job_dir_write(int fd, const char *path, const struct strbuf *text,
                  mode_t mode, struct err *err)
{
    const char *name;
    int folder = enter(fd, path, &name);
    int rc = folder < 0 ? -1 : write_in(folder, name, text, mode);

    if (rc != 0)
        err_set_errno(err, "cannot write %s in the mailbox", path);
    if (folder >= 0)
        close(folder);
    return rc;
}

static int check(const struct stat *st, struct err *err)
{
    if (!S_ISREG(st->st_mode))
        return err_set(err, ERR_INPUT, "it is not a regular file");
    if (st->st_uid != geteuid())
        return err_set(err, ERR_INPUT, "it belongs to uid %u",
                       (unsigned)st->st_uid);
    if ((size_t)st->st_size > JOB_DIR_FILE_MAX)
        return err_set(err, ERR_INPUT, "it has more than %zu KiB",
                       JOB_DIR_FILE_MAX / 1024);
    return 0;
}

static int read_file(int file, struct strbuf *out, struct err *err)
{
    char chunk[4096];
    ssize_t n = 0;

    while (out->len <= JOB_DIR_FILE_MAX &&
           (n = read(file, chunk, sizeof(chunk))) > 0)
        strbuf_add(out, chunk, (size_t)n);
    if (out->len > JOB_DIR_FILE_MAX)
        return err_set(err, ERR_INPUT, "it has more than %zu KiB",
                       JOB_DIR_FILE_MAX / 1024);
    return n < 0 ? err_set_errno(err, "it cannot be read") : 0;
}

static void close_keeping_errno(int fd)
{
    int saved = errno;

    if (fd >= 0)
        close(fd);
    errno = saved;
}

static int open_to_read(int fd, const char *path)
{
    const int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    const char *name;
    int folder = enter(fd, path, &name);
    int file = folder < 0 ? -1 : openat(folder, name, flags);

    close_keeping_errno(folder);
    return file;
}

int job_dir_read(int fd, const char *path, struct strbuf *out, struct err *err)
{
    int file = open_to_read(fd, path);
    struct stat st;
    int rc;

    strbuf_reset(out);
    if (file < 0 && errno == ENOENT)
        return err_set(err, ERR_NOT_FOUND, "it is not there");
    if (file < 0 && (errno == ELOOP || errno == ENXIO))
        return err_set(err, ERR_INPUT, "it is not a regular file");
    if (file < 0)
        return err_set_errno(err, "it cannot be opened");
    rc = fstat(file, &st) != 0 ? err_set_errno(err, "it cannot be looked at")
                               : check(&st, err);
    if (rc == 0)
        rc = read_file(file, out, err);
    close(file);
    return rc;
}

bool job_dir_is_fresh(int fd, const char *path)
{
    const char *name;
    int folder = enter(fd, path, &name);
    struct stat st;
    bool is_fresh = false;

    if (folder >= 0 && fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
        int64_t modified =
            st.st_mtim.tv_sec * USEC_PER_SEC + st.st_mtim.tv_nsec / 1000;
        int64_t age = clock_wall_us() - modified;
        is_fresh = S_ISREG(st.st_mode) && age >= 0 && age < USEC_PER_SEC;
    }
    if (folder >= 0)
        close(folder);
    return is_fresh;
}

int job_dir_take(int fd, const char *path, const char *as)
{
    const char *name;
    int folder = enter(fd, path, &name);
    int rc = folder < 0 ? -1 : renameat(folder, name, fd, as);

    if (rc != 0 && folder >= 0 && errno != ENOENT) {
        remove_at(fd, as);
        rc = renameat(folder, name, fd, as);
    }
    if (folder >= 0)
        close(folder);
    return rc;
}

void job_dir_drop(int fd, const char *path)
{
    const char *name;
    int folder = enter(fd, path, &name);

    if (folder < 0)
        return;
    remove_at(folder, name);
    close(folder);
}

/* A regular file to append to, or -1. */
static int open_to_append(int fd, const char *name)
{
    const int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW |
                      O_NONBLOCK | O_NOCTTY;
    int file = openat(fd, name, flags, 0600);
    struct stat st;

    if (file >= 0 && fstat(file, &st) == 0 && S_ISREG(st.st_mode))
        return file;
    if (file >= 0)
        close(file);
    remove_at(fd, name);
    return openat(fd, name, flags | O_EXCL, 0600);
}

void job_dir_append(int fd, const char *name, const struct strbuf *line)
{
    int file = open_to_append(fd, name);
    char old[NAME_SIZE];
    struct stat st;

    if (file >= 0 && fstat(file, &st) == 0 && st.st_size > APPEND_MAX) {
        close(file);
        snprintf(old, sizeof(old), "%s.1", name);
        (void)job_dir_take(fd, name, old);
        file = open_to_append(fd, name);
    }
    if (file < 0)
        return;
    (void)write_all(file, line->text, line->len);
    close(file);
}

bool job_dir_each(int fd, const char *folder, bool is_hidden, size_t max,
                  job_dir_name_f *each, void *context)
{
    int list_fd = open_folder(fd, folder == NULL ? "." : folder);
    DIR *list = list_fd < 0 ? NULL : fdopendir(list_fd);
    const struct dirent *entry;
    size_t n = 0;

    if (list == NULL)
        return true;
    while ((entry = readdir(list)) != NULL && n <= max) {
        const char *name = entry->d_name;
        if ((name[0] == '.') != is_hidden || strcmp(name, ".") == 0 ||
            strcmp(name, "..") == 0 || n++ == max)
            continue;
        each(context, name);
    }
    closedir(list);
    return n <= max;
}
