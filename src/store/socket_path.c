/* SPDX-License-Identifier: BSD-2-Clause */
/* The place of the socket: see socket_path.h. */
#include "store/socket_path.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "store/hash.h"
#include "store/private_dir.h"

/* After su(1) the variable often still names the other user's folder. */
static bool is_ours(const char *folder)
{
    struct stat st;

    return folder && folder[0] == '/' && !stat(folder, &st) &&
           S_ISDIR(st.st_mode) && st.st_uid == geteuid();
}

/* Returns owned path of the socket in FOLDER, made when missing, or NULL. */
static char *path_in(const char *folder, const char *state_path,
                     struct err *err)
{
    struct sockaddr_un address;
    struct strbuf path;
    int fd;

    strbuf_init(&path);
    strbuf_add_fmt(&path, "%s/%016" PRIx64 ".sock", folder,
                   hash_text(HASH_START, state_path));
    if (path.len >= sizeof(address.sun_path)) {
        err_set(err, ERR_INPUT, "the socket's path is too long: %s", path.text);
        goto error;
    }
    fd = private_dir_open(AT_FDCWD, folder, folder, true, err);
    if (fd < 0)
        goto error;
    close(fd);
    return strbuf_detach(&path);
error:
    strbuf_release(&path);
    return NULL;
}

char *socket_path_prepare(const char *xdg, const char *tmp,
                          const char *state_path, struct err *err)
{
    struct strbuf folder;
    char *path = NULL;

    strbuf_init(&folder);
    if (is_ours(xdg)) {
        strbuf_add_fmt(&folder, "%s/erm", xdg);
        path = path_in(folder.text, state_path, NULL);
    }
    if (!path) {
        strbuf_reset(&folder);
        strbuf_add_fmt(&folder, "%s/erm-%u", tmp, (unsigned)geteuid());
        path = path_in(folder.text, state_path, err);
        if (!path && err && !err->hint[0])
            err_hint(err, "set XDG_RUNTIME_DIR to a folder of yours");
    }
    strbuf_release(&folder);
    return path;
}
