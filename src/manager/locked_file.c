/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lock is taken on the open file and then the path is looked at again:
 * a client that replaced the file by rename meanwhile would otherwise leave
 * us editing a file that nobody sees.
 */
#include "manager/locked_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "manager/text_file.h"

static int lock_fd(int fd, const char *path, struct err *err)
{
    struct stat open_st, path_st;

    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK || errno == EINTR)
            return err_set(err, ERR_BUSY, "%s is locked", path);
        return err_set_errno(err, "cannot lock %s", path);
    }
    if (fstat(fd, &open_st) != 0 || stat(path, &path_st) != 0 ||
        open_st.st_ino != path_st.st_ino || open_st.st_dev != path_st.st_dev)
        return err_set(err, ERR_BUSY, "%s was replaced", path);
    return 0;
}

int locked_file_open(struct locked_file *file, const char *path,
                     struct err *err)
{
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    file->fd = -1;
    file->path = path;
    file->reserved = 0;
    strbuf_init(&file->text);
    if (fd < 0 && errno == ENOENT)
        return err_set(err, ERR_NOT_FOUND, "there is no file %s", path);
    if (fd < 0)
        return err_set_errno(err, "cannot open %s", path);
    if (lock_fd(fd, path, err) != 0 ||
        text_file_read_fd(fd, path, &file->text, NULL, err) != 0) {
        close(fd);
        strbuf_release(&file->text);
        return -1;
    }
    file->fd = fd;
    return 0;
}

static int write_at(int fd, const char *data, size_t size, size_t at)
{
    while (size > 0) {
        ssize_t n = pwrite(fd, data, size, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        data += n;
        at += (size_t)n;
        size -= (size_t)n;
    }
    return 0;
}

/* A write that stops half way on a full disk would leave neither the old nor
 * the new content. */
int locked_file_reserve(struct locked_file *file, size_t size, struct err *err)
{
    if (size < file->text.len)
        size = file->text.len;
    if (fallocate(file->fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)size) != 0 &&
        (errno == ENOSPC || errno == EDQUOT))
        return err_set_errno(err, "cannot write %s", file->path);
    file->reserved = size;
    return 0;
}

/* DATA is at least as long as the file. Blanks behind the old content come
 * first: a write changes the content before the size, and a reader between
 * the two would get the new content cut to the old size. */
static int replace(int fd, const struct strbuf *data, size_t old_size,
                   size_t new_size)
{
    struct strbuf blanks;
    int result;

    strbuf_init(&blanks);
    while (old_size + blanks.len < data->len)
        strbuf_add_char(&blanks, ' ');
    result = write_at(fd, blanks.text, blanks.len, old_size);
    if (result == 0)
        result = write_at(fd, data->text, data->len, 0);
    if (result == 0 && new_size < data->len)
        result = ftruncate(fd, (off_t)new_size);
    strbuf_release(&blanks);
    return result == 0 ? fsync(fd) : result;
}

int locked_file_write(struct locked_file *file, const char *text,
                      struct err *err)
{
    size_t old_size = file->text.len, new_size = strlen(text);
    struct strbuf data;
    int result;

    if (new_size > file->reserved &&
        locked_file_reserve(file, new_size, err) != 0)
        return -1;
    strbuf_init(&data);
    strbuf_add(&data, text, new_size);
    while (data.len < old_size)
        strbuf_add_char(&data, ' ');
    result = replace(file->fd, &data, old_size, new_size);
    strbuf_release(&data);
    if (result != 0)
        return err_set_errno(err, "cannot write %s", file->path);
    strbuf_reset(&file->text);
    strbuf_add(&file->text, text, new_size);
    return 0;
}

void locked_file_close(struct locked_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
    strbuf_release(&file->text);
}

int locked_file_make(const char *path, const char *text, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    int result = 1;

    if (fd < 0 && errno == EEXIST)
        return 0;
    if (fd < 0)
        return err_set_errno(err, "cannot make %s", path);
    if (write_all(fd, text, strlen(text)) != 0) {
        result = err_set_errno(err, "cannot write %s", path);
        unlink(path);
    }
    close(fd);
    return result;
}
