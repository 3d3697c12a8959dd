/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mailboxes: STATE/mailbox/<id>/, one folder per job from its first start
 * until it has finished (doc/protocol.md), and the files in one, written and
 * read so that nothing that the job puts there can stop the manager or lead it
 * elsewhere: links are not followed, pipes not waited for, sizes limited.
 */
#ifndef ERM_MANAGER_JOB_DIR_H
#define ERM_MANAGER_JOB_DIR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/strbuf.h"

struct state_dir;

#define JOB_DIR_FOLDER "mailbox"
#define JOB_DIR_FILE_MAX ((size_t)64 * 1024)

/* Makes the folder of the mailboxes. */
int job_dir_prepare(const struct state_dir *dir, struct err *err);
/* Opens JOB's, making it when it is not there. A descriptor, or -1 and ERR. */
int job_dir_make(const struct state_dir *dir, int64_t job, struct err *err);
/* Opens it; -1 when there is none. */
int job_dir_open(const struct state_dir *dir, int64_t job);
/* What is not there is fine. */
void job_dir_remove(const struct state_dir *dir, int64_t job);

/* Has the job finished, as far as the journal knows? False when in doubt. */
typedef bool job_is_over_f(void *context, int64_t job);
/* Removes the mailboxes of all that have: a crash came between. */
void job_dir_sweep(const struct state_dir *dir, job_is_over_f *is_over,
                   void *context);

/* A folder NAME in the mailbox; something else there is removed. */
int job_dir_make_folder(int fd, const char *name, struct err *err);
/* Writes FD/NAME (PATH: "answer/x.json") by rename, with MODE; whatever stood
 * there is replaced. ERR_FULL when the disk is. */
int job_dir_write(int fd, const char *path, const struct strbuf *text,
                  mode_t mode, struct err *err);
/* Reads FD/PATH into OUT (emptied first). -1 and ERR, whose text ("it is...")
 * is about the file: ERR_NOT_FOUND, ERR_INPUT (not a regular file of this user,
 * or too large), ERR_SYSTEM. */
int job_dir_read(int fd, const char *path, struct strbuf *out, struct err *err);
/* Was FD/PATH written within the last second, so that its writer may still be
 * at it? */
bool job_dir_is_fresh(int fd, const char *path);
/* Renames FD/PATH, whatever it is, to FD/AS, which is replaced. -1 when it is
 * not there (any more). */
int job_dir_take(int fd, const char *path, const char *as);
/* Removes FD/PATH, whatever it is. */
void job_dir_drop(int fd, const char *path);
/* Appends a line to FD/NAME; a file over a limit becomes NAME.1 first. */
void job_dir_append(int fd, const char *name, const struct strbuf *line);

typedef void job_dir_name_f(void *context, const char *name);
/* Calls EACH for the entries of the folder FD/FOLDER (NULL: FD itself), at most
 * MAX, but not for hidden ones (IS_HIDDEN: for only these). EACH may take and
 * drop. False when there are more. */
bool job_dir_each(int fd, const char *folder, bool is_hidden, size_t max,
                  job_dir_name_f *each, void *context);

#endif
