/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The claim in the making: the folder that only its shepherd writes
 * (claim.h says what is in it, doc/shepherd.md in which order).
 */
#ifndef ERM_SHEPHERD_FOLDER_H
#define ERM_SHEPHERD_FOLDER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "shepherd/claim.h"

struct folder {
    int jobs_fd;
    int dir_fd;
    int lock_fd; /* holds the lock until the process ends */
};

/* Claims <JOBS_DIR>/<job>.<attempt>[.<part>]. 0; or -1 with errno and nothing
 * left behind: EEXIST = the attempt has a shepherd already. */
int folder_claim(struct folder *folder, const char *jobs_dir, int64_t job_id,
                 uint32_t attempt, uint32_t part);
/* Writes `command`. 0, or -1 with errno. */
int folder_write_command(const struct folder *folder, pid_t pid,
                         int64_t started_us);
/* Is the file NAME in it? What a wrapper left there. */
bool folder_has(const struct folder *folder, const char *name);
/* Writes `exit` by rename, into room that it has since the claim; a disk that
 * is full even so is waited for, because without the record the job would
 * count as lost. 0, or -1 with errno. */
int folder_write_exit(const struct folder *folder,
                      const struct exit_record *record);

#endif
