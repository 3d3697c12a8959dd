/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Order matters: the folder is closed to others before the socket appears in
 * it, so there is no moment at which a stranger could connect.
 */
#include "manager/api_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"

#define BACKLOG 1024

static int make_address(const char *path, struct sockaddr_un *out,
                        struct err *err)
{
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    size_t len = strlen(path);
    if (len >= sizeof(out->sun_path)) {
        err_set(err, ERR_INPUT, "the socket's path is too long (%zu): %s", len,
                path);
        return err_hint(err, "set XDG_RUNTIME_DIR to a shorter path");
    }
    memcpy(out->sun_path, path, len + 1);
    return 0;
}

static int check_folder(const char *path, struct err *err)
{
    char *copy = mem_strdup(path);
    const char *folder = dirname(copy);
    int rc = -1;
    struct stat st;
    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        err_set_errno(err, "cannot make %s", folder);
    } else if (lstat(folder, &st) != 0) {
        err_set_errno(err, "cannot look at %s", folder);
    } else if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid()) {
        err_set(err, ERR_DENIED, "%s is not a folder of yours", folder);
    } else if ((st.st_mode & 077) != 0 && chmod(folder, 0700) != 0) {
        err_set_errno(err, "cannot close %s to others", folder);
    } else {
        rc = 0;
    }
    free(copy);
    return rc;
}

/* Removes what a dead manager left; anything else in the way stays. */
static int remove_stale(const struct sockaddr_un *address, struct err *err)
{
    const char *path = address->sun_path;
    struct stat st;
    if (lstat(path, &st) != 0)
        return errno == ENOENT ? 0
                               : err_set_errno(err, "cannot look at %s", path);
    if (!S_ISSOCK(st.st_mode))
        return err_set(err, ERR_CONFLICT, "%s is there and is not a socket",
                       path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return err_set_errno(err, "cannot make a socket");
    /* EAGAIN: somebody listens but is slow to accept */
    bool is_answered =
        connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
        errno == EAGAIN;
    close(fd);
    if (is_answered)
        return err_set(err, ERR_BUSY, "another manager answers on %s", path);
    if (unlink(path) != 0 && errno != ENOENT)
        return err_set_errno(err, "cannot remove %s", path);
    return 0;
}

int api_socket_listen(const char *path, struct err *err)
{
    struct sockaddr_un address;
    if (make_address(path, &address, err) != 0 ||
        check_folder(path, err) != 0 || remove_stale(&address, err) != 0)
        return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return err_set_errno(err, "cannot make a socket");
    /* the folder is closed to others, so chmod() after bind() is in time */
    if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
        chmod(path, 0600) != 0 || listen(fd, BACKLOG) != 0) {
        err_set_errno(err, "cannot listen on %s", path);
        close(fd);
        return -1;
    }
    return fd;
}

bool api_socket_is_allowed(int fd, uid_t *uid)
{
    struct ucred peer = {0};
    socklen_t len = sizeof(peer);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
        return false;
    if (uid != NULL)
        *uid = peer.uid;
    return peer.uid == geteuid() || peer.uid == 0;
}
