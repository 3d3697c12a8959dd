/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files of an attempt in the state directory: its claim jobs/<id>.<n>/ and
 * its node file nodes/<id>.<n>, and those of its further parts, ...<n>.<part>.
 * They are removed once its end is durable; not before, because the claim is
 * what tells how it ended.
 */
#ifndef ERM_MANAGER_ATTEMPT_FILES_H
#define ERM_MANAGER_ATTEMPT_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct state_dir;

/* Makes the folder for node files. */
int attempt_files_prepare(const struct state_dir *dir, struct err *err);
/* Those of one part, 0 being the command. What is not there is fine. */
void attempt_files_remove(const struct state_dir *dir, int64_t job,
                          uint32_t attempt, uint32_t part);
/* Calls TAKE with each part above 0 that has a claim. */
typedef void attempt_part_f(void *context, int64_t job, uint32_t attempt,
                            uint32_t part);
void attempt_files_each_part(const struct state_dir *dir, attempt_part_f *take,
                             void *context);

/* Has the attempt ended, as far as the journal knows? False when in doubt. */
typedef bool attempt_is_over_f(void *context, int64_t job, uint32_t attempt);
/* Removes the files of all attempts that are over: a crash came between their
 * end and the removal. A claim whose shepherd lives stays in any case. */
void attempt_files_sweep(const struct state_dir *dir,
                         attempt_is_over_f *is_over, void *context);

#endif
