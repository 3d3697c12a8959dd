/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of a mailbox, see handle.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/handle.h"

#define FILE_MAX_BYTES (16 << 20) /* more is no file of a mailbox */

struct erm_stamp erm_stamp_of(const struct stat *st)
{
    struct erm_stamp stamp;
    memset(&stamp, 0, sizeof(stamp));
    stamp.is_there = true;
    stamp.device = st->st_dev;
    stamp.inode = st->st_ino;
    stamp.size = st->st_size;
    stamp.changed = st->st_ctim;
    stamp.modified = st->st_mtim;
    return stamp;
}

static bool is_same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool erm_stamp_is_same(const struct erm_stamp *a, const struct erm_stamp *b)
{
    return a->is_there == b->is_there && a->device == b->device &&
           a->inode == b->inode && a->size == b->size &&
           is_same_time(&a->changed, &b->changed) &&
           is_same_time(&a->modified, &b->modified);
}

/* N bytes of FD into TEXT, which ends with a NUL then. Fewer is no error: the
 * reader of the text will see. */
static int read_all(int fd, char *text, size_t n)
{
    size_t have = 0;
    while (have < n) {
        ssize_t got = read(fd, text + have, n - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        have += (size_t)got;
    }
    text[have] = '\0';
    return 0;
}

/* Reads FD, PATH's, into *TEXT. */
static int read_text(struct erm *e, int fd, const char *path,
                     struct erm_stamp *stamp, char **text)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return erm_set_errno(e, "read", path);
    if (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX_BYTES)
        return erm_set_error(e, ERM_EFORMAT, "%s is not a file of a mailbox",
                             path);
    *text = malloc((size_t)st.st_size + 1);
    if (*text == NULL)
        return erm_set_no_memory(e);
    if (read_all(fd, *text, (size_t)st.st_size) < 0) {
        erm_set_errno(e, "read", path);
        free(*text);
        *text = NULL;
        return ERM_ESYSTEM;
    }
    *stamp = erm_stamp_of(&st);
    return 0;
}

char *erm_read_file(struct erm *e, const char *name, struct erm_stamp *stamp,
                    int *rc)
{
    char path[PATH_MAX], *text = NULL;
    memset(stamp, 0, sizeof(*stamp));
    *rc = 0;
    snprintf(path, sizeof(path), "%s/%s", e->dir, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        if (errno != ENOENT && errno != ENOTDIR)
            *rc = erm_set_errno(e, "read", path);
        return NULL;
    }
    *rc = read_text(e, fd, path, stamp, &text);
    close(fd);
    return text;
}

static int write_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, bytes, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return -1;
        bytes += done;
        n -= (size_t)done;
    }
    return 0;
}

/* The folder may be that of a manager that had no reason to make it. */
static int open_new(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd >= 0 || errno != ENOENT)
        return fd;
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
    if (mkdir(folder, 0700) < 0 && errno != EEXIST)
        return -1;
    return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

/* TEXT becomes DIR/NAME by rename. Takes TEXT. */
int erm_put_file(struct erm *e, const char *name, struct erm_text *text)
{
    char path[PATH_MAX], temporary[PATH_MAX];
    const char *slash = strrchr(name, '/');
    const char *base = slash != NULL ? slash + 1 : name;
    int rc = 0, n;
    snprintf(path, sizeof(path), "%s/%s", e->dir, name);
    n = snprintf(temporary, sizeof(temporary), "%s/%.*s.%s.%ld", e->dir,
                 (int)(base - name), name, base, (long)getpid());
    if (text->is_bad)
        rc = erm_set_no_memory(e);
    else if (n >= (int)sizeof(temporary))
        rc =
            erm_set_error(e, ERM_EINVAL, "the path of the mailbox is too long");
    if (rc < 0) {
        free(text->bytes);
        return rc;
    }
    int fd = open_new(temporary);
    if (fd < 0 || write_all(fd, text->bytes, text->n) < 0)
        rc = erm_set_errno(e, "write", name);
    if (fd >= 0 && close(fd) < 0 && rc == 0)
        rc = erm_set_errno(e, "write", name);
    if (rc == 0 && rename(temporary, path) < 0)
        rc = erm_set_errno(e, "write", name);
    if (rc < 0)
        unlink(temporary);
    free(text->bytes);
    return rc;
}
