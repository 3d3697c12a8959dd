/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files of an attempt in the state directory: its claim jobs/<id>.<n>/
 * and its node file nodes/<id>.<n>. They are removed once its end is durable;
 * not before, because the claim is what tells how it ended.
 */
#ifndef ERM_MANAGER_ATTEMPT_FILES_H
#define ERM_MANAGER_ATTEMPT_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct state_dir;

/* Makes the folder for node files. */
int attempt_files_prepare(const struct state_dir *dir, struct err *err);
/* What is not there is fine. */
void attempt_files_remove(const struct state_dir *dir, int64_t job,
                          uint32_t attempt);

/* Has the attempt ended, as far as the journal knows? False when in doubt. */
typedef bool attempt_is_over_f(void *context, int64_t job, uint32_t attempt);
/* Removes the files of all attempts that are over: a crash came between their
 * end and the removal. A claim whose shepherd lives stays in any case. */
void attempt_files_sweep(const struct state_dir *dir,
                         attempt_is_over_f *is_over, void *context);

#endif
