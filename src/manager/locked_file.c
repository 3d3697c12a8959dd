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

static int write_at_start(int fd, const struct strbuf *data)
{
    size_t done = 0;

    while (done < data->len) {
        ssize_t n =
            pwrite(fd, data->text + done, data->len - done, (off_t)done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        done += (size_t)n;
    }
    return 0;
}

/* Room first: a write that stops half way on a full disk would leave neither
 * the old nor the new content. The size stays, so readers see nothing. */
static int make_room(int fd, size_t size)
{
    if (fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)size) == 0)
        return 0;
    return errno == ENOSPC || errno == EDQUOT ? -1 : 0;
}

int locked_file_write(struct locked_file *file, const char *text,
                      struct err *err)
{
    struct strbuf data;
    size_t size = strlen(text);
    int result = -1;

    strbuf_init(&data);
    strbuf_add(&data, text, size);
    while (data.len < file->text.len)
        strbuf_add_char(&data, ' ');
    if (make_room(file->fd, data.len) != 0 ||
        write_at_start(file->fd, &data) != 0 ||
        ftruncate(file->fd, (off_t)size) != 0 || fsync(file->fd) != 0) {
        err_set_errno(err, "cannot write %s", file->path);
        goto done;
    }
    strbuf_reset(&file->text);
    strbuf_add(&file->text, text, size);
    result = 0;
done:
    strbuf_release(&data);
    return result;
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
