/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small file that erm and its clients edit in place under flock(2) of the
 * file itself, as the seed's clients do. Never waits for a lock.
 */
#ifndef ERM_MANAGER_LOCKED_FILE_H
#define ERM_MANAGER_LOCKED_FILE_H

#include "base/err.h"
#include "base/strbuf.h"

struct locked_file {
    int fd;             /* -1: not open */
    const char *path;   /* borrowed */
    struct strbuf text; /* its content */
    size_t reserved;    /* bytes that are sure to have room */
};

/* Locks and reads PATH (borrowed until the close). -1 and ERR, nothing open:
 * ERR_BUSY (somebody holds the lock), ERR_NOT_FOUND, others for good. */
int locked_file_open(struct locked_file *file, const char *path,
                     struct err *err);
/* Gives the file the content TEXT so that whoever reads without the lock sees
 * valid JSON at every instant: blanks behind it make old and new content
 * equally long while one write replaces it. Durable when it returns 0. */
int locked_file_write(struct locked_file *file, const char *text,
                      struct err *err);
/* Makes room for SIZE bytes, without which a write does it; the content is not
 * touched. A file system that cannot do that is fine. -1 and ERR: ERR_FULL. */
int locked_file_reserve(struct locked_file *file, size_t size, struct err *err);
/* Unlocks. */
void locked_file_close(struct locked_file *file);
/* Makes PATH with TEXT if there is no such file; 1 = made, 0 = was there. */
int locked_file_make(const char *path, const char *text, struct err *err);

#endif
