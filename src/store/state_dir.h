/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state directory, `.erm` by default: everything that one manager must
 * remember. Layout and rules: doc/journal.md, "the database". This opens and
 * checks it; the lock is state_lock.h, the database store.h.
 */
#ifndef ERM_STORE_STATE_DIR_H
#define ERM_STORE_STATE_DIR_H

#include <stdbool.h>

#include "base/err.h"

#define STATE_DIR_NAME ".erm"

struct state_dir {
    int fd;
    int jobs_fd;         /* the folder jobs/ in it: the shepherds' claims */
    char *path;          /* owned; absolute, without links */
    const char *network; /* its network file system ("nfs"), NULL: local */
};

/*
 * Opens the state directory at PATH with its folder jobs/; makes both when
 * IS_NEW_FINE (the folder above PATH must exist). On success the caller gives
 * DIR to state_dir_close(). ERR_NOT_FOUND, ERR_DENIED (not ours alone: see
 * private_dir.h), ERR_SYSTEM, ERR_FULL.
 */
int state_dir_open(struct state_dir *dir, const char *path, bool is_new_fine,
                   struct err *err);
/* Closes what state_dir_open() opened; a second time does nothing. */
void state_dir_close(struct state_dir *dir);

/*
 * Looks for a `.erm` of ours in the folder START and then in each one above
 * it, as git looks for .git. Returns owned path, or NULL: ERR_NOT_FOUND, or
 * ERR_DENIED when all there is belongs to somebody else.
 */
char *state_dir_find(const char *start, struct err *err);

/* Name of the network file system that FD is on, NULL when it is local. FUSE
 * counts as one: nobody can tell what is behind it. */
const char *state_dir_network_fs(int fd);

/* Writes the socket's address into the file `socket`, by rename; NULL removes
 * the file. The client reads it. */
int state_dir_set_socket(const struct state_dir *dir, const char *address,
                         struct err *err);

#endif
