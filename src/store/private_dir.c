/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks are made on the open descriptor, so what was checked is what is used
 * afterwards, however the name is moved about meanwhile.
 */
#include "store/private_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

static int refuse_owner(const char *shown, uid_t uid, struct err *err)
{
    const struct passwd *user = getpwuid(uid);

    return err_set(err, ERR_DENIED,
                   "%s belongs to user %s (uid %u), not to you", shown,
                   user ? user->pw_name : "?", (unsigned)uid);
}

static int check(int fd, const char *shown, struct err *err)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return err_set_errno(err, "cannot look at %s", shown);
    if (st.st_uid != geteuid())
        return refuse_owner(shown, st.st_uid, err);
    if (st.st_mode & (S_IWGRP | S_IWOTH)) {
        err_set(err, ERR_DENIED, "others can write to %s (mode %04o)", shown,
                (unsigned)st.st_mode & 07777);
        return err_hint(err, "chmod go-w '%s'", shown);
    }
    return 0;
}

/* Says why openat() failed; with O_DIRECTORY a link looks like a file. */
static int explain(int at_fd, const char *name, const char *shown,
                   struct err *err)
{
    int error = errno;
    struct stat st;

    if (error == ENOENT)
        return err_set(err, ERR_NOT_FOUND, "there is no folder %s", shown);
    if (!fstatat(at_fd, name, &st, AT_SYMLINK_NOFOLLOW)) {
        if (S_ISLNK(st.st_mode))
            return err_set(err, ERR_DENIED,
                           "%s is a symbolic link, not a folder", shown);
        if (st.st_uid != geteuid())
            return refuse_owner(shown, st.st_uid, err);
    }
    errno = error;
    return err_set_errno(err, "cannot open the folder %s", shown);
}

int private_dir_open(int at_fd, const char *name, const char *shown,
                     bool is_new_fine, struct err *err)
{
    int fd;

    if (is_new_fine && mkdirat(at_fd, name, 0700) < 0 && errno != EEXIST)
        return err_set_errno(err, "cannot make the folder %s", shown);
    fd = openat(at_fd, name, OPEN_FLAGS);
    if (fd < 0)
        return explain(at_fd, name, shown, err);
    if (check(fd, shown, err) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}
