/* SPDX-License-Identifier: BSD-2-Clause */
/* See file_text.h. */
#include "cli/file_text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Until the end: the size may be unknown (a pipe) or change meanwhile. */
static int read_all(int fd, const char *path, struct strbuf *out,
                    struct err *err)
{
    char bytes[65536];
    for (;;) {
        ssize_t n = read(fd, bytes, sizeof(bytes));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set_errno(err, "cannot read %s", path);
        if (n == 0)
            return 0;
        if (out->len + (size_t)n > FILE_TEXT_MAX)
            return err_set(err, ERR_INPUT, "%s is too long", path);
        strbuf_add(out, bytes, (size_t)n);
    }
}

int file_text_read(const char *path, struct strbuf *out, struct err *err)
{
    if (strcmp(path, "-") == 0)
        return read_all(STDIN_FILENO, "standard input", out, err);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set_errno(err, "cannot open %s", path);
    int rc = read_all(fd, path, out, err);
    close(fd);
    return rc;
}
