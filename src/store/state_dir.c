/* SPDX-License-Identifier: BSD-2-Clause */
/* The state directory: see state_dir.h. */
#include "store/state_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "store/private_dir.h"

const char *state_dir_network_fs(int fd)
{
    /* From statfs(2) and, for those that are not in the kernel, from their
     * own documents. */
    static const struct {
        uint32_t magic;
        const char *name;
    } table[] = {
        {0x6969, "nfs"},          {0x0BD00BD0, "lustre"},
        {0x47504653, "gpfs"},     {0x517B, "smb"},
        {0xFE534D42, "smb2"},     {0xFF534D42, "cifs"},
        {0x5346414F, "afs"},      {0x6B414653, "afs"},
        {0x00C36400, "ceph"},     {0x19830326, "beegfs"},
        {0x20030528, "orangefs"}, {0xAAD7AAEA, "panfs"},
        {0x01021997, "9p"},       {0x73757245, "coda"},
        {0x786F4256, "vboxsf"},   {0x65735546, "fuse"},
    };
    struct statfs fs;

    if (fstatfs(fd, &fs) < 0)
        return NULL;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (table[i].magic == (uint32_t)fs.f_type)
            return table[i].name;
    }
    return NULL;
}

/* Returns owned path of an open folder, without links. */
static char *real_path(int fd, struct err *err)
{
    char link[64], path[PATH_MAX];
    ssize_t n;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    n = readlink(link, path, sizeof(path) - 1);
    if (n < 0) {
        err_set_errno(err, "cannot read %s", link);
        return NULL;
    }
    path[n] = '\0';
    return mem_strdup(path);
}

/* A folder made just now must not vanish in a power cut with all in it. */
static void sync_parent(int fd)
{
    int parent = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (parent < 0)
        return; /* not readable for us: the kernel writes it in time */
    (void)fsync(parent);
    close(parent);
}

/* Returns owned copy without slashes at the end: they would follow a link. */
static char *without_slashes(const char *path)
{
    size_t n = strlen(path);

    while (n > 1 && path[n - 1] == '/')
        n--;
    return mem_strndup(path, n);
}

static int open_parts(struct state_dir *dir, const char *path, bool is_new_fine,
                      struct err *err)
{
    struct strbuf jobs;

    dir->fd = private_dir_open(AT_FDCWD, path, path, is_new_fine, err);
    if (dir->fd < 0)
        return -1;
    dir->path = real_path(dir->fd, err);
    if (!dir->path)
        return -1;
    dir->network = state_dir_network_fs(dir->fd);
    if (is_new_fine)
        sync_parent(dir->fd);
    strbuf_init(&jobs);
    strbuf_add_fmt(&jobs, "%s/jobs", path);
    dir->jobs_fd =
        private_dir_open(dir->fd, "jobs", jobs.text, is_new_fine, err);
    strbuf_release(&jobs);
    return dir->jobs_fd < 0 ? -1 : 0;
}

int state_dir_open(struct state_dir *dir, const char *path, bool is_new_fine,
                   struct err *err)
{
    char *clean = without_slashes(path);
    int rc;

    *dir = (struct state_dir){.fd = -1, .jobs_fd = -1};
    rc = open_parts(dir, clean, is_new_fine, err);
    free(clean);
    if (rc == 0)
        return 0;
    state_dir_close(dir);
    if (err && err->code == ERR_DENIED && !err->hint[0])
        err_hint(err, "use --state-dir to keep the state somewhere else");
    return -1;
}

void state_dir_close(struct state_dir *dir)
{
    if (dir->jobs_fd >= 0)
        close(dir->jobs_fd);
    if (dir->fd >= 0)
        close(dir->fd);
    free(dir->path);
    *dir = (struct state_dir){.fd = -1, .jobs_fd = -1};
}

/* Cuts the last component off; false when it was the root already. */
static bool go_up(char *path)
{
    char *slash = strrchr(path, '/');

    if (!path[1])
        return false;
    slash[slash == path] = '\0';
    return true;
}

char *state_dir_find(const char *start, struct err *err)
{
    char folder[PATH_MAX];
    struct strbuf found;
    bool is_foreign = false;
    struct stat st;

    if (!realpath(start, folder)) {
        err_set_errno(err, "cannot find the folder %s", start);
        return NULL;
    }
    err_set(err, ERR_NOT_FOUND,
            "there is no " STATE_DIR_NAME " in %s or above it", folder);
    strbuf_init(&found);
    do {
        strbuf_reset(&found);
        strbuf_add_fmt(&found, "%s/" STATE_DIR_NAME, folder[1] ? folder : "");
        if (lstat(found.text, &st) < 0 || !S_ISDIR(st.st_mode))
            continue;
        if (st.st_uid == geteuid()) {
            err_clear(err);
            return strbuf_detach(&found);
        }
        /* Somebody's /tmp/.erm must not hide ours further up. */
        if (!is_foreign)
            err_set(err, ERR_DENIED, "%s belongs to uid %u, not to you",
                    found.text, (unsigned)st.st_uid);
        is_foreign = true;
    } while (go_up(folder));
    strbuf_release(&found);
    return NULL;
}

int state_dir_set_socket(const struct state_dir *dir, const char *address,
                         struct err *err)
{
    static const char name[] = "socket", draft[] = ".socket.new";
    int fd, rc;

    if (!address)
        return unlinkat(dir->fd, name, 0) < 0 && errno != ENOENT
                   ? err_set_errno(err, "cannot remove %s/%s", dir->path, name)
                   : 0;
    fd = openat(dir->fd, draft,
                O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set_errno(err, "cannot write %s/%s", dir->path, draft);
    rc = dprintf(fd, "%s\n", address);
    if (close(fd) < 0 || rc < 0 || renameat(dir->fd, draft, dir->fd, name) < 0)
        return err_set_errno(err, "cannot write %s/%s", dir->path, name);
    return 0;
}
