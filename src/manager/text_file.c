/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nothing here waits for anybody: a FIFO is refused, not opened for reading
 * until a writer comes; a file that moves under the reader is ERR_BUSY.
 */
#include "manager/text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_same_state(const struct stat *a, const struct stat *b)
{
    return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static int read_to_end(int fd, struct strbuf *out)
{
    char buf[65536];
    off_t at = 0;

    for (;;) {
        ssize_t n = pread(fd, buf, sizeof(buf), at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return (int)n;
        strbuf_add(out, buf, (size_t)n);
        at += n;
        if (at > TEXT_FILE_MAX)
            return 0;
    }
}

static int check_kind(const struct stat *st, const char *path, struct err *err)
{
    if (!S_ISREG(st->st_mode))
        return err_set(err, ERR_INPUT, "%s is not a regular file", path);
    if (st->st_size > TEXT_FILE_MAX)
        return err_set(err, ERR_INPUT, "%s is larger than %d MiB", path,
                       TEXT_FILE_MAX / (1024 * 1024));
    return 0;
}

static struct text_file_facts facts_of(const struct stat *st)
{
    struct text_file_facts facts = {
        .is_foreign = st->st_uid != geteuid() && st->st_uid != 0,
        .last_modified =
            st->st_mtim.tv_sec * USEC_PER_SEC + st->st_mtim.tv_nsec / 1000,
    };

    return facts;
}

int text_file_read_fd(int fd, const char *path, struct strbuf *out,
                      struct text_file_facts *facts, struct err *err)
{
    struct stat before, after;

    strbuf_reset(out);
    if (fstat(fd, &before) != 0)
        return err_set_errno(err, "cannot look at %s", path);
    if (check_kind(&before, path, err) != 0)
        return -1;
    if (facts != NULL)
        *facts = facts_of(&before);
    if (read_to_end(fd, out) != 0 || fstat(fd, &after) != 0)
        return err_set_errno(err, "cannot read %s", path);
    if (!is_same_state(&before, &after) || out->len != (size_t)after.st_size)
        return err_set(err, ERR_BUSY, "%s changed while it was read", path);
    return 0;
}

int text_file_read(const char *path, struct strbuf *out,
                   struct text_file_facts *facts, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    int result;

    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return err_set(err, ERR_NOT_FOUND, "there is no file %s", path);
    if (fd < 0)
        return err_set_errno(err, "cannot open %s", path);
    result = text_file_read_fd(fd, path, out, facts, err);
    close(fd);
    return result;
}

int write_all(int fd, const void *data, size_t size)
{
    const char *at = data;

    while (size > 0) {
        ssize_t n = write(fd, at, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        at += n;
        size -= (size_t)n;
    }
    return 0;
}

int text_file_replace(int dir_fd, const char *name, const struct strbuf *text,
                      struct err *err)
{
    char temporary[256];
    int fd;

    snprintf(temporary, sizeof(temporary), ".%s.tmp", name);
    fd = openat(dir_fd, temporary,
                O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_set_errno(err, "cannot make %s", temporary);
    if (write_all(fd, text->text, text->len) != 0) {
        err_set_errno(err, "cannot write %s", temporary);
        close(fd);
        unlinkat(dir_fd, temporary, 0);
        return -1;
    }
    close(fd);
    if (renameat(dir_fd, temporary, dir_fd, name) != 0)
        return err_set_errno(err, "cannot rename %s", temporary);
    return 0;
}
