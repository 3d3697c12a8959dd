/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading a whole file that somebody else may be writing.
 */
#ifndef ERM_MANAGER_TEXT_FILE_H
#define ERM_MANAGER_TEXT_FILE_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/strbuf.h"

#define TEXT_FILE_MAX (64 * 1024 * 1024)

struct text_file_facts {
    bool is_foreign;       /* neither this user's nor root's */
    time_us last_modified; /* by the wall clock of its file system */
};

/* Reads PATH into OUT (emptied first). FACTS may be NULL. -1 and ERR:
 * ERR_NOT_FOUND, ERR_BUSY (it changed while it was read: try again),
 * ERR_INPUT (not a regular file, or over TEXT_FILE_MAX), ERR_SYSTEM. */
int text_file_read(const char *path, struct strbuf *out,
                   struct text_file_facts *facts, struct err *err);
/* As above from an open file; PATH is for the error's text. */
int text_file_read_fd(int fd, const char *path, struct strbuf *out,
                      struct text_file_facts *facts, struct err *err);
/* Writes TEXT to DIR_FD/NAME by a temporary file and rename; no fsync. */
int text_file_replace(int dir_fd, const char *name, const struct strbuf *text,
                      struct err *err);
/* Writes all of DATA at the file's position; -1 with errno. */
int write_all(int fd, const void *data, size_t size);

#endif
