/* SPDX-License-Identifier: BSD-2-Clause */
/* See trace_file.h. */
#include "sim/trace_file.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/strbuf.h"

#define CHUNK (1 << 16)

/* zlib's last error as one of ours; Z_ERRNO leaves errno as it was. */
static int set_gzip_error(gzFile file, const char *name, struct err *err)
{
    int code;
    const char *text = gzerror(file, &code);

    if (code == Z_ERRNO)
        return err_set_errno(err, "cannot read %.200s", name);
    if (code == Z_BUF_ERROR)
        return err_set(err, ERR_INPUT,
                       "%.200s: the gzip file ends too early: it is truncated",
                       name);
    return err_set(err, ERR_INPUT, "%.200s: a damaged gzip file (%.100s)", name,
                   text);
}

static int too_long(const char *name, struct err *err)
{
    return err_set(err, ERR_INPUT, "%.200s is too long: at most %zu MiB of SWF",
                   name, TRACE_BYTES_MAX >> 20);
}

static int read_all(gzFile file, const char *name, struct strbuf *out,
                    struct err *err)
{
    char chunk[CHUNK];
    int n, code;

    while ((n = gzread(file, chunk, sizeof(chunk))) > 0) {
        strbuf_add(out, chunk, (size_t)n);
        if (out->len > TRACE_BYTES_MAX)
            return too_long(name, err);
    }
    /* Only the error tells a truncated file from a whole one: N is 0. */
    gzerror(file, &code);
    return code == Z_OK ? 0 : set_gzip_error(file, name, err);
}

/* A descriptor of its own, which gzclose() closes. */
static int open_path(const char *path, const char *name, struct err *err)
{
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                      : open(path, O_RDONLY | O_CLOEXEC);

    return fd < 0 ? err_set_errno(err, "cannot open %.200s", name) : fd;
}

int trace_file_read(const char *path, struct swf *out, struct err *err)
{
    const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
    int fd = open_path(path, name, err), rc = -1;
    struct strbuf text;
    struct stat status;
    gzFile file;

    if (fd < 0)
        return -1;
    strbuf_init(&text);
    /* What is packed is not longer than what it holds. */
    if (fstat(fd, &status) == 0 && status.st_size > (off_t)TRACE_BYTES_MAX) {
        too_long(name, err);
        close(fd);
        goto out;
    }
    file = gzdopen(fd, "rb");
    if (!file) {
        err_set_errno(err, "cannot read %.200s", name);
        close(fd);
        goto out;
    }
    gzbuffer(file, CHUNK);
    rc = read_all(file, name, &text, err);
    gzclose(file);
    if (rc == 0)
        rc = swf_read(out, text.text, text.len, name, err);
out:
    strbuf_release(&text);
    return rc;
}
